"""The thread that takes the samples; heatline_sample.py is the program around it and explains what is measured.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import _thread
import os
import sys

from heatline_accounts import Accounts
from heatline_control import Stop, start_hidden_thread
from heatline_runner import own_file
from heatline_tasks import Tasks
from heatline_threads import ThreadTable, clock_ns, own_cpu_ns, own_tid, process_cpu_ns, thread_clocks_work, thread_cpu_ns

SWITCH_SECONDS = 0.0005
BESIDE_EXACT_NS = 10000000
COST_SHARE = 0.015
LONGEST_INTERVAL_NS = 250000000
FLUSH_NS = 400000000
# A child may be killed at any time, as those of a pool are.
CHILD_FLUSH_NS = 100000000
STOP_CHECK_NS = 50000000
NEVER = 1 << 62
WITHOUT_EXACT = ('the line was not seen that used it, but the next call, end of a loop or start of a function after it. '
                 'Python 3.9 and earlier do not have this limit.')

_current_frames = sys._current_frames
_getpid = os.getpid


class Sampler(object):
    """Samples all threads but its own, from begin() to end().

    exact gives the positions of running threads (None: they are where they let the sampler in). stop_path ends the program when it
    appears (None: never); release, a Release, ends the sampler alone. cpu says where cpu time comes from: 'thread' (each thread's clock), 'process' (the process's
    clock while it has one Python thread), 'none', or 'auto' for the best that works. tidy() is called with each sample. What was found
    is written each flush_ns.
    """

    def __init__(self, recording, interval_ns, stop_path, cpu, exact, tidy, flush_ns=FLUSH_NS, release=None):
        self._recording = recording
        # Exact positions come by themselves; beside them fewer samples are needed.
        self._exact_ns = interval_ns
        self._base_interval_ns = self._interval_ns = interval_ns if exact is None else max(interval_ns, BESIDE_EXACT_NS)
        self._pid = _getpid()
        self._main = _thread.get_ident()
        self._stop = Stop(stop_path, self._main, self._close) if stop_path else release
        if cpu == 'auto':
            cpu = 'thread' if thread_clocks_work() else 'process' if own_cpu_ns is not None else 'none'
        self.cpu = cpu
        self._exact = exact
        self._tidy = tidy
        self._flush_ns = flush_ns
        self._accounts = Accounts(recording)
        self._table = ThreadTable(cpu == 'thread', recording.thread)
        self._tasks = Tasks(self._table, recording.root_of)
        # What the process will exit with, as far as the main thread knows it.
        self.exit_code = None
        self._ident = 0
        self._begin = self._last = 0
        self._ticks = self._errors = self._cost = self._late = 0
        self._process_begin = self._process_last = 0
        self._own_begin = self._own_last = 0
        self._was_single = True
        self._switch = self._switch_set = sys.getswitchinterval()
        self._random = self._pid
        self._warned = self._closed = False
        self._wake, self._go, self._ready, self._ended = [_taken_lock() for _ in range(4)]

    def start(self):
        """Starts the thread and returns when it is ready for begin()."""
        self._ident = start_hidden_thread(self._run)
        self._ready.acquire()

    def begin(self):
        """Time zero: called by the main thread, right before the program's first instruction if that is yet to come."""
        idents = [ident for ident in reversed(list(_current_frames())) if ident != self._ident]
        self._process_begin = self._process_last = process_cpu_ns()
        threads = self._table.add(idents, 0)
        now = self._begin = self._last = self._accounts.begin = clock_ns()
        for thread in threads:
            thread.last = now
            thread.clock = self._table.clock(thread)
        if self._exact is not None:
            self._exact.set_threads([(thread.ident, thread.tid) for thread in threads if thread.tid])
            self._exact.start(self._exact_ns)
        self._go.release()

    def end(self):
        """Takes the last samples and closes the file. For the main thread; does nothing in forked children."""
        if _getpid() != self._pid or self._closed:
            return
        self._wake.release()
        self._ended.acquire(True, 2.0)

    def _run(self):
        tid = own_tid()
        self._table.claim(tid)
        if own_cpu_ns is not None:
            self._own_begin = self._own_last = own_cpu_ns()
        self._ready.release()
        self._go.acquire()
        try:
            self._loop()
        finally:
            self._ended.release()

    def _loop(self):
        next_flush = self._begin
        next_check = self._begin + STOP_CHECK_NS if self._stop else NEVER
        finished = False
        own = self._own_begin
        while not finished:
            delay = self._delay()
            due = clock_ns() + delay
            finished = self._wake.acquire(True, delay * 1e-9)
            now = clock_ns()
            try:
                self._tick(now, not finished and now - due >= sys.getswitchinterval() * 8e8)
                if now >= next_flush:
                    next_flush = now + self._flush_ns
                    self._table.refresh()
                    self._flush()
            except Exception as error:
                # Not the program's problem: samples are lost, and the reader of the profile is told.
                self._failed(error)
            if own_cpu_ns is not None:
                before, own = own, own_cpu_ns()
                self._adapt(own - before, now - due)
            if now >= next_check:
                next_check = now + STOP_CHECK_NS
                finished = self._stop.check() or finished
            self._tidy()
        self._close()

    def _delay(self):
        """Nanoseconds to the next samples: the interval, a quarter more or less, so as not to fall in step with the program."""
        self._random = (self._random * 1103515245 + 12345) & 0x7fffffff
        return int(self._interval_ns * (0.75 + (self._random >> 8) / 16777216.0))

    def _tick(self, now, forced):
        """One sample of each thread. forced: the interpreter's lock had to be waited for."""
        table = self._table
        threads = table.live
        owners = table.owners()
        stack_of = self._recording.stack_of
        gives_way = self._recording.gives_way
        exact = self._exact is not None
        own = self._ident
        seen = []
        new = None
        frames = _current_frames()
        for ident, frame in frames.items():
            if ident == own:
                continue
            thread = threads.get(ident)
            if thread is not None:
                # An ident is used again once its thread has ended.
                owner = owners.get(ident)
                if owner is None or owner is thread.owner() or table.still_owned(thread, owner):
                    spent = self._spent(thread)
                    if spent is not None:
                        # A thread that used no cpu time is where it was.
                        if spent or thread.seen < 0:
                            thread.seen = stack_of(frame)
                            thread.ready = exact and gives_way(frame)
                        seen.append((thread, thread.seen, spent))
                        continue
                self._retire(thread)
            stack = stack_of(frame)
            if stack >= 0:
                if new is None:
                    new = {}
                new[ident] = stack
        gone = [thread for thread in threads.values() if thread.ident not in frames] if len(threads) >= len(frames) else ()
        # Frames keep the program's objects alive: none may be held while the program runs.
        frame = frames = None
        self._tasks.look(threads)
        for thread in gone:
            self._retire(thread)
        if new is not None:
            self._welcome(new, now, seen)
        elif table.incomplete:
            table.complete()
        if self.cpu == 'process':
            seen = self._shared(seen)
        running = self._exact.read() if self._exact is not None else {}
        busy = len([None for _, _, used in seen if used != 0])
        if not exact:
            self._hasten(busy)
        rivals = busy if forced else 0
        for thread, stack, spent in seen:
            self._accounts.add(thread, stack, self._last, now, spent, running.get(thread.ident), rivals)
        if table.changed and self._exact is not None:
            table.changed = False
            self._exact.set_threads([(thread.ident, thread.tid) for thread in threads.values() if thread.tid])
        self._last = now
        self._ticks += 1

    def _hasten(self, busy):
        """Has a busy thread hand its lock over soon. Several do so anyway, and with less delay would only disturb each other."""
        if sys.getswitchinterval() == self._switch_set:
            sys.setswitchinterval(self._switch if busy > 1 else min(self._switch, SWITCH_SECONDS))
            self._switch_set = sys.getswitchinterval()
        # Else the program has set one of its own.

    def _spent(self, thread):
        """The cpu time since the thread's last sample, -1 when unknown; None when it has ended and another has its ident."""
        if thread.clock < 0:
            return -1
        try:
            clock = thread_cpu_ns(thread.tid)
        except OSError:
            return None
        spent = max(clock - thread.clock, 0)
        thread.clock = clock
        return spent

    def _welcome(self, stacks, now, seen):
        """First samples of threads. Each stands for the whole interval, which makes up for the unseen ends of others."""
        # The interpreter lists the newest thread first.
        for thread in self._table.add(list(reversed(list(stacks))), self._last):
            clock = self._table.clock(thread)
            if clock >= 0:
                # All that a new thread has used, but no more than it can have used since then.
                thread.clock = max(clock - (now - self._last), 0)
            spent = self._spent(thread)
            seen.append((thread, stacks[thread.ident], -1 if spent is None else spent))

    def _retire(self, thread):
        self._accounts.settle(thread, self._last)
        self._accounts.emit(thread)
        self._table.remove(thread)

    def _shared(self, seen):
        """For platforms without thread clocks: the process's cpu time is the one thread's if there was only one all the time."""
        process, own = process_cpu_ns(), own_cpu_ns()
        spent = max(process - self._process_last - (own - self._own_last), 0)
        self._process_last, self._own_last = process, own
        single = len(seen) == 1
        was_single, self._was_single = self._was_single, single
        return [(seen[0][0], seen[0][1], spent)] if single and was_single else seen

    def _adapt(self, spent, late):
        """Stretches the interval when samples cost more than their share of the time.

        spent is the cpu time of the last one, late how long the interpreter's lock had to be waited for, which spaces samples too.
        """
        # One that took very long is no reason: there was much to read, or a call of C kept the lock, for which we asked many times.
        self._cost += (min(spent, 4 * self._cost + 50000) - self._cost) // 8
        self._late += (late - self._late) // 8
        needed = int(self._cost / COST_SHARE) - self._late
        self._interval_ns = min(max(self._base_interval_ns, needed), LONGEST_INTERVAL_NS)
        if self._interval_ns > 4 * self._base_interval_ns and not self._warned and self._ticks > 16:
            self._warned = True
            self._recording.record('w', 'Samples were taken less often than every %.3g ms, because taking one costs %.2g ms.'
                                   % (self._base_interval_ns * 1e-6, self._cost * 1e-6))

    def _failed(self, error):
        self._errors += 1
        if self._errors == 1:
            self._recording.record('w', 'Some samples were lost: %s: %s' % (type(error).__name__, error))

    def _flush(self):
        for thread in self._table.live.values():
            self._accounts.emit(thread)
        self._recording.flush()

    def _close(self):
        if self._closed:
            return
        self._closed = True
        # A program that ended before its first sample was seen at least to run.
        main = self._table.live.get(self._main)
        if main is not None and main.stack < 0:
            self._accounts.add(main, self._recording.entry(), self._last, self._last, self._spent(main) or 0, None, 0)
        if self._exact is not None:
            self._exact.stop()
            accounts = self._accounts
            if accounts.inexact > 50000000 and accounts.inexact * 4 > accounts.exact:
                self._recording.record('w', 'For %d %% of the cpu time ' % (100 * accounts.inexact // (accounts.exact + accounts.inexact))
                                       + WITHOUT_EXACT)
        for thread in self._table.live.values():
            self._accounts.emit(thread)
        cpu = process_cpu_ns() - self._process_begin
        own = own_cpu_ns() - self._own_begin if own_cpu_ns is not None else None
        stopped = self._stop is not None and self._stop.requested
        self._recording.record('e', {
            'duration_ns': self._last - self._begin, 'exit': self.exit_code, 'samples': self._accounts.samples, 'stopped': stopped,
            'cpu_ns': cpu, 'ticks': self._ticks, 'sampler_cpu_ns': own})
        self._recording.flush()
        self._recording.close()
        if sys.getswitchinterval() == self._switch_set:
            sys.setswitchinterval(self._switch)


def _taken_lock():
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock


own_file(_taken_lock.__code__)
