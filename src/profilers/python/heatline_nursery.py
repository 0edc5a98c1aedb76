"""Helpers with exact positions for forked children.

A helper is a fork of the profiled process from before its program began (heatline_exact.py). A child that the program forks later cannot
make one: its fork would share the child's memory, which might be large, and would run the program's own hooks. So one more fork
is made at the beginning, and waits. A forked child sends it two descriptors, of its own memory and of a ring, and it forks a helper that
gets them. It ends when the last process is gone that could ask.

Only on Linux with 64-bit CPython. Standard library only.
"""

import _signal
import _thread
import os
import sys

from heatline_control import move_up
from heatline_exact import become_bystander, helpers_work
from heatline_ring import SIZE, Ring
from heatline_runner import is_own_path, own_file


class Nursery(object):
    """The way to the waiting process; forked children inherit it."""

    def __init__(self):
        self._mmap = self._socket = None
        self._fd = -1
        self._identity = None
        # Only this thread's state is where helpers look first.
        self._main = _thread.get_ident()

    def start(self):
        """Starts the waiting process; False when this platform has none."""
        if not (helpers_work() and hasattr(os, 'memfd_create')):
            return False
        loaded = set(sys.modules)
        try:
            import _socket
            import mmap
            self._mmap, self._socket = mmap, _socket
            ours, other = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
            child = os.fork()
            if child == 0:
                try:
                    os.setsid()
                    if os.fork() == 0:
                        self._wait(other.detach())
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            other.close()
            self._fd = move_up(ours.detach())
            self._identity = _identity(self._fd)
        except (ImportError, OSError):
            return False
        finally:
            for name in set(sys.modules) - loaded:
                del sys.modules[name]
        return True

    def order(self):
        """Asks for a helper for this process; returns its ring, or None when there is nobody to ask."""
        memory = shared = -1
        try:
            if _thread.get_ident() != self._main or _identity(self._fd) != self._identity:
                return None
            memory = os.open('/proc/self/mem', os.O_RDONLY)
            shared = os.memfd_create('heatline', os.MFD_CLOEXEC)
            os.ftruncate(shared, SIZE)
            ring = Ring(self._mmap, shared)
            handle = self._socket.socket(self._socket.AF_UNIX, self._socket.SOCK_SEQPACKET, 0, self._fd)
            try:
                descriptors = b''.join([fd.to_bytes(4, sys.byteorder) for fd in (memory, shared)])
                rights = (self._socket.SOL_SOCKET, self._socket.SCM_RIGHTS, descriptors)
                handle.sendmsg([str(os.getpid()).encode('ascii')], [rights], self._socket.MSG_DONTWAIT)
            finally:
                handle.detach()
            return ring
        except OSError:
            return None
        finally:
            for fd in (memory, shared):
                if fd >= 0:
                    os.close(fd)

    def _wait(self, fd):
        become_bystander(fd)
        _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
        handle = self._socket.socket(self._socket.AF_UNIX, self._socket.SOCK_SEQPACKET, 0, fd)
        while True:
            try:
                data, rights, _flags, _address = handle.recvmsg(32, self._socket.CMSG_SPACE(8))
            except OSError:
                return
            descriptors = [int.from_bytes(row[2][at:at + 4], sys.byteorder) for row in rights for at in range(0, len(row[2]), 4)]
            if not data:
                return
            if len(descriptors) == 2 and os.fork() == 0:
                handle.close()
                from heatline_peek import serve
                serve(int(data), descriptors[0], Ring(self._mmap, descriptors[1]), is_own_path)
                os._exit(0)
            for descriptor in descriptors:
                os.close(descriptor)


def _identity(fd):
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


own_file(Nursery.order.__code__)
