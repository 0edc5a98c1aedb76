"""Exceptions raised in another thread, and what they leave behind when that thread does not take them.

In CPython before 3.13 a waiting exception sets a flag for all threads, which only the thread that takes it clears. While it is
set, 3.11 repeats the first instruction of a traced function for ever: nothing may be left waiting there.
"""
import _thread
import ctypes
import sys
import time

_WAITS_BADLY = (3, 11) <= sys.version_info < (3, 12)
# Seconds that a thread has to take an exception where it may not be left waiting.
_PATIENCE = 0.05


class _Settled(BaseException):
    pass


def _set(ident, exception):
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(exception) if exception is not None else None)


def raise_in(ident, exception, has_taken):
    """Raises an exception class in a thread, at its next line of Python. has_taken() tells that it is not needed any more.

    A thread that is in C gets it when it comes back; on 3.11 it does not get it then.
    """
    _set(ident, exception)
    if not _WAITS_BADLY or ident == _thread.get_ident():
        return
    until = time.monotonic() + _PATIENCE
    while not has_taken() and time.monotonic() < until:
        time.sleep(0.001)
    if not has_taken():
        _set(ident, None)
        settle()


def settle(*expected):
    """Takes back what may still be waiting for the current thread, and clears the flag. Swallows exceptions of the classes `expected`."""
    while True:
        try:
            _set(_thread.get_ident(), _Settled)
            for _ in range(1000):
                pass  # it comes at the latest where a loop begins anew
            return
        except _Settled:
            return
        except expected:
            continue
