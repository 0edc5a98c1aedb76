"""Exact positions of running threads, seen from outside.

A sampling thread cannot see where another thread is: it must first get the interpreter's lock, which from 3.10 on is given up only at
calls, at the starts of functions and at the ends of loops. What runs between these is never seen; its time shows up at the
next of them, often in another function. So a helper process looks into this process's memory while it runs, at any instruction.

The helper is forked before the program begins, and given a descriptor of /proc/self/mem, which can be opened here without the rights
that it takes to look into another process. It is nobody's child and belongs to no terminal, so that the program cannot
notice it, holds no other file, and ends with this process. It reads only; what it finds is checked there (heatline_layout.py).

Only on Linux with 64-bit CPython. Standard library only.
"""

import _signal
import marshal
import os
import sys
import time

from heatline_ring import FAILED, READY, STARTING, Ring
from heatline_runner import is_own_path, own_file

START_SECONDS = 1.0


def exact_positions_needed():
    """True where the interpreter gives up its lock at few places only."""
    return sys.version_info >= (3, 10)


def helpers_work():
    """True where a helper can be had at all."""
    return sys.platform.startswith('linux') and sys.implementation.name == 'cpython' and sys.maxsize > 1 << 32


class ExactPositions(object):
    """Collects stacks of threads that use the cpu. recording gets their frames."""

    def __init__(self, recording):
        self.recording = recording
        self._ring = None
        # The helper's numbers of frames -> the recording's.
        self._frames = []

    def prepare(self, seconds=START_SECONDS):
        """Starts the helper and waits for it for so long; False when this platform has none. For a process without a past."""
        if not helpers_work():
            return False
        loaded = set(sys.modules)
        try:
            import mmap
            self._ring = Ring(mmap)
            self._start_helper()
        except (ImportError, OSError):
            return False
        finally:
            for name in set(sys.modules) - loaded:
                del sys.modules[name]
        deadline = time.monotonic() + seconds
        while self._ring.state == STARTING and time.monotonic() < deadline:
            time.sleep(0.001)
        if self._ring.state == FAILED or (seconds and self._ring.state != READY):
            self._ring.stop()
            return False
        return True

    def adopt(self, nursery):
        """Gets a helper from the nursery, for a forked process; False when it has none to give. It comes by itself, a little later."""
        self._ring = nursery.order()
        return self._ring is not None

    def _start_helper(self):
        memory = os.open('/proc/self/mem', os.O_RDONLY)
        pid = os.getpid()
        child = os.fork()
        if child:
            os.close(memory)
            os.waitpid(child, 0)
            return
        try:
            # Away from the terminal and its signals; and a grandchild, which the program cannot wait for.
            os.setsid()
            if os.fork() == 0:
                _become_helper(pid, memory, self._ring)
        finally:
            os._exit(0)

    def start(self, period_ns):
        """Asks for a stack of each running thread each so many nanoseconds."""
        self._ring.period_ns = period_ns

    def set_threads(self, threads):
        """Tells the helper the threads, as (ident, native id) each."""
        self._ring.set_threads(threads)

    def stop(self):
        """Ends the helper."""
        self._ring.stop()

    def read(self):
        """The stacks since the last call, by the threads' idents: (those of threads that moved on at once, all others)."""
        stacks = {}
        for record in self._ring.read():
            row = marshal.loads(record)
            if len(row) == 6:
                self._frames.append(self.recording.frame_at(*row[1:]))
                continue
            ident, moved, frames, code, lasti = row
            # One that did not move on and wants the interpreter's lock does not run, however ready it is.
            if moved or not self.recording.gave_way(code, lasti):
                stack = self.recording.fold([self._frames[number] for number in frames])
                if stack >= 0:
                    stacks.setdefault(ident, ([], []))[0 if moved else 1].append(stack)
        return stacks


def _become_helper(pid, memory, ring):
    become_bystander(memory)
    from heatline_peek import serve
    serve(pid, memory, ring, is_own_path)


def become_bystander(kept):
    """Gives up all of the program's in this fork of it, files but the one descriptor included, and makes our modules importable."""
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    os.chdir('/')
    for name in os.listdir('/proc/self/fd'):
        if int(name) != kept:
            try:
                os.close(int(name))
            except OSError:
                pass
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)


own_file(exact_positions_needed.__code__)
