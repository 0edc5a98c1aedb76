"""The thread that watches how much memory is held, and decides when to take trees of it.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).

Nobody knows a peak before it is over, and then its tree is gone. So trees are taken while memory grows beyond the largest one so far: for small growth
when they cost little of what may be spent, for large growth also when they cost much. Time earns what trees may cost, a tenth of it. When memory stands still at
its most, what was earned meanwhile brings the last bit of growth into a tree. Growth by a third may go into debt, up to a third of the time.
Only the largest is kept, and written when memory falls, or now and then.

Beside these, trees for the course of time are taken, each 0.25 s and later each fiftieth of the time so far: a day has about 600.
"""

import _thread
import _tracemalloc
import os
import sys

from heatline_control import Stop, start_hidden_thread
from heatline_runner import own_file
from heatline_threads import clock_ns, own_cpu_ns
from heatline_traces import start_tracing

COST_SHARE = 0.1
DEBT_SHARE = 0.33
# What may be spent before any time has passed, and at most saved up, in ns.
FIRST_CREDIT = 50000000
MOST_CREDIT = 2000000000
FIRST_TREE_NS = 250000000
FLUSH_NS = 250000000
STOP_CHECK_NS = 50000000
RESIDENT_NS = 5000000
# The interpreter hands its lock over after this time; it is 5 ms else.
SWITCH_SECONDS = 0.001
# Changes below this share of the most so far are not told one by one.
FINE = 0.002

# Not the clock: on a busy machine a tree waits for its turn, and the program runs meanwhile.
_spent_ns = own_cpu_ns or clock_ns
_getpid = os.getpid
_traced_memory = _tracemalloc.get_traced_memory
_reset_peak = getattr(_tracemalloc, 'reset_peak', None)


