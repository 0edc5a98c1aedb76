"""Trees of traced memory, and the text format "heatline-memory 1"; heatline_memory.py describes it.

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
    """What was held at one moment: sums, and the lines of the file that tell which stack holds how much."""

    __slots__ = ('time', 'bytes', 'blocks', 'text')


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
        self.lines = ['heatline-memory 1\n']

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
        self.lines.append('t %d %d %d %d\n' % (tree.time, tree.bytes, tree.blocks, tree.text.count('\n')))
        self.lines.append(tree.text)

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
        sums = []
        tree = Tree()
        tree.time, tree.bytes, tree.blocks = time, 0, 0
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
            sums.append((held, len(sizes), stack, traceback))
        groups.clear()
        if len(sums) > MOST_STACKS:
            sums = self._shortened(sums)
        tree.text = ''.join(['b %d %d %d\n' % (stack, held, blocks) for held, blocks, stack, _ in sums])
        # What of ours has come since the traces were listed.
        self.own = max(own + self._held() + sys.getsizeof(tree.text) - before, 0)
        return tree

    def _held(self):
        return sys.getsizeof(self._known) + sys.getsizeof(self._alone) + 32 * len(self._known)

    def _shortened(self, sums):
        sums.sort(key=_first, reverse=True)
        rest = {}
        for held, blocks, _stack, traceback in sums[MOST_STACKS:]:
            sum_of_line = rest.setdefault(traceback[0], [0, 0])
            sum_of_line[0] += held
            sum_of_line[1] += blocks
        del sums[MOST_STACKS:]
        for line in rest:
            stack = self._alone.get(line)
            if stack is None:
                stack = self._alone[line] = self._new_stack((line,), True)
            sums.append((rest[line][0], rest[line][1], stack, None))
        return sums

    def _define(self, traceback, depth):
        """The new stack of a traceback: frames as (file, line), the innermost first; -1 when the innermost is ours."""
        if is_own_path(traceback[0][0]):
            return -1
        last = len(traceback)
        while last > 1 and (is_own_path(traceback[last - 1][0]) or traceback[last - 1][0] == self._root_file):
            last -= 1
        return self._new_stack(traceback[:last], last == len(traceback) >= depth)

    def _new_stack(self, frames, cut):
        words = []
        for name, line in frames:
            number = self._files.get(name)
            if number is None:
                number = self._files[name] = len(self._files)
                self.lines.append('p %d %s\n' % (number, quoted(name)))
            words.append('%d %d' % (number, line))
        self._stacks += 1
        self.lines.append('s %d %d %s\n' % (self._stacks - 1, cut, ' '.join(words)))
        return self._stacks - 1


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


def _first(row):
    return row[0]


own_file(_first.__code__)
