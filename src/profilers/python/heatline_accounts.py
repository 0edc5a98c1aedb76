"""Puts each thread's time down to stacks.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

from heatline_runner import own_file

# Whether a thread mostly waited or mostly ran. Only samples of one kind are merged.
_WAITED, _RAN, _UNKNOWN = 0, 1, 2

# With so many stacks, or after so long, an interval is put down to stacks even on a busy machine.
ENOUGH = 16
LONGEST_NS = 80000000


class Accounts(object):
    """Writes samples to a recording; those of a thread that follow one another with the same stack become one until emit()."""

    def __init__(self, recording):
        self._recording = recording
        # Time zero, in ns of the sampler's clock, and the number of samples written.
        self.begin = 0
        self.samples = 0
        # Nanoseconds of cpu time with and without exact positions.
        self.exact = self.inexact = 0

    def add(self, thread, stack, now, spent, running, forced):
        """Adds the interval since the thread's last sample.

        stack is where the thread is, -1 in our own code; spent its cpu time in the interval, -1 when unknown. running are the
        stacks in which it was seen on the cpu or ready for it, as ExactPositions.read() gives them, or None. forced says
        that the sampler had to wait for the interpreter's lock until now.
        """
        if running is not None:
            thread.moving.extend(running[0])
            thread.still.extend(running[1])
        count = len(thread.moving) + len(thread.still)
        if spent >= 0:
            spent, thread.owed = spent + thread.owed, 0
        if stack < 0:
            # Our own code around the program's: its time goes to what was seen last or, before that, to what comes next.
            stack = thread.stack
            if stack < 0 and not count:
                thread.owed = max(spent, 0)
                return
        wall = now - thread.last
        if not count:
            self.inexact += max(spent, 0)
            self._put(thread, stack, wall, spent)
            return
        if forced and 0 <= spent * 10 < wall * 9 and count < ENOUGH and wall < LONGEST_NS:
            # The machine is busy, and the thread was off the cpu at times: wait for more stacks to tell which those were.
            thread.owed = spent
            return
        # When the lock was free, the thread had given it up to wait, and `stack` is where. When it had to be waited for, the thread
        # may have been anywhere before, so what it did not run is put down to the places where it ran.
        waited = max(wall - spent, 0)
        if spent < 0 or stack < 0 or waited * 16 < wall or forced:
            waited = 0
        self._divide(thread, wall - waited, spent)
        if waited:
            self._put(thread, stack, waited, 0)

    def settle(self, thread, now):
        """For a thread that has ended: adds what was waiting for more stacks."""
        if thread.moving or thread.still:
            self._divide(thread, now - thread.last, thread.owed)

    def _divide(self, thread, wall, spent):
        """Puts an interval down to the stacks seen in it.

        Those of a thread that moved on were on the cpu. Of the others, which were in a long operation or off the cpu, as many
        count as the cpu time leaves.
        """
        self.exact += max(spent, 0)
        moving, still = thread.moving, thread.still
        share = 1.0
        if still and 0 <= spent < wall:
            share = max((len(moving) + len(still)) * spent / wall - len(moving), 0.0) / len(still)
        weights = [(at, 1.0) for at in moving]
        if share > 0.05 or not moving:
            weights += [(at, share or 1.0) for at in still]
        thread.moving, thread.still, thread.owed = [], [], 0
        total = sum([weight for _, weight in weights])
        done = done_wall = done_spent = 0
        for at, weight in weights:
            done += weight
            next_wall, next_spent = int(wall * done / total), int(spent * done / total)
            if at == weights[-1][0] and done >= total:
                next_wall, next_spent = wall, spent
            self._put(thread, at, next_wall - done_wall, -1 if spent < 0 else next_spent - done_spent)
            done_wall, done_spent = next_wall, next_spent

    def _put(self, thread, stack, wall, spent):
        kind = _UNKNOWN if spent < 0 else _RAN if spent * 2 >= wall else _WAITED
        if stack != thread.stack or kind != thread.kind:
            self.emit(thread)
            thread.stack = stack
            thread.kind = kind
        thread.wall += wall
        thread.cpu += spent
        thread.last += wall

    def emit(self, thread):
        """Writes what has grown together of this thread; it ends where the thread was last seen."""
        if thread.wall:
            cpu = -1 if thread.kind == _UNKNOWN else thread.cpu
            self._recording.sample(thread.last - self.begin, thread.number, thread.stack, thread.wall, cpu)
            self.samples += 1
            thread.wall = thread.cpu = 0


own_file(Accounts.add.__code__)
