"""cProfile for a whole program, without losing the profile when the program ends badly.

    python [options] heatline_cprofile.py --out FILE [--stop FILE] -- script.py args...    or    -- -m module args...

What stands after `--` is what would stand after `python`, and runs as it would there (heatline_runner.py). FILE gets the statistics
in the format of the pstats module. The file is written under another name and then renamed: it is whole or not there. It
is written when

- the program's main thread ends: by its last line, an exception, sys.exit() or Ctrl-C;
- the file named by --stop appears: KeyboardInterrupt is raised in the main thread, and two seconds later, when the program still runs,
  the statistics are written and the process ends with exit code 130;
- SIGTERM arrives and the program has no handler for it (with one, the program decides); the process then dies of the signal;
- the program calls os._exit() or one of os.exec*(), which are wrapped for this.

SIGKILL, os.abort() and crashes lose everything, since cProfile keeps its numbers in memory until then.

What is in it: up to Python 3.11 the main thread alone. From 3.12 on the calls of all threads, but cProfile keeps one stack for all of
them, so times of programs with several busy threads are not to be trusted. Calls are timed by the clock, waiting included.
The numbers begin at the program's `<module>`: unlike with python -m cProfile, there is no exec() around it, and our own
functions are left out. For -m, runpy and the search for the module are in it, as they are there. Functions with the same
file, line and name (two lambdas on one line) are added up; cProfile's own writer keeps only the last of them.
Forked children are not profiled.
"""

import marshal
import os
import sys
import time

if sys.version_info < (3, 6):
    sys.exit('heatline: profiling needs Python 3.6 or later, this is %s' % sys.version.split()[0])

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_writes_bytecode = sys.dont_write_bytecode
# Nothing is left behind in this folder, which may not be writable either.
sys.dont_write_bytecode = True
sys.path.insert(0, _FOLDER)
import heatline_runner as runner
from heatline_control import Stop, start_hidden_thread
from heatline_forks import ForkGuard
sys.dont_write_bytecode = _writes_bytecode
runner.forget_own_folder(_FOLDER)

import _lsprof
import _signal
import _thread

STOP_CHECK_SECONDS = 0.05

_getpid, _exit, _kill, _replace = os.getpid, os._exit, os.kill, os.replace


class CallProfile(object):
    """The profiler and its file."""

    def __init__(self, path):
        self._path = path
        self._pid = _getpid()
        self._profiler = _lsprof.Profiler()
        self._writing = _thread.allocate_lock()

    def begin(self):
        """Starts counting calls, or goes on after a write()."""
        self._profiler.enable(True, True)

    def write(self):
        """Stops counting and writes the file; calls that are not over count until now. Does not write in forked children."""
        # First of all, so that nothing of this is counted.
        self._profiler.disable()
        if _getpid() != self._pid or not self._writing.acquire(False):
            return
        try:
            data = marshal.dumps(statistics(self._profiler.getstats()))
            part = '%s.%d.part' % (self._path, self._pid)
            with open(part, 'wb') as stream:
                stream.write(data)
            _replace(part, self._path)
        except OSError as error:
            sys.stderr.write('heatline: cannot write %s: %s\n' % (self._path, error.strerror))
        finally:
            self._writing.release()


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
    return code == _DISABLE if isinstance(code, str) else runner.is_own(code)


# Our own call, which ends each profile.
_DISABLE = "<method 'disable' of '_lsprof.Profiler' objects>"


def _guard_exits(profile):
    def leave(status):
        profile.write()
        _exit(status)
    leave.__name__ = '_exit'
    leave.__doc__ = os._exit.__doc__
    os._exit = leave
    # All of os.exec* end in these two.
    for name in ('execv', 'execve'):
        setattr(os, name, _written_before(profile, getattr(os, name)))


def _written_before(profile, original):
    def execute(*arguments, **named):
        profile.write()
        try:
            return original(*arguments, **named)
        finally:
            profile.begin()
    execute.__name__ = original.__name__
    execute.__doc__ = original.__doc__
    return execute


def _guard_termination(profile):
    """Writes the profile on SIGTERM, and ends profiling in forked children. Returns the guard, for our thread."""
    def terminate(_signum, _frame):
        profile.write()
        _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
        _kill(_getpid(), _signal.SIGTERM)
    if os.name == 'posix' and _signal.getsignal(_signal.SIGTERM) == _signal.SIG_DFL:
        _signal.signal(_signal.SIGTERM, terminate)

    def in_child():
        profile.write()
        if os.name == 'posix' and _signal.getsignal(_signal.SIGTERM) is terminate:
            try:
                _signal.signal(_signal.SIGTERM, _signal.SIG_DFL)
            except ValueError:
                # Not the main thread forked; the handler does the same, later.
                pass
    return ForkGuard(in_child)


def main():
    """Runs the program that the command line names, under the profiler."""
    options, words = runner.parse_command_line(sys.argv[1:], {'out': None, 'stop': None})
    if options['out'] is None:
        runner.usage_error('--out is missing')
    profile = CallProfile(os.path.abspath(options['out']))
    program = runner.load(words)
    _guard_exits(profile)
    forks = _guard_termination(profile)
    if options['stop']:
        stop = Stop(os.path.abspath(options['stop']), _thread.get_ident(), profile.write)

        def watch(sleep=time.sleep):
            while True:
                sleep(STOP_CHECK_SECONDS)
                forks.tidy()
                stop.check()
        start_hidden_thread(watch)

    def end(_error):
        profile.write()
    runner.run(program, profile.begin, end)


if __name__ == '__main__':
    runner.own_file(main.__code__)
    main()
