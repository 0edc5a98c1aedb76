"""cProfile's counts of a process: where they begin, the file they end in, and what must not lose them.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import _lsprof
import _signal
import _thread
import atexit
import marshal
import os
import sys
import time

from heatline_children import file_of_child, guard_exits, publish
from heatline_control import Stop, start_hidden_thread
from heatline_forks import ForkGuard
from heatline_runner import is_own, own_file

STOP_CHECK_SECONDS = 0.05

_getpid, _kill, _replace = os.getpid, os.kill, os.replace


class CallProfile(object):
    """The profiler of this process and its file; with follows also of its forked children, each with a file of its own.

    out and stop are absolute paths, stop may be None; is_child: out is the first process's file, and this one's lies beside it.
    """

    def __init__(self, out, stop, follows, is_child):
        self._out = out
        self._stop = stop
        self._follows = follows
        self._is_child = is_child
        self._forks = self._profiler = None
        self._reset()

    def begin(self):
        """Starts counting calls, or goes on after a write()."""
        if self._profiler is None:
            self._profiler = _lsprof.Profiler()
        self._profiler.enable(True, True)

    def write(self):
        """Stops counting and writes the file; calls that are not over count until now. Does not write in forked children."""
        if self._profiler is None:
            return
        # First of all, so that nothing of this is counted.
        self._profiler.disable()
        if _getpid() != self._pid or not self._writing.acquire(False):
            return
        try:
            data = marshal.dumps(statistics(self._profiler.getstats()))
            if self._path is None:
                self._path = self._free_path()
            part = '%s.%d.part' % (self._path, self._pid)
            with open(part, 'wb') as stream:
                stream.write(data)
            _replace(part, self._path)
        except OSError as error:
            sys.stderr.write('heatline: cannot write %s: %s\n' % (self._path, error.strerror))
        finally:
            self._writing.release()
        if self._terminated:
            self._die()

    def guard(self):
        """Has the file written however the process ends, as far as that can be known, and looks to forked children. Once."""
        guard_exits(self.write, self._go_on)
        if os.name == 'posix' and _signal.getsignal(_signal.SIGTERM) == _signal.SIG_DFL:
            _signal.signal(_signal.SIGTERM, self._terminate)
        self._forks = ForkGuard(self._in_child, self._follows)

    def watch(self):
        """Ends the program when the stop file appears."""
        if not self._stop:
            return
        stop = Stop(self._stop, _thread.get_ident(), self.write)

        def look(sleep=time.sleep):
            while True:
                sleep(STOP_CHECK_SECONDS)
                self._forks.tidy()
                stop.check()
        start_hidden_thread(look)

    def _reset(self):
        self._pid = _getpid()
        self._path = None if self._is_child else self._out
        self._writing = _thread.allocate_lock()
        self._terminated = False

    def _free_path(self):
        attempt = 0
        while os.path.exists(file_of_child(self._out, attempt)):
            attempt += 1
        return file_of_child(self._out, attempt)

    def _go_on(self):
        if self._profiler is not None:
            self._profiler.enable(True, True)

    def _terminate(self, _signum, _frame):
        if self._writing.locked():
            # The main thread is at it: the file would be lost.
            self._terminated = True
            return
        self.write()
        self._die()

    def _die(self):
        _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
        _kill(_getpid(), _signal.SIGTERM)

    def _in_child(self):
        if self._profiler is not None:
            self._profiler.disable()
        self._profiler = None
        if not self._follows:
            self._give_signal_back()
            return
        self._is_child = True
        self._reset()
        try:
            self.watch()
            self.begin()
        except Exception:
            # No profile of this process, but the program must run.
            self._profiler = None

    def _give_signal_back(self):
        if os.name == 'posix' and _signal.getsignal(_signal.SIGTERM) == self._terminate:
            try:
                _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
            except ValueError:
                # Not the main thread forked; the handler does the same, later.
                pass


def publish_calls(folder, out, stop):
    """Has calls counted in Python programs that are started from now on too, by start_child()."""
    publish(folder, ['cprofile', out, stop or ''])


def start_child(words, only_forks):
    """Counts calls in this process, a started one; words are what publish_calls() has left. only_forks: only in what it forks."""
    out, stop = words
    profile = CallProfile(out, stop or None, True, True)
    profile.guard()
    if only_forks:
        return
    atexit.register(profile.write)
    profile.watch()
    profile.begin()


def statistics(entries):
    """What pstats.Stats reads, from what _lsprof.Profiler.getstats() returns.

    {(file, line, name): (primitive calls, calls, self seconds, total seconds, callers)}, where callers maps such keys to
    (calls, primitive calls, self seconds, total seconds): pstats really has the two counts in another order there.
    """
    functions = {}
    for entry in entries:
        if not _is_own(entry.code):
            row = functions.setdefault(_label(entry.code), [0, 0, 0.0, 0.0, {}])
            _add(row, entry.callcount - entry.reccallcount, entry.callcount, entry.inlinetime, entry.totaltime)
    for entry in entries:
        if _is_own(entry.code):
            continue
        caller = _label(entry.code)
        for call in entry.calls or ():
            callee = functions.get(_label(call.code))
            if callee is not None:
                row = callee[4].setdefault(caller, [0, 0, 0.0, 0.0])
                _add(row, call.callcount, call.callcount - call.reccallcount, call.inlinetime, call.totaltime)
    for row in functions.values():
        row[4] = dict([(caller, tuple(row[4][caller])) for caller in row[4]])
    return dict([(label, tuple(functions[label])) for label in functions])


def _add(row, *numbers):
    for position, number in enumerate(numbers):
        row[position] += number


def _label(code):
    # Functions of C are told by their description alone.
    return ('~', 0, code) if isinstance(code, str) else (code.co_filename, code.co_firstlineno, code.co_name)


def _is_own(code):
    return code == _DISABLE if isinstance(code, str) else is_own(code)


# Our own call, which ends each profile.
_DISABLE = "<method 'disable' of '_lsprof.Profiler' objects>"


own_file(CallProfile.write.__code__)
