"""Keeps our sockets out of the program's way: high numbers, so that the program's own files get the numbers they would get without
us, and out of reach of the loops in which daemons close every descriptor they might have inherited."""
import errno
import os
import socket

_HIGH = (960, 200, 100)
_close, _closerange = os.close, getattr(os, 'closerange', None)
_ours = set()


def shelter(sock):
    """The same connection as a socket with a high number, known to the guards below; the given one is closed.

    Where the system has no way to choose a number (Windows), or no high one is free, the socket stays as it is.
    """
    try:
        import fcntl
    except ImportError:
        return sock
    for lowest in _HIGH:
        try:
            number = fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD_CLOEXEC, lowest)
        except (OSError, ValueError):
            continue
        high = socket.socket(sock.family, sock.type, sock.proto, number)
        high.settimeout(sock.gettimeout())
        sock.close()
        _ours.add(number)
        return high
    return sock


def forget(sock):
    """To be called before a sheltered socket is closed, when its number becomes free for the program."""
    try:
        _ours.discard(sock.fileno())
    except (OSError, ValueError):
        pass


def guard():
    """From now on os.close() and os.closerange() leave our sockets open: for the program they are numbers that were never opened.

    Code in C that closes by itself (the child of subprocess, after fork and before exec) is meant not to keep them.
    """
    if os.close is not _close:
        return

    def close(fd):
        if fd in _ours:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return _close(fd)

    def closerange(fd_low, fd_high):
        for number in sorted(number for number in _ours if fd_low <= number < fd_high):
            _closerange(fd_low, number)
            fd_low = number + 1
        return _closerange(fd_low, fd_high)

    for ours, name in ((close, 'close'), (closerange, 'closerange')):
        original = getattr(os, name, None)
        if original is not None:
            ours.__doc__, ours.__module__ = original.__doc__, original.__module__
            setattr(os, name, ours)
