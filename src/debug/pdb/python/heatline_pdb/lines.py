"""Which lines of a file or a code object a breakpoint can stop at."""
import sys
import types
from opcode import opmap

_RESUME = opmap.get('RESUME')


def line_starts(code):
    """The lines of one code object at which a line event is reported, as a set.

    The line of `def` is one only when something of the body stands on it: from 3.11 on, the instructions that
    come before the function's own (RESUME, MAKE_CELL...) carry it too, and no line event comes with them.
    """
    if not hasattr(code, 'co_lines'):
        import dis
        return {line for _, line in dis.findlinestarts(code)}
    begin = _body(code)
    return {line for start, end, line in code.co_lines() if line and end > begin}


def _body(code):
    """The offset at which the function's own instructions begin."""
    if _RESUME is not None:
        text = code.co_code
        for offset in range(0, len(text), 2):
            if text[offset] == _RESUME:
                # In 3.11 and later a module starts with RESUME on line 0, which is no line.
                return offset + 2
    return 0


def first_line(code):
    """The first line of a function's body that runs."""
    starts = line_starts(code)
    later = [line for line in starts if line > code.co_firstlineno]
    if code.co_firstlineno in starts and code.co_name != '<module>':
        # A body on the line of def, or a generator of 3.8 to 3.10: only what really runs there counts.
        return code.co_firstlineno
    return min(later) if later else code.co_firstlineno


_entries = {}


def at_entry(frame):
    """True at the first line event of a call: a statement of several lines comes back to its first one."""
    code = frame.f_code
    known = _entries.get(id(code))
    if known is None:
        first = first_line(code)
        if hasattr(code, 'co_lines'):
            offsets = [start for start, end, line in code.co_lines() if line == first and end > _body(code)]
        else:
            import dis
            offsets = [start for start, line in dis.findlinestarts(code) if line == first]
        # The code object is kept, or another could come to have its id.
        known = _entries[id(code)] = (code, max(min(offsets, default=0), _body(code)))
    return frame.f_lasti <= known[1]


def nested(code):
    """A code object and all that are defined within it, each with its qualified name, outer ones first."""
    found = []
    waiting = [(code, '')]
    while waiting:
        each, prefix = waiting.pop()
        name = each.co_name if each.co_name != '<module>' else ''
        qualified = prefix + name
        found.append((each, qualified))
        inner = qualified + ('.<locals>.' if each.co_flags & 2 else '.') if qualified else ''
        for constant in reversed(each.co_consts):
            if isinstance(constant, types.CodeType):
                waiting.append((constant, inner))
    return found


class FileLines:
    """What is known of one source file: where it can stop, and its functions."""

    def __init__(self, path):
        self.error = None
        self.starts = []
        self.functions = []
        try:
            with open(path, 'rb') as file:
                code = compile(file.read(), path, 'exec', dont_inherit=True)
        except SyntaxError as problem:
            self.error = 'syntax error on line %s: %s' % (problem.lineno, problem.msg)
            return
        except (OSError, ValueError) as problem:
            self.error = str(problem)
            return
        self.functions = nested(code)
        starts = set()
        for each, _ in self.functions:
            starts |= line_starts(each)
        self.starts = sorted(starts)

    def moved(self, line):
        """The line a breakpoint asked for on `line` stops at: that line, or the next with code; None after the last."""
        for start in self.starts:
            if start >= line:
                return start
        return None


_known = {}


def file_lines(path):
    """The lines of a file, read again when it has changed on disk."""
    import os
    try:
        status = os.stat(path)
        stamp = (status.st_mtime_ns, status.st_size)
    except OSError:
        stamp = None
    known = _known.get(path)
    if known is None or known[0] != stamp:
        # compile() warns of invalid escapes and the like, which is the program's affair when it runs.
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            known = (stamp, FileLines(path))
        _known[path] = known
    return known[1]


def qualified_name(code):
    """`Class.method` of a code object; below 3.11, where code does not tell, out of its source file."""
    name = getattr(code, 'co_qualname', None)
    if name is not None:
        return name
    if sys.version_info < (3, 11):
        for each, qualified in file_lines(code.co_filename).functions:
            if each.co_firstlineno == code.co_firstlineno and each.co_name == code.co_name:
                return qualified
    return code.co_name
