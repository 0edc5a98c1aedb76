"""Where CPython keeps threads, frames and code in memory, found out by looking at things that are known.

There are no tables of offsets per version here: each number is searched for in objects of this interpreter whose contents
can be asked for in Python too, and counts only when it is right for several of them. An interpreter that is built in another
way than expected gives LookupError, and nothing worse: memory is read through /proc/self/mem, which refuses what is not there.

Used only in the helper process (heatline_peek.py), on Linux with 64-bit CPython 3.10 and later.
"""

import _thread
import struct
import sys
from os import O_RDONLY, open as os_open, pread

POINTER_MASK = ~7
_FRAME_WORDS = 12
_STATE_WORDS = 96


class Memory(object):
    """The memory behind a descriptor of some /proc/PID/mem."""

    def __init__(self, fd):
        self.fd = fd

    def read(self, address, count):
        """The bytes at an address; LookupError when they cannot be read."""
        try:
            data = pread(self.fd, count, address)
        except (OSError, OverflowError, ValueError):
            data = b''
        if len(data) != count:
            raise LookupError('no memory at %x' % address)
        return data

    def words(self, address, count):
        """64-bit words at an address."""
        return struct.unpack('<%dQ' % count, self.read(address, 8 * count))


class Layout(object):
    """Offsets in bytes. current is (offset in the thread state, offset behind that pointer or -1 for none).

    frame_size is how much of a frame must be read; lasti is what to subtract from (instruction - code) to get f_lasti, or None when
    frames hold f_lasti / 2 as a number (3.10). hidden are the code addresses of frames that Python does not show.
    """

    def __init__(self):
        self.memory = Memory(os_open('/proc/self/mem', O_RDONLY))
        self.main_state = _thread_state()
        self.ident = self.newer = 0
        self.current = (0, -1)
        self.code = self.back = self.instruction = self.frame_size = 0
        self.lasti = None
        # (offset, struct format, value): what tells that the innermost frame is not over; None when nothing does.
        self.live = None
        self.hidden = set()
        self._frame_pointer = None
        self._find_frames()
        self._find_threads()
        self.text = TextLayout(self.memory)
        self.codes = CodeLayout(self.memory)

    def _find_frames(self):
        self._one(self._two)
        # A call from C to Python, as sort() makes them, may put a frame of its own between.
        sorted([0], key=self._find_hidden)

    def _one(self, then):
        # Calls at different places of different functions, for the search of f_lasti.
        ignored = 0
        ignored += 1
        then()
        return ignored

    def _two(self):
        return self._measure(sys._getframe())

    def _measure(self, caller):
        frame = sys._getframe()
        frames = [frame, caller, caller.f_back, caller.f_back.f_back]
        if sys.version_info >= (3, 11):
            addresses = self._inner_frames(frames)
        else:
            addresses = [id(frame) for frame in frames]
        words = [self.memory.words(address, _FRAME_WORDS + 1) for address in addresses]
        self.code = _common_offset([[word & POINTER_MASK == id(frame.f_code) for word in row] for row, frame in zip(words, frames)])
        self.back = _common_offset([[word == below for word in row] for row, below in zip(words, addresses[1:])])
        self.current = None
        # In this very function, as calls would change it.
        for position, word in enumerate(struct.unpack('<%dQ' % _STATE_WORDS, pread(self.memory.fd, 8 * _STATE_WORDS, self.main_state))):
            if word == addresses[0]:
                self.current = 8 * position, -1
                break
            try:
                below = struct.unpack('<2Q', pread(self.memory.fd, 16, word))
            except (OSError, OverflowError, struct.error):
                continue
            if addresses[0] in below and self.current is None:
                self.current = 8 * position, 8 * below.index(addresses[0])
        if self.current is None:
            raise LookupError('current frame')
        if sys.version_info >= (3, 11):
            self.instruction, self.lasti = self._find_instruction(words[1:], frames[1:])
            # stacktop is -1 while the evaluation loop keeps the stack pointer in a register (up to 3.13).
            live, other = (self.instruction + 8, '<i', -1), addresses[1]
        else:
            self.instruction = self._find_lasti(addresses[1:], frames[1:])
            # f_state is FRAME_EXECUTING; behind f_lasti come f_lineno and f_iblock.
            live, other = (self.instruction + 12, '<b', 0), id(_finished_frame())
        offset, form, value = live
        # In this very function, as above.
        now = struct.unpack_from(form, pread(self.memory.fd, 4, addresses[0] + offset))[0]
        if now == value != struct.unpack_from(form, pread(self.memory.fd, 4, other + offset))[0]:
            self.live = live
        self.frame_size = 16 + max(self.code, self.back, self.instruction)

    def _inner_frames(self, frames):
        """The addresses of the interpreter's own frames: their objects point to them."""
        rows = [self.memory.words(id(frame), 8) for frame in frames]
        for position in range(8):
            addresses = [row[position] for row in rows]
            if all([self._has_code(address, frame.f_code) for address, frame in zip(addresses, frames)]):
                self._frame_pointer = 8 * position
                return addresses
        raise LookupError('frames')

    def _has_code(self, address, code):
        try:
            return id(code) in [word & POINTER_MASK for word in self.memory.words(address, _FRAME_WORDS)]
        except LookupError:
            return False

    def _find_instruction(self, words, frames):
        for position in range(_FRAME_WORDS):
            starts = set([row[position] - id(frame.f_code) - frame.f_lasti for row, frame in zip(words, frames)])
            if len(starts) == 1 and 0 < min(starts) < 1024:
                return 8 * position, starts.pop()
        raise LookupError('instructions')

    def _find_lasti(self, addresses, frames):
        rows = [struct.unpack('<32i', self.memory.read(address, 128)) for address in addresses]
        return _common_offset([[2 * number == frame.f_lasti for number in row] for row, frame in zip(rows, frames)], 4)

    def _find_hidden(self, _item):
        frame = sys._getframe()
        address = self.memory.words(id(frame) + self._frame_pointer, 1)[0] if self._frame_pointer is not None else id(frame)
        shown = set()
        while frame is not None:
            shown.add(id(frame.f_code))
            frame = frame.f_back
        while address:
            words = self.memory.words(address, _FRAME_WORDS)
            code = words[self.code // 8] & POINTER_MASK
            if code not in shown:
                self.hidden.add(code)
            address = words[self.back // 8]

    def _find_threads(self):
        """The thread's ident in its state, and the pointer to the state of the thread that was created after it."""
        own = _thread.get_ident()
        self.ident = 8 * self.memory.words(self.main_state, _STATE_WORDS).index(own)
        stop = _thread.allocate_lock()
        stop.acquire()
        ready = _thread.allocate_lock()
        ready.acquire()

        def wait():
            ready.release()
            stop.acquire()
            stop.release()
        idents = []
        try:
            for _ in range(2):
                idents.append(_thread.start_new_thread(wait, ()))
                ready.acquire()
            for position, word in enumerate(self.memory.words(self.main_state, _STATE_WORDS)):
                try:
                    after = self.memory.words(word, _STATE_WORDS)
                    last = self.memory.words(after[position], _STATE_WORDS)
                except LookupError:
                    continue
                if [after[self.ident // 8], last[self.ident // 8]] == idents and not last[position]:
                    self.newer = 8 * position
                    return
        finally:
            stop.release()
        raise LookupError('threads')


class CodeLayout(object):
    """Offsets in code objects."""

    def __init__(self, memory):
        codes = [_common_offset.__code__, Memory.read.__code__, Layout._find_threads.__code__, self.__init__.__func__.__code__]
        rows = [memory.words(id(code), 32) for code in codes]

        def find(name):
            return _common_offset([[word == id(getattr(code, name)) for word in row] for row, code in zip(rows, codes)])
        self.file, self.name, self.lines = find('co_filename'), find('co_name'), find('co_linetable')
        self.full_name = find('co_qualname') if hasattr(codes[0], 'co_qualname') else self.name
        numbers = [struct.unpack('<64i', memory.read(id(code), 256)) for code in codes]
        self.first_line = _common_offset([[n == code.co_firstlineno for n in row] for row, code in zip(numbers, codes)], 4)
        self.kind = rows[0][1]
        if [row[1] for row in rows] != [self.kind] * len(rows):
            raise LookupError('kind of code objects')
        self.size = 8 + max(self.file, self.name, self.lines, self.full_name, self.first_line)


class TextLayout(object):
    """Reads strings and bytes."""

    def __init__(self, memory):
        samples = ['heatline text', 'heatline text \xe9\xff', 'heatline text \u20ac\u0151', 'heatline text \U0001f600\U0001f601']
        encoded = [(samples[0], 1, 'latin-1'), (samples[1], 1, 'latin-1'), (samples[2], 2, 'utf-16-le'), (samples[3], 4, 'utf-32-le')]
        self._encodings = dict([(kind, name) for _, kind, name in encoded])
        offsets = [memory.read(id(text), 200).find(text.encode(name)) for text, _kind, name in encoded]
        if min(offsets) < 24 or len(set(offsets[1:])) != 1:
            raise LookupError('strings')
        self._ascii, self._other = offsets[:2]
        states = [struct.unpack('<I', memory.read(id(text) + 32, 4))[0] for text in samples]
        for shift in range(28):
            kinds = [state >> shift & 7 for state in states]
            if kinds == [kind for _, kind, _ in encoded] and [state >> shift + 4 & 1 for state in states] == [1, 0, 0, 0]:
                self._shift = shift
                break
        else:
            raise LookupError('kinds of strings')
        self._kind = memory.words(id(samples[0]), 2)[1]
        data = b'heatline bytes'
        self._bytes = memory.read(id(data), 100).find(data)
        self._bytes_kind = memory.words(id(data), 2)[1]

        if self.string(memory, id(samples[2])) != samples[2] or self.bytes(memory, id(data)) != data:
            raise LookupError('strings and bytes')

    def string(self, memory, address):
        """The string at an address."""
        _count, kind, length, _hash, state = struct.unpack('<4QI', memory.read(address, 36))
        width = state >> self._shift & 7
        if kind != self._kind or length > 4096 or width not in self._encodings:
            raise LookupError('no string at %x' % address)
        start = self._ascii if state >> self._shift + 4 & 1 else self._other
        return memory.read(address + start, length * width).decode(self._encodings[width], 'replace')

    def bytes(self, memory, address):
        """The bytes object at an address."""
        _count, kind, length = memory.words(address, 3)
        if kind != self._bytes_kind or length > 1 << 20:
            raise LookupError('no bytes at %x' % address)
        return memory.read(address + self._bytes, length)


def _common_offset(rows, width=8):
    """The first offset where every row has a match."""
    for position in range(min([len(row) for row in rows])):
        if all([row[position] for row in rows]):
            return width * position
    raise LookupError('no common offset')


def _finished_frame():
    return sys._getframe()


def _thread_state():
    import ctypes
    get = ctypes.pythonapi.PyThreadState_Get
    get.restype = ctypes.c_void_p
    return get()
