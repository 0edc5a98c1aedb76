"""The helper process of heatline_exact.py: looks into the memory of the profiled process.

Standard library only, Linux with 64-bit CPython 3.10 and later. It is a fork of the profiled process from before its program began:
the same interpreter, laid out the same way in memory.
"""

import marshal
import os
import sys
import time
from itertools import islice
from struct import unpack_from

from heatline_layout import POINTER_MASK, Layout, Memory
from heatline_ring import FAILED, READY, RingWriter

BLOCK = 4096
DEEPEST = 50000
TRIES = 4
# A share of one cpu that this process may use.
COST_SHARE = 0.05
RECHECK_SECONDS = 0.5
MOVE_SECONDS = 0.00005
MOST_CODES = 10000

# Shared by all copies of code objects, where the number of instructions does not matter.
_ANY_SIZE = bytes(1 << 20)


def serve(pid, memory_fd, ring, is_own_path):
    """Writes stacks of running threads into the ring until the process is gone or asks it to stop.

    is_own_path tells which files are ours.
    """
    try:
        watcher = Watcher(pid, Memory(memory_fd), RingWriter(ring), Layout(), is_own_path)
    except Exception:
        ring.state = FAILED
        return
    ring.state = READY
    watcher.run()


class Watcher(object):
    """Samples threads that are on the cpu, or ready to be."""

    def __init__(self, pid, memory, writer, layout, is_own_path):
        self._pid = pid
        self._memory = memory
        self._writer = writer
        self._layout = layout
        self._names = CodeNames(memory, layout, writer, is_own_path)
        # Native id -> descriptor of its stat file; ident -> address of its thread state.
        self._stat_files = {}
        self._states = {}
        # Address of a code object -> f_lasti when a frame of it was innermost.
        self._last_seen = {}
        self._random = pid

    def run(self):
        """Samples until the process is gone."""
        ring = self._writer.ring
        cost = 0.0
        recheck = 0.0
        while not ring.stopped:
            period = ring.period_ns * 1e-9
            if not period:
                time.sleep(0.002)
            else:
                self._random = (self._random * 1103515245 + 12345) & 0x7fffffff
                time.sleep(max(period, cost / COST_SHARE) * (0.75 + (self._random >> 8) / 16777216.0))
            began = time.thread_time()
            if began >= recheck:
                recheck = began + RECHECK_SECONDS * COST_SHARE
                self._names.forget_checks()
                self._last_seen.clear()
            try:
                # Fails when the process is gone, or has become another program.
                self._memory.read(self._layout.main_state, 8)
            except LookupError:
                return
            if period:
                for ident, tid in ring.threads():
                    if self._runs(tid):
                        self._sample(ident)
            cost += (time.thread_time() - began - cost) / 8

    def _runs(self, tid):
        try:
            fd = self._stat_files.get(tid)
            if fd is None:
                fd = self._stat_files[tid] = os.open('/proc/%d/task/%d/stat' % (self._pid, tid), os.O_RDONLY)
            text = os.pread(fd, 64, 0)
        except OSError:
            if tid in self._stat_files:
                os.close(self._stat_files.pop(tid))
            return False
        # "tid (name) state ...", where the name may hold anything.
        end = text.rfind(b') ')
        return text[end + 2:end + 3] == b'R'

    def _sample(self, ident):
        state = self._states.get(ident)
        if state is None:
            self._find_states()
            state = self._states.get(ident)
            if state is None:
                return
        for _ in range(TRIES):
            try:
                frames, top = self._stack(ident, state)
                moved = bool(frames) and self._moves(state, top)
            except Exception:
                # The thread has ended or its stack changed under our eyes: then there is no telling what is read.
                continue
            if frames:
                self._writer.write(marshal.dumps((ident, moved, tuple(frames), top[2], top[3])), False)
            return
        self._states.pop(ident, None)

    def _find_states(self):
        self._states.clear()
        address = self._layout.main_state
        while address and len(self._states) < 10000:
            try:
                ident = self._memory.words(address + self._layout.ident, 1)[0]
                self._states[ident] = address
                address = self._memory.words(address + self._layout.newer, 1)[0]
            except LookupError:
                return

    def _stack(self, ident, state):
        """Numbers of the thread's frames, innermost first, and of the innermost: address, instruction, code and f_lasti."""
        layout = self._layout
        size = layout.frame_size
        blocks = layout.lasti is not None
        if self._memory.words(state + layout.ident, 1)[0] != ident:
            raise LookupError('another thread')
        address = self._current(state)
        if not address:
            return [], None
        start, data = self._around(address, size, blocks)
        lives = self._lives(data, address - start)
        top = address, data[address - start + layout.instruction:][:8]
        found = []
        innermost = True
        while address and len(found) < DEEPEST:
            offset = address - start
            if offset < 0 or offset + size > len(data):
                start, data = self._around(address, size, blocks)
                offset = address - start
            code = unpack_from('<Q', data, offset + layout.code)[0] & POINTER_MASK
            if code not in layout.hidden:
                if blocks:
                    lasti = unpack_from('<Q', data, offset + layout.instruction)[0] - code - layout.lasti
                else:
                    lasti = 2 * unpack_from('<i', data, offset + layout.instruction)[0]
                # Between the two reads the innermost function may have come to its end, or called another. It still was the one that
                # ran; where in it is taken from when it was seen last, since short functions would else only be seen at their ends.
                if innermost and not lives:
                    lasti = self._last_seen.get(code, lasti)
                number = self._names.number(code, lasti)
                if innermost:
                    top += (code, lasti)
                    if lives:
                        self._last_seen[code] = lasti
                if number >= 0:
                    found.append(number)
                innermost = False
            address = unpack_from('<Q', data, offset + layout.back)[0]
        return found, top

    def _moves(self, state, top):
        """Whether the thread goes on within a short time. If not, it is in a long operation, or the system has put it off the cpu."""
        deadline = time.monotonic() + MOVE_SECONDS
        while True:
            address = self._current(state)
            if address != top[0] or self._memory.read(address + self._layout.instruction, 8) != top[1]:
                return True
            if time.monotonic() >= deadline:
                return False

    def _current(self, state):
        offset, below = self._layout.current
        address = self._memory.words(state + offset, 1)[0]
        return address if below < 0 else self._memory.words(address + below, 1)[0]

    def _lives(self, data, offset):
        if self._layout.live is None:
            return True
        position, form, value = self._layout.live
        return unpack_from(form, data, offset + position)[0] == value

    def _around(self, address, size, blocks):
        """(address, bytes) with the frame; where frames lie one behind the other, with the ones that called it."""
        if blocks:
            try:
                return address + size - BLOCK, self._memory.read(address + size - BLOCK, BLOCK)
            except LookupError:
                pass
        return address, self._memory.read(address, size)


