"""Which code objects own breakpoints: the question of every function call, answered once a code object."""

MISSING = object()


class Codes:
    """A cache by file name, then by code object. A file name's string knows its hash; a code object computes its own anew each time.

    `by_file[name]` is None for a file without breakpoints, which is all that most calls look at.
    """

    def __init__(self, breakpoints, make=None):
        self._breakpoints = breakpoints
        # What to keep beside the lines of a code object (a trace function).
        self._make = make
        self.by_file = {}
        # id -> code object: those of files with breakpoints that own none themselves. Only whoever runs freely puts them here.
        self.passed = {}

    def clear(self):
        """To be called when breakpoints have changed. The dicts stay the same objects: trace functions hold them."""
        self.by_file.clear()
        self.passed.clear()

    def entry(self, code, module_globals):
        """(code, line -> records, made) of a code object that owns breakpoints; None for others."""
        inner = self.by_file.get(code.co_filename, MISSING)
        if inner is MISSING:
            watched = self._breakpoints.functions or self._breakpoints.in_file(code.co_filename, module_globals)
            inner = self.by_file[code.co_filename] = {} if watched else None
        if inner is None:
            return None
        known = inner.get(id(code), MISSING)
        if known is MISSING:
            lines = self._breakpoints.of_code(code, module_globals)
            # The code object is kept, or another one could come to have its id.
            known = inner[id(code)] = (code, lines, self._make(lines) if self._make and lines else None)
        return known if known[1] else None