class MemoryWatch(object):
    """Watches from begin() to end(). exit_code is what the program will exit with, None when unknown."""

    def __init__(self, traces, interval, depth, stop, tidy):
        self._traces = traces
        self._interval = interval
        self._depth = depth
        self._tidy = tidy
        self._stop = Stop(stop, _thread.get_ident(), self._close) if stop else None
        self._pid = _getpid()
        self._ready, self._go, self._wake, self._ended = [_taken_lock() for _ in range(4)]
        self.exit_code = None
        self._closed = False
        self._begin = self._spent = self._total_cost = self._count = self._errors = 0
        # The tree of the most so far, its bytes, whether it is written; what the last tree cost, in ns.
        self._best = None
        self._best_bytes = 0
        self._best_written = False
        self._cost = 1000000
        self._next_tree = FIRST_TREE_NS
        self._tree_written = -FIRST_TREE_NS
        # The last value written, the one after it when that was not, and the largest; the interpreter's peak when we looked last.
        self._told = (-FLUSH_NS, 0, 0)
        self._skipped = None
        self._most = 0
        self._peak_seen = 0
        self._resident = -1
        self._resident_read = -RESIDENT_NS
        self._page = os.sysconf('SC_PAGE_SIZE') if sys.platform.startswith('linux') else 0

    def start(self):
        """Starts the thread and returns when it is ready for begin()."""
        start_hidden_thread(self._run)
        self._ready.acquire()

    def begin(self):
        """Time zero: the main thread calls this right before the program's first instruction."""
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_SECONDS))
        self._begin = clock_ns()
        self._go.release()
        start_tracing(self._depth)

    def end(self):
        """Takes the last tree and closes the file. For the main thread; does nothing in forked children."""
        if _getpid() != self._pid or self._closed:
            return
        self._wake.release()
        # A tree of very many blocks takes its time.
        self._ended.acquire(True, 60.0)

    def _run(self):
        self._ready.release()
        self._go.acquire()
        try:
            self._loop()
        finally:
            self._ended.release()

    def _loop(self):
        next_flush = next_check = 0
        finished = False
        while not finished:
            finished = self._wake.acquire(True, self._interval)
            now = clock_ns() - self._begin
            try:
                self._look(now)
                if now >= next_flush:
                    next_flush = now + FLUSH_NS
                    self._traces.flush()
                    self._forget_peak()
            except Exception as error:
                # Not the program's problem: something is lost, and the reader of the profile is told.
                self._failed(error)
            self._tidy()
            if self._stop and now >= next_check:
                next_check = now + STOP_CHECK_NS
                self._stop.check()
        self._close()

    def _look(self, now):
        if not _tracemalloc.is_tracing():
            if not self._errors:
                self._failed(RuntimeError('the program ended tracing by tracemalloc.stop()'))
            return
        current, peak = _traced_memory()
        own = self._traces.own
        held = max(current - own, 0)
        resident = self._read_resident(now)
        if peak > self._peak_seen:
            # More was held for a moment between two looks. Of small amounts we cannot tell whether they were ours.
            between = peak - own
            if between - max(held, self._told[1]) > max(FINE * self._most, 65536):
                self._tell(now, between, resident)
            self._peak_seen = peak
        self._tell(now, held, resident)
        self._reset_peak()
        if self._grown(held, now):
            self._take(now)
        elif now >= self._next_tree and self._credit(now) >= self._expected(held):
            self._next_tree = now + _spacing(now)
            tree = self._take(now)
            if tree is not self._best:
                self._write(tree, now)
        best = self._best
        if best is not None and not self._best_written and (held < 0.9 * best.bytes or now - self._tree_written >= _spacing(now)):
            self._write(best, now)

    def _grown(self, held, now):
        """Whether there is enough more than in the largest tree to be worth one."""
        best = self._best_bytes
        growth = held - best
        if growth <= max(0.001 * best, 4096):
            return False
        credit, cost = self._credit(now), self._expected(held)
        if credit >= cost:
            # At the start everything is large growth, and not worth much.
            return growth * credit >= 0.1 * best * cost and (growth >= 100000 or credit >= 10 * cost)
        return 3 * growth >= best and self._spent + cost <= DEBT_SHARE * now + FIRST_CREDIT

    def _credit(self, now):
        # What is not spent is not saved for ever.
        least = COST_SHARE * now + FIRST_CREDIT - MOST_CREDIT
        if self._spent < least:
            self._spent = least
        return COST_SHARE * now + FIRST_CREDIT - self._spent

    def _expected(self, held):
        # Twice as much need not be twice as many blocks.
        return self._cost * min(max(held / max(self._best_bytes, 1), 1.0), 2.0)

    def _take(self, now):
        """Takes a tree, and keeps it when it is the largest."""
        start = _spent_ns()
        tree = self._traces.tree(now, self._depth)
        self._forget_peak()
        self._cost = _spent_ns() - start
        self._spent += self._cost
        self._total_cost += self._cost
        self._count += 1
        # The time it took is nobody's: the value is that of before.
        self._tell(now, tree.bytes, self._resident)
        if self._best is None or tree.bytes > self._best.bytes:
            self._best = tree
            self._best_bytes = tree.bytes
            self._best_written = False
        return tree

    def _write(self, tree, now):
        self._traces.write(tree)
        self._tree_written = now
        if tree is self._best:
            self._best_written = True

    def _tell(self, now, held, resident):
        """Writes a value, unless it says nothing new."""
        time, told, told_resident = self._told
        self._most = max(self._most, held)
        if abs(held - told) <= FINE * self._most and abs(resident - told_resident) <= 0.01 * resident and now - time < FLUSH_NS:
            self._skipped = now, held, resident
            return
        if self._skipped is not None:
            # So that a step looks like one.
            self._traces.value(*self._skipped)
            self._skipped = None
        self._told = now, held, resident
        self._traces.value(now, held, resident)

    def _reset_peak(self):
        if _reset_peak is not None and 'tracemalloc' not in sys.modules:
            _reset_peak()
            self._peak_seen = 0

    def _forget_peak(self):
        """Passes over what we ourselves held just now."""
        self._reset_peak()
        self._peak_seen = _traced_memory()[1]

    def _read_resident(self, now):
        if self._page and now - self._resident_read >= RESIDENT_NS:
            self._resident_read = now
            try:
                fd = os.open('/proc/self/statm', os.O_RDONLY)
                try:
                    self._resident = int(os.read(fd, 200).split()[1]) * self._page
                finally:
                    os.close(fd)
            except (OSError, ValueError, IndexError):
                self._resident = -1
        return self._resident

    def _failed(self, error):
        self._errors += 1
        if self._errors == 1:
            self._traces.record('w', 'From here on something is missing: %s: %s' % (type(error).__name__, error))

    def _close(self):
        if self._closed:
            return
        self._closed = True
        now = clock_ns() - self._begin
        try:
            if self._best is not None and not self._best_written:
                self._write(self._best, now)
            if _tracemalloc.is_tracing():
                self._skipped = None
                tree = self._take(now)
                self._traces.value(now, tree.bytes, self._read_resident(now))
                self._write(tree, now)
        except Exception as error:
            self._failed(error)
        self._traces.record('e', {
            'duration_ns': now, 'exit': self.exit_code, 'stopped': self._stop is not None and self._stop.requested,
            'trees': self._count, 'trees_ns': self._total_cost})
        self._traces.flush()
        self._traces.close()


def _spacing(now):
    return max(FIRST_TREE_NS, now // 50)


def _taken_lock():
    lock = _thread.allocate_lock()
    lock.acquire()
    return lock


own_file(_taken_lock.__code__)
