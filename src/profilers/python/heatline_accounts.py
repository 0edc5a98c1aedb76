"""Puts each thread's time down to stacks.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

from heatline_runner import own_file

# Whether a thread mostly waited or mostly ran. Only samples of one kind are merged.
_WAITED, _RAN, _UNKNOWN = 0, 1, 2


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

        stack is where the thread is, -1 in our own code; spent its cpu time in the interval, -1 when unknown. running is the
        list of stacks in which it was seen to use the cpu, equal times apart, or empty. forced says that the sampler had to
        wait for the interpreter's lock until now.
        """
        if stack < 0:
            # Our own code around the program's: its time goes to what was seen last or, before that, to what comes next.
            stack = thread.stack
            if stack < 0 and not running:
                thread.clock -= max(spent, 0)
                return
        wall = now - thread.last
        if not running:
            self.inexact += max(spent, 0)
            self._put(thread, stack, wall, spent)
            return
        self.exact += max(spent, 0)
        # When the lock was free, the thread had given it up to wait, and `stack` is where. When it had to be waited for, the thread
        # may have been anywhere before, so what it did not run is put down to the places where it ran.
        waited = max(wall - spent, 0)
        if spent < 0 or stack < 0 or waited * 16 < wall or (forced and waited * 2 < wall):
            waited = 0
        ran = wall - waited
        count = len(running)
        for position, at in enumerate(running):
            cpu = -1 if spent < 0 else spent * (position + 1) // count - spent * position // count
            self._put(thread, at, ran * (position + 1) // count - ran * position // count, cpu)
        if waited:
            self._put(thread, stack, waited, 0)

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
