"""Writes the text format "heatline-samples 1"; heatline_sample.py describes it.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import os
import sys
from itertools import islice

from heatline_control import move_up
from heatline_runner import is_own, own_file

try:
    from _json import encode_basestring_ascii as quoted
except ImportError:
    def quoted(text):
        """The text as a JSON string, all ASCII."""
        letters = []
        for letter in text:
            code = ord(letter)
            if letter in '"\\':
                letters.append('\\' + letter)
            elif 32 <= code < 127:
                letters.append(letter)
            elif code > 0xffff:
                letters.append('\\u%04x\\u%04x' % (0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff)))
            else:
                letters.append('\\u%04x' % code)
        return '"' + ''.join(letters) + '"'

_fstat, _open, _write, _close = os.fstat, os.open, os.write, os.close
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, 'O_BINARY', 0) | getattr(os, 'O_CLOEXEC', 0)
_KEPT_BYTES = 64 << 20
_MOST_CODES = 10000
_EVENTS = os.path.join('asyncio', 'events.py')


def as_json(value):
    """JSON of None, bool, int, str, and lists and dicts of them."""
    if value is None:
        return 'null'
    if value is True or value is False:
        return 'true' if value else 'false'
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, dict):
        return '{' + ','.join([quoted(str(key)) + ':' + as_json(value[key]) for key in value]) + '}'
    if isinstance(value, (list, tuple)):
        return '[' + ','.join([as_json(item) for item in value]) + ']'
    return quoted(str(value))


class Output(object):
    """An append-only file that survives what programs do to file descriptors.

    The descriptor is moved up, out of the way of programs that count theirs. Before each write it is compared with the file that was
    opened: when the program closed it (daemons close all) or the number now belongs to another file, the path is opened again.
    While that fails, for instance for lack of descriptors, up to 64 MB are kept for the next try.

    With name_of the file is made by the first write, as the first of name_of(path, 0), name_of(path, 1) ... that does not exist.
    """

    def __init__(self, path, name_of=None):
        self._path = path
        self._name_of = name_of
        self.error = None
        self._bytes = b''
        self._fd = -1
        if name_of is None:
            fd = _open(path, _FLAGS | os.O_TRUNC, 0o666)
            self._keep(move_up(fd))

    def _open_again(self):
        """Opens the path, the first time under a name that is free."""
        attempt = 0
        while self._name_of is not None:
            path = self._name_of(self._path, attempt)
            try:
                fd = _open(path, _FLAGS | os.O_EXCL, 0o666)
            except FileExistsError:
                attempt += 1
                continue
            self._path, self._name_of = path, None
            return fd
        return _open(self._path, _FLAGS, 0o666)

    def _keep(self, fd):
        status = _fstat(fd)
        self._fd = fd
        self._file = (status.st_dev, status.st_ino)

    def _owns_descriptor(self):
        try:
            status = _fstat(self._fd)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._file

    def write(self, text):
        """Appends ASCII text. Errors are remembered in `error`, never raised."""
        data = self._bytes + text.encode('ascii')
        try:
            if not self._owns_descriptor():
                self._keep(move_up(self._open_again()))
            while data:
                data = data[_write(self._fd, data):]
        except OSError as error:
            self.error = str(error)
            if len(data) > _KEPT_BYTES:
                data = b''
        self._bytes = data

    def close(self):
        """Closes the file, unless the descriptor is no longer ours."""
        if self._owns_descriptor():
            _close(self._fd)
        self._fd = -1


class Recording(object):
    """Interns functions, frames and stacks, and collects the lines of the file until flush()."""

    def __init__(self, output):
        self._output = output
        self._folder = os.getcwd()
        # Keyed by id(code), since to hash a code object is to hash all its contents; _codes keeps the ids valid.
        self._codes = []
        self._tables = {}
        # (id(code), f_lasti) -> what gives_way() says of it; numbers of the instructions that it is about.
        self._giving_way = {}
        self._jumps = _jumps() if sys.version_info >= (3, 10) else ()
        self._functions = {}
        self._frames = {}
        self._stacks = {}
        # By frame: its function, or -1 for the step of asyncio's loop that runs a task. By stack: its frame; what its task began with, or -1.
        self._frame_functions = []
        self._stack_frames = []
        self._roots = []
        # Frames of this file are left out where they are outermost.
        self._root_files = ()
        self._root_frames = set()
        self._process_name = self._noted_name = None
        self.lines = ['heatline-samples 1\n']

    def record(self, letter, value):
        """Adds a record whose content is JSON."""
        self.lines.append('%s %s\n' % (letter, as_json(value)))

    def thread(self, number, tid, name):
        """Adds a record of a thread; tid is 0 when unknown."""
        self.lines.append('t %d %d %s\n' % (number, tid, quoted(name)))

    def sample(self, time, thread, stack, wall, cpu):
        """Adds a sample; all times in nanoseconds, cpu -1 when unknown."""
        self.lines.append('x %d %d %d %d %d\n' % (time, thread, stack, wall, cpu))

    def flush(self):
        """Hands the lines so far to the operating system."""
        if self._process_name is not None:
            self._note_process()
        lines = self.lines
        if lines:
            self.lines = []
            self._output.write(''.join(lines))

    def close(self):
        """Closes the file; nothing can be flushed after it."""
        self._output.close()

    def leave_out_runpy(self):
        """Leaves runpy's frames out where they are outermost: they belong to python -m, not to the program."""
        self._root_files = ('<frozen runpy>', os.path.join(os.path.dirname(os.__file__), 'runpy.py'))

    def process(self, name):
        """Has the name of the process recorded, which name() gives, now and with each flush() when it has changed."""
        self._process_name = name
        self._note_process()

    def _note_process(self):
        name = self._process_name()
        if name != self._noted_name:
            self._noted_name = name
            self.record('p', name)

    def stack_of(self, frame):
        """The id of the stack whose innermost frame is `frame`; -1 when nothing of it is the program's."""
        tables = self._tables
        found = []
        push = found.append
        while frame is not None:
            code = frame.f_code
            table = tables.get(id(code))
            if table is None:
                table = self._new_table(code)
            number = table.get(frame.f_lasti)
            if number is None:
                number = table[frame.f_lasti] = -1 if is_own(code) else self._new_frame(code, frame)
            push(number)
            frame = frame.f_back
        return self.fold(found)

    def _new_table(self, code):
        if len(self._codes) >= _MOST_CODES:
            # Programs that make code all the time must not be kept from forgetting it.
            self._tables.clear()
            self._giving_way.clear()
            del self._codes[:]
        table = self._tables[id(code)] = {}
        self._codes.append(code)
        return table

    def gives_way(self, frame):
        """True when this frame, a thread's innermost, has given up the interpreter's lock only because others asked for it.

        From 3.10 on that happens at few instructions, none of which wait for anything themselves. Calls may do either: False.
        """
        key = (id(frame.f_code), frame.f_lasti)
        known = self._giving_way.get(key)
        if known is None:
            code, lasti = frame.f_code.co_code, frame.f_lasti
            known = self._giving_way[key] = lasti < 0 or (lasti < len(code) and code[lasti] in self._jumps)
        return known

    def gave_way(self, address, lasti):
        """What gives_way() said of such a frame; False when it was not asked."""
        return self._giving_way.get((address, lasti), False)

    def fold(self, frames):
        """The id of the stack of these frames, innermost first; frames of ours are -1 and left out."""
        roots = self._root_frames
        stacks = self._stacks
        node = -1
        for number in reversed(frames):
            if number < 0 or (node < 0 and number in roots):
                continue
            child = stacks.get((node << 32) | number)
            node = self._child(node, number) if child is None else child
        return node

    def root_of(self, stack):
        """The function that the stack's task of asyncio began with; -1 when it is in none."""
        return self._roots[stack] if stack >= 0 else -1

    def entry(self):
        """The id of the stack that consists of the main module alone, at its first line."""
        path = getattr(sys.modules.get('__main__'), '__file__', None) or '<unknown>'
        return self._child(-1, self.frame_at('<module>', path, 1, 1, 0))

    def frame_at(self, name, path, first_line, line, column):
        """The id of a frame; column is 1-based and, like the lines, 0 when unknown."""
        function = self._function(name, path, first_line)
        key = (function, line, column)
        number = self._frames.get(key)
        if number is None:
            number = self._frames[key] = len(self._frames)
            is_step = name in ('Handle._run', '_run') and path.endswith(_EVENTS)
            self._frame_functions.append(-1 if is_step else function)
            self.lines.append('r %d %d %d %d\n' % (number, function, line, column))
            if path in self._root_files:
                self._root_frames.add(number)
        return number

    def _child(self, parent, frame):
        key = (parent << 32) | frame
        number = self._stacks.get(key)
        if number is None:
            number = self._stacks[key] = len(self._stacks)
            root = -1
            if parent >= 0:
                root = self._frame_functions[frame] if self._frame_functions[self._stack_frames[parent]] < 0 else self._roots[parent]
            self._stack_frames.append(frame)
            self._roots.append(root)
            self.lines.append('s %d %d %d\n' % (number, parent, frame))
        return number

    def _function(self, name, path, line):
        # By name, not by code object: code that is made again and again, as by exec(), is one function.
        key = (name, path, line)
        number = self._functions.get(key)
        if number is None:
            number = self._functions[key] = len(self._functions)
            if path and path[0] != '<':
                path = os.path.normpath(os.path.join(self._folder, path))
            self.lines.append('f %d %d [%s,%s]\n' % (number, line, quoted(name), quoted(path)))
        return number

    def _new_frame(self, code, frame):
        line, column = _position(code, frame)
        return self.frame_at(getattr(code, 'co_qualname', None) or code.co_name, code.co_filename, code.co_firstlineno, line, column)


def _jumps():
    loaded = set(sys.modules)
    import opcode
    for name in set(sys.modules) - loaded:
        del sys.modules[name]
    return frozenset([opcode.opmap[name] for name in opcode.opmap if name.startswith(('JUMP', 'POP_JUMP', 'RESUME'))])


def _position(code, frame):
    """Line and 1-based column (in UTF-8 bytes) of what the frame executes; 0 where Python does not know."""
    line, column, lasti = frame.f_lineno, None, frame.f_lasti
    if lasti >= 0 and hasattr(code, 'co_positions'):
        for position in islice(code.co_positions(), lasti // 2, lasti // 2 + 1):
            line, column = position[0] or line, position[2]
    return line or 0, column + 1 if line and column is not None else 0


own_file(Output.write.__code__)
