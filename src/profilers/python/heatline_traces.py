"""Trees of traced memory, and the text format "python-memory 1"; heatline_memory.py describes it.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py): so
_tracemalloc, the part of tracemalloc that is written in C.
"""

import _tracemalloc
import gc
import sys

from heatline_recording import as_json, quoted
from heatline_runner import is_own_path, own_file

# A tree has at most so many stacks; what the smaller ones hold is told by the line that allocated it, without callers.
MOST_STACKS = 10000
_MOST_KNOWN = 100000


def start_tracing(depth):
    """Starts anew, also when -X tracemalloc has started it with another depth."""
    _tracemalloc.stop()
    _tracemalloc.start(depth)


def stop_tracing():
    """Ends tracing, unless the program uses it for itself."""
    if 'tracemalloc' not in sys.modules:
        _tracemalloc.stop()


class Tree(object):
    """What was held at one moment: sums, and for each stack in turn its id, its bytes and its blocks."""

    __slots__ = ('time', 'bytes', 'blocks', 'parts')


class TraceFile(object):
    """Interns stacks and collects the lines of the file until flush()."""

    def __init__(self, output):
        self._output = output
        # Traceback -> its stack's id, -1 for our own. The tracebacks are made while tracing pauses, so they cost nothing that is traced.
        self._known = {}
        self._alone = {}
        self._files = {}
        self._stacks = 0
        self._root_file = None
        # Bytes of ours among what is traced, as far as known.
        self.own = 0
        self.lines = ['python-memory 1\n']

    def leave_out_runpy(self):
        """Leaves runpy's frames out where they are outermost: they belong to python -m, not to the program."""
        import runpy
        self._root_file = runpy._run_module_as_main.__code__.co_filename

    def record(self, letter, value):
        """Adds a record whose content is JSON."""
        self.lines.append('%s %s\n' % (letter, as_json(value)))

    def value(self, time, held, resident):
        """Adds a value over time."""
        self.lines.append('m %d %d %d\n' % (time, held, resident))

    def write(self, tree):
        """Adds a tree."""
        count = len(tree.parts) // 3
        # All at once: whatever is made here is traced, and each piece of it costs about a microsecond.
        self.lines.append('t %d %d %d %d\n' % (tree.time, tree.bytes, tree.blocks, count))
        self.lines.append('b %d %d %d\n' * count % tuple(tree.parts))

    def flush(self):
        """Hands the lines so far to the operating system."""
        lines = self.lines
        if lines:
            self.lines = []
            self._output.write(''.join(lines))

    def close(self):
        """Closes the file; nothing can be flushed after it."""
        self._output.close()

    def tree(self, time, depth):
        """What the program holds now. Defines the stacks it names."""
        before = self._held()
        groups = _grouped(_traces())
        tree = Tree()
        tree.time, tree.bytes, tree.blocks, tree.parts = time, 0, 0, []
        add = tree.parts.append
        own = 0
        known = self._known
        if len(known) > _MOST_KNOWN:
            # Programs that make code all the time would have us remember all of it.
            known.clear()
            self._alone.clear()
        for traceback in groups:
            sizes = groups[traceback]
            held = sum(sizes)
            stack = known.get(traceback)
            if stack is None:
                stack = known[traceback] = self._define(traceback, depth)
            if stack < 0:
                own += held
                continue
            tree.bytes += held
            tree.blocks += len(sizes)
            add(stack)
            add(held)
            add(len(sizes))
        if len(tree.parts) > 3 * MOST_STACKS:
            tree.parts = self._shortened(tree.parts, groups)
        groups.clear()
        # What of ours has come since the traces were listed.
        self.own = max(own + self._held() + sys.getsizeof(tree.parts) + 20 * len(tree.parts) - before, 0)
        return tree

    def _held(self):
        return sys.getsizeof(self._known) + sys.getsizeof(self._alone) + 32 * len(self._known)

    def _shortened(self, parts, groups):
        """Puts the smallest stacks together by the line that allocated."""
        lines = {}
        for traceback in groups:
            lines[self._known[traceback]] = traceback[0]
        rows = sorted(zip(parts[1::3], parts[2::3], parts[::3]), reverse=True)
        result = []
        for held, blocks, stack in rows[:MOST_STACKS]:
            result += (stack, held, blocks)
        rest = {}
        for held, blocks, stack in rows[MOST_STACKS:]:
            sums = rest.setdefault(lines[stack], [0, 0])
            sums[0] += held
            sums[1] += blocks
        for line in rest:
            stack = self._alone.get(line)
            if stack is None:
                stack = self._alone[line] = self._new_stack((line,), True)
            result += (stack, rest[line][0], rest[line][1])
        return result

    def _define(self, traceback, depth):
        """The new stack of a traceback: frames as (file, line), the innermost first; -1 when the innermost is ours."""
        if is_own_path(traceback[0][0]):
            return -1
        last = len(traceback)
        while last > 1 and (is_own_path(traceback[last - 1][0]) or traceback[last - 1][0] == self._root_file):
            last -= 1
        return self._new_stack(traceback[:last], last == len(traceback) >= depth)

    def _new_stack(self, frames, cut):
        words = [self._stacks, cut]
        files = self._files
        for name, line in frames:
            number = files.get(name)
            if number is None:
                number = files[name] = len(files)
                self.lines.append('p %d %s\n' % (number, quoted(name)))
            words += (number, line)
        self._stacks += 1
        self.lines.append(_stack_format(len(words)) % tuple(words))
        return self._stacks - 1


_FORMATS = {}


def _stack_format(count):
    known = _FORMATS.get(count)
    if known is None:
        known = _FORMATS[count] = 's' + ' %d' * count + '\n'
    return known


def _traces():
    # Collections that this list sets off would look at all of it again and again.
    enabled = gc.isenabled()
    gc.disable()
    try:
        return _tracemalloc._get_traces()
    finally:
        if enabled:
            gc.enable()


def _grouped(traces):
    """{traceback: [size of each block]}. Does not make numbers, for whatever is allocated here is traced too, and that is slow."""
    groups = {}
    last = add = None
    for trace in traces:
        traceback = trace[2]
        # Equal ones are the same object within one list, and often follow one another.
        if traceback is not last:
            last = traceback
            sizes = groups.get(traceback)
            if sizes is None:
                sizes = groups[traceback] = []
            add = sizes.append
        add(trace[1])
    return groups


own_file(_traces.__code__)
