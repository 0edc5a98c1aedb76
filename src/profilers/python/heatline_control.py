"""What the programs of this folder need to watch over a running program from a second thread.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import _signal
import _thread
import os
import sys
import time

from heatline_runner import own_file

GRACE_SECONDS = 2.0
STOP_CODE = 130

_access, _exit, _kill = os.access, os._exit, os.kill
_monotonic = time.monotonic


def move_up(fd):
    """Moves a file descriptor to a high number, out of the way of programs that count or close theirs; returns its number."""
    for number in (1000, 250):
        try:
            os.fstat(number)
        except OSError:
            try:
                os.dup2(fd, number, False)
            except OSError:
                continue
            os.close(fd)
            return number
    return fd


def start_hidden_thread(function):
    """Starts function() in a thread that the program's own tools do not see; like a daemon's it does not keep the process alive.

    It is no threading.Thread, so threading.enumerate(), threading.settrace() and threading.setprofile() leave it alone, and
    signals are blocked in it, so that they interrupt the program's system calls and never ours.

    From 3.12 on cProfile, coverage and debuggers see every thread's events through sys.monitoring. No events are raised
    by code that runs inside a tracing function, so function() is run inside one.
    """
    ready = _thread.allocate_lock()
    ready.acquire()

    def body():
        _block_signals()
        if sys.version_info < (3, 12):
            ready.release()
            function()
            return
        entered = []

        def callback(_frame, _event, _argument):
            sys.setprofile(None)
            entered.append(True)
            ready.release()
            function()
        sys.setprofile(callback)
        _first_event()
        if not entered:
            ready.release()
            function()
    ident = _thread.start_new_thread(body, ())
    # Before this nothing may be recorded: what the thread does until then can be seen.
    ready.acquire()
    return ident


def _first_event():
    """The call that makes the interpreter enter the profile function."""


def _block_signals():
    if not hasattr(_signal, 'pthread_sigmask'):
        return
    # Not those that a faulting instruction raises.
    kept = set(getattr(_signal, name, 0) for name in ('SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS'))
    valid = _signal.valid_signals() if hasattr(_signal, 'valid_signals') else range(1, _signal.NSIG)
    try:
        _signal.pthread_sigmask(_signal.SIG_BLOCK, set(valid) - kept)
    except (OSError, ValueError):
        pass


class Stop(object):
    """Ends the program when a file appears.

    check() is called now and then from the watching thread. The first time the file is there, KeyboardInterrupt is raised
    in the main thread, as Ctrl-C does. Two seconds later the program is ended by os._exit(130), after last_words(), which
    should keep the profile: the program swallowed the exception, waits for other threads, or is inside a C function.
    A program that ignores SIGINT, or took the default action back, is not given those two seconds.
    """

    def __init__(self, path, main_thread, last_words):
        self.path = path
        self.requested = False
        self._main_thread = main_thread
        self._last_words = last_words
        self._deadline = 0.0

    def check(self):
        """Does what is due now."""
        if not self.requested:
            if not _access(self.path, os.F_OK):
                return
            self.requested = True
            self._deadline = _monotonic() + GRACE_SECONDS
            if not callable(_signal.getsignal(_signal.SIGINT)):
                self._deadline = 0.0
            elif hasattr(_signal, 'pthread_kill'):
                # A real signal: it ends time.sleep(), input() and the like, which interrupt_main() does not.
                _signal.pthread_kill(self._main_thread, _signal.SIGINT)
            else:
                _thread.interrupt_main()
        if _monotonic() >= self._deadline:
            self._last_words()
            flush_standard_streams()
            _exit(STOP_CODE)


class Release(object):
    """Ends the profile and not the program, when a file appears or the process that asked for the profile is gone."""

    def __init__(self, path, agent):
        self.requested = False
        self._path = path
        self._agent = agent

    def check(self):
        """True when it is time to end."""
        if not self.requested:
            self.requested = _access(self._path, os.F_OK) or not self._is_wanted()
        return self.requested

    def _is_wanted(self):
        try:
            _kill(self._agent, 0)
        except ProcessLookupError:
            return False
        except OSError:
            pass
        return True


def flush_standard_streams(seconds=0.3):
    """Flushes sys.stdout and sys.stderr, but gives up after this time: another thread may hold their locks for ever."""
    done = _thread.allocate_lock()
    done.acquire()

    def flush():
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:
                pass
        done.release()
    try:
        _thread.start_new_thread(flush, ())
    except RuntimeError:
        return
    done.acquire(True, seconds)


own_file(Stop.check.__code__)