class CodeNames(object):
    """Numbers frames, and writes what each number means: (number, full name, file, first line, line, column)."""

    def __init__(self, memory, layout, writer, is_own_path):
        self._memory = memory
        self._text = layout.text
        self._layout = layout.codes
        self._writer = writer
        self._is_own_path = is_own_path
        # Address of the code -> [what its memory held, a code object with the same names and lines, lasti -> number].
        self._codes = {}
        self._checked = set()
        self._count = 0

    def forget_checks(self):
        """Has each code object looked at again: another one may have its address now."""
        self._checked.clear()
        if len(self._codes) > MOST_CODES:
            # Programs that make code all the time.
            self._codes.clear()

    def number(self, address, lasti):
        """The frame's number; -1 for our own code. LookupError when there is no code object."""
        if address not in self._checked:
            content = self._memory.read(address, self._layout.size)[8:]
            known = self._codes.get(address)
            if known is None or known[0] != self._identity(content):
                self._codes[address] = [self._identity(content), self._copy(content), {}]
            self._checked.add(address)
        _content, code, numbers = self._codes[address]
        number = numbers.get(lasti)
        if number is None:
            if not -2 <= lasti < len(code.co_code):
                raise LookupError('not an instruction')
            number = numbers[lasti] = self._define(code, lasti)
        return number

    def _identity(self, content):
        layout = self._layout
        return [unpack_from('<Q', content, offset - 8)[0] for offset in (layout.file, layout.name, layout.full_name, layout.lines)]

    def _copy(self, content):
        layout = self._layout
        if unpack_from('<Q', content, 0)[0] != layout.kind:
            raise LookupError('no code object')
        file, name, full_name, lines = self._identity(content)
        text, memory = self._text, self._memory
        # Python itself then reads the table of lines. Up to 3.10 the instructions are elsewhere, and their number does not matter.
        size = 2 * unpack_from('<I', content, 8)[0] if sys.version_info >= (3, 11) else 0
        changes = {
            'co_filename': text.string(memory, file), 'co_name': text.string(memory, name),
            'co_firstlineno': unpack_from('<i', content, layout.first_line - 8)[0], 'co_linetable': text.bytes(memory, lines),
            'co_code': bytes(size) if size else _ANY_SIZE}
        model = CodeNames.number.__code__
        if hasattr(model, 'co_qualname'):
            changes['co_qualname'] = text.string(memory, full_name)
        return model.replace(**changes)

    def _define(self, code, lasti):
        if self._is_own_path(code.co_filename):
            return -1
        line, column = place(code, lasti)
        self._count += 1
        name = getattr(code, 'co_qualname', None) or code.co_name
        row = (self._count - 1, name, code.co_filename, code.co_firstlineno, line, column)
        self._writer.write(marshal.dumps(row), True)
        return row[0]


def place(code, lasti):
    """Line and 1-based column (in UTF-8 bytes) of an instruction; 0 where Python does not know."""
    line, column = None, None
    if hasattr(code, 'co_positions'):
        for position in islice(code.co_positions(), lasti // 2, lasti // 2 + 1):
            line, column = position[0], position[2]
    if line is None and lasti < 0:
        line = code.co_firstlineno
    if line is None:
        for start, end, number in code.co_lines():
            if start <= lasti < end:
                line = number
    return line or 0, column + 1 if line and column is not None else 0
