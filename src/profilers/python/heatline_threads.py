"""Which operating system thread runs which Python thread, and how much cpu time it used.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import _thread
import os
import sys
import time
from _weakref import ref

from heatline_runner import own_file

_LINUX = sys.platform.startswith('linux')

if hasattr(time, 'perf_counter_ns'):
    clock_ns = time.perf_counter_ns
    process_cpu_ns = time.process_time_ns
else:
    def clock_ns(_now=time.perf_counter):
        """Nanoseconds of a clock that never goes back."""
        return int(_now() * 1e9)

    def process_cpu_ns(_now=time.process_time):
        """Nanoseconds of cpu time of all threads of this process."""
        return int(_now() * 1e9)

if hasattr(time, 'clock_gettime_ns'):
    _clock_gettime_ns = time.clock_gettime_ns
elif hasattr(time, 'clock_gettime'):
    def _clock_gettime_ns(clock, _now=time.clock_gettime):
        return int(_now(clock) * 1e9)
else:
    _clock_gettime_ns = None

if _clock_gettime_ns is not None and hasattr(time, 'CLOCK_THREAD_CPUTIME_ID'):
    def own_cpu_ns(_now=_clock_gettime_ns, _clock=time.CLOCK_THREAD_CPUTIME_ID):
        """Nanoseconds of cpu time of the calling thread."""
        return _now(_clock)
elif hasattr(time, 'thread_time_ns'):
    own_cpu_ns = time.thread_time_ns
else:
    own_cpu_ns = None


def thread_cpu_ns(tid):
    """Nanoseconds of cpu time of the thread with this native id, on Linux. OSError when there is none in this process.

    The number is the kernel's clock id of a thread (linux/posix-timers.h: ~tid << 3 | CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED).
    pthread_getcpuclockid() would be the portable way to it, but reads the memory of the thread, which may be gone.
    """
    return _clock_gettime_ns((~tid << 3) | 6)


def thread_clocks_work():
    """True where thread_cpu_ns() can be used."""
    if not _LINUX or _clock_gettime_ns is None:
        return False
    try:
        return thread_cpu_ns(os.getpid()) >= 0
    except (OSError, OverflowError, ValueError):
        return False


def own_tid():
    """The native id of the calling thread; 0 when unknown."""
    if hasattr(_thread, 'get_native_id'):
        return _thread.get_native_id()
    try:
        return int(os.readlink('/proc/thread-self').split('/')[-1])
    except (OSError, ValueError):
        return 0


class Thread(object):
    """What the sampler knows of one thread of the program, and the sample of it that still grows."""

    __slots__ = ('number', 'ident', 'tid', 'name', 'owner', 'last', 'clock', 'seen', 'ready', 'stack', 'kind', 'wall', 'cpu', 'moving',
                 'still', 'owed', 'tasks', 'lanes', 'lane')

    def __init__(self, ident, last):
        self.number = -1
        self.ident = ident
        # Native id; 0 when unknown.
        self.tid = 0
        self.name = ''
        # Gives the threading.Thread; None for a thread that has none, or none yet, or whose object is gone.
        self.owner = _nobody
        # When it was last seen, and its cpu clock then; -1 when the clock is unknown.
        self.last = last
        self.clock = -1
        # The stack in which it was last seen; whether it then waited for the interpreter's lock only; the stack of the sample that grows.
        self.seen = -1
        self.ready = False
        self.stack = -1
        self.kind = 0
        self.wall = 0
        self.cpu = 0
        # Stacks that were seen in intervals which are not yet put down to any, and the cpu time of those.
        self.moving = []
        self.still = []
        self.owed = 0
        # The function a task began with -> number of its lane; label of a task -> number; the number that the growing sample gets.
        self.tasks = None
        self.lanes = {}
        self.lane = -1


def _nobody():
    return None


class ThreadTable(object):
    """The threads that live, by ident, with their names and native ids.

    From 3.8 on threading.Thread knows its native id. Threads of older interpreters, and those that _thread or C started, are
    matched with /proc/self/task: a thread is created together with its task, so when the numbers of new threads and of
    unclaimed tasks are equal, their order of creation tells which is which. In doubt the native id stays unknown.

    announce(number, tid, name) is called for each new thread and for each change.
    """

    def __init__(self, use_clocks, announce):
        self.live = {}
        # Set when a thread or a native id has come or gone.
        self.changed = False
        self._use_clocks = use_clocks
        self._announce = announce
        self._main = _thread.get_ident()
        # Asked of the system: in a child that was just forked, threading still has the parent's.
        self._main_tid = own_tid() if _LINUX else 0
        self._own_tid = 0
        self._numbers = {}
        self._foreign = set()
        self._unclaimed = set()
        self._threading = None
        # How many more times to look at once for native ids that were not found.
        self.incomplete = 0

    def claim(self, tid):
        """Declares the sampler's own native id."""
        self._own_tid = tid

    def owners(self):
        """threading's table from ident to Thread; empty as long as the program has not imported it."""
        module = self._threading
        if module is None:
            module = self._threading = sys.modules.get('threading')
            if module is None:
                return {}
        return getattr(module, '_active', {})

    def add(self, idents, last):
        """Adds threads, given in their order of creation, that began after `last`. Their cpu clocks are set to then."""
        added = [Thread(ident, last) for ident in idents]
        self._identify(added)
        if not all([thread.tid for thread in added]):
            self.incomplete = 10
        self.changed = True
        for thread in added:
            self.live[thread.ident] = thread
            # A thread of a C library comes and goes with each callback: one number for all.
            key = (thread.tid or thread.ident, thread.name)
            thread.number = thread.lane = self._numbers.setdefault(key, len(self._numbers))
            self._announce(thread.number, thread.tid, thread.name)
        return added

    def lane(self, thread, label):
        """The number of a part of a thread with a name of its own."""
        number = self._numbers.setdefault((thread.tid or thread.ident, thread.name, label), len(self._numbers))
        self._announce(number, thread.tid, '%s / %s' % (thread.name, label))
        return number

    def still_owned(self, thread, owner):
        """Whether this thread, whose owner changed to `owner`, is the same thread: threading only now knows it."""
        tid = getattr(owner, '_native_id', None) or thread.tid
        if thread.owner is not _nobody or (thread.tid and tid != thread.tid):
            return False
        self._complete([thread])
        return True

    def remove(self, thread):
        """Forgets a thread that has ended."""
        self.changed = True
        self.live.pop(thread.ident, None)

    def refresh(self):
        """Called now and then: looks for new names, and for native ids that are still unknown."""
        for thread in self.live.values():
            owner = thread.owner()
            if owner is not None and _name(owner) != thread.name:
                thread.name = _name(owner)
                self._announce(thread.number, thread.tid, thread.name)
        self.complete()
        # Tasks that no Python thread claims twice in a row are libraries' own threads.
        unclaimed = self._tasks() - self._known()
        self._foreign = unclaimed & self._unclaimed
        self._unclaimed = unclaimed

    def complete(self):
        """Looks again for native ids that are unknown: a thread may have been created while the tasks were listed."""
        missing = [thread for thread in self.live.values() if not thread.tid]
        self.incomplete = self.incomplete - 1 if missing and self.incomplete else 0
        if missing:
            self._complete(missing)

    def clock(self, thread):
        """The thread's cpu clock in nanoseconds; -1 when unknown."""
        if not self._use_clocks or not thread.tid:
            return -1
        try:
            return thread_cpu_ns(thread.tid)
        except OSError:
            return -1

    def _complete(self, threads):
        before = [(thread.tid, thread.name) for thread in threads]
        self._identify(threads)
        for thread, (tid, name) in zip(threads, before):
            if thread.tid != tid:
                self.changed = True
                thread.clock = self.clock(thread)
            if (thread.tid, thread.name) != (tid, name):
                self._announce(thread.number, thread.tid, thread.name)

    def _identify(self, threads):
        owners = self.owners()
        unmatched = []
        for thread in threads:
            owner = owners.get(thread.ident)
            if thread.ident == self._main:
                thread.name = 'MainThread'
                thread.tid = self._main_tid
            if owner is not None:
                thread.owner = ref(owner)
                thread.name = _name(owner)
                thread.tid = (self._main_tid if thread.ident == self._main else 0) or getattr(owner, '_native_id', None) or thread.tid
            if not thread.tid:
                unmatched.append(thread)
        if unmatched:
            claimed = self._known() | set([thread.tid for thread in threads])
            tasks = sorted(self._tasks() - claimed - self._foreign)
            if len(tasks) == len(unmatched):
                for thread, tid in zip(unmatched, tasks):
                    thread.tid = tid
        for thread in threads:
            if not thread.name:
                thread.name = 'Thread %d' % (thread.tid or thread.ident)

    def _known(self):
        known = set([thread.tid for thread in self.live.values()])
        known.add(self._own_tid)
        return known

    def _tasks(self):
        if not self._use_clocks:
            return set()
        try:
            return set([int(name) for name in os.listdir('/proc/self/task')])
        except (OSError, ValueError):
            return set()


def _name(owner):
    return str(getattr(owner, '_name', '') or 'Thread')


own_file(_nobody.__code__)
