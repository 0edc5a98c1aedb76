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

    def add(self, thread, stack, then, now, spent, running, rivals):
        """Adds the interval from `then`, the time of the last samples, or from when the thread was first seen, until now.

        stack is where the thread is, -1 in our own code; spent its cpu time in the interval, -1 when unknown. running are the
        stacks in which it was seen on the cpu or ready for it, as ExactPositions.read() gives them, or None. rivals is 0 when the
        interpreter's lock was free, else the number of threads that used the cpu meanwhile.
        """
        if running is not None:
            thread.moving.extend(running[0])
            thread.still.extend(running[1])
        elif not spent and thread.owed and not thread.ready:
            self.settle(thread, then)
        if spent >= 0:
            spent, thread.owed = spent + thread.owed, 0
        count = len(thread.moving) + len(thread.still)
        if stack < 0:
            # Our own code around the program's: its time goes to what was seen last or, before that, to what comes next.
            stack = thread.stack
            if stack < 0 and not count:
                thread.owed = max(spent, 0)
                return
        wall = now - thread.last
        if not count:
            self.inexact += max(spent, 0)
            # Only the lock is missing: that says nothing of where it is, so it stays where it ran last.
            self._put(thread, thread.stack if thread.ready and not spent and thread.stack >= 0 else stack, wall, spent)
            return
        # A thread that got about its part of the cpu did not wait by itself, but for the lock or for other programs. That can be
        # anywhere in what it does, so it is put down to the places where it ran. Else it waits where it is now.
        rivalled = thread.ready or (rivals > 0 and 0 <= wall <= 3 * rivals * spent)
        if rivalled and spent * 10 < wall * 9 and count < ENOUGH and wall < LONGEST_NS:
            # More stacks will tell in which of them it was on the cpu.
            thread.owed = spent
            return
        waited = max(wall - spent, 0)
        if rivalled or spent < 0 or stack < 0 or waited * 16 < wall:
            waited = 0
        self._divide(thread, wall - waited, spent)
        if waited:
            self._put(thread, stack, waited, 0)

    def settle(self, thread, now):
        """Adds what was waiting for more stacks of a thread, which will not come."""
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
        for position, (at, weight) in enumerate(weights):
            done += weight
            part = 1 if position + 1 == len(weights) else done / total
            next_wall, next_spent = int(wall * part), int(spent * part)
            self._put(thread, at, next_wall - done_wall, -1 if spent < 0 else next_spent - done_spent)
            done_wall, done_spent = next_wall, next_spent

    def _put(self, thread, stack, wall, spent):
        kind = _UNKNOWN if spent < 0 else _RAN if spent * 2 >= wall else _WAITED
        lane = thread.number if thread.tasks is None else thread.tasks.get(self._recording.root_of(stack), thread.number)
        if stack != thread.stack or kind != thread.kind or lane != thread.lane:
            self.emit(thread)
            thread.stack = stack
            thread.kind = kind
            thread.lane = lane
        thread.wall += wall
        thread.cpu += spent
        thread.last += wall

    def emit(self, thread):
        """Writes what has grown together of this thread; it ends where the thread was last seen."""
        if thread.wall:
            cpu = -1 if thread.kind == _UNKNOWN else thread.cpu
            self._recording.sample(thread.last - self.begin, thread.lane, thread.stack, thread.wall, cpu)
            self.samples += 1
            thread.wall = thread.cpu = 0


own_file(Accounts.add.__code__)
