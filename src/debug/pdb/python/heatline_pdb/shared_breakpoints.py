"""pdb's breakpoint commands on the breakpoints that are shared with the editor."""
import bdb

from . import files


class SharedBreakpoints:
    """A mixin over bdb.Bdb: breakpoints are set and cleared in the engine, and listed from bdb.Breakpoint.

    A class made from it has `engine` as an attribute.
    """

    engine = None
    #: The hooks of programs that break by themselves leave these debuggers alone.
    heatline_console = True

    @property
    def breaks(self):
        """Lines by file, as Bdb keeps them; made from the records, because the editor changes these, too."""
        found = {}
        for path, line in list(bdb.Breakpoint.bplist):
            found.setdefault(path, []).append(line)
        return found

    @breaks.setter
    def breaks(self, value):
        """Bdb puts an empty dict here when it begins; there is nothing to keep."""

    def set_break(self, filename, lineno, temporary=False, cond=None, funcname=None, **_more):
        filename = self.canonic(filename)
        try:
            self.engine.breakpoints.add(filename, lineno, temporary=bool(temporary), condition=cond, funcname=funcname)
        except ValueError as error:
            return str(error)
        return None

    def get_file_breaks(self, filename):
        return [bp.line for bp in self._in_file(filename)]

    def get_break(self, filename, lineno):
        return lineno in self.get_file_breaks(filename)

    def get_breaks(self, filename, lineno):
        """The breakpoints at a line; when there is none, those that were moved from there to the next line with code."""
        found = self._in_file(filename)
        return [bp for bp in found if bp.line == lineno] or [bp for bp in found if bp.requested == lineno]

    def _in_file(self, filename):
        # By key: the editor, the program and pdb may spell a path in different ways.
        key = files.key_of(filename)
        return [bp for bp in bdb.Breakpoint.bpbynumber if bp and bp.key == key]

    def clear_break(self, filename, lineno):
        filename = self.canonic(filename)
        if not self._in_file(filename):
            return 'There are no breakpoints in %s' % filename
        found = self.get_breaks(filename, lineno)
        if not found:
            return 'There is no breakpoint at %s:%d' % (filename, lineno)
        for bp in found:
            self.engine.breakpoints.remove(bp)
        return None

    def clear_bpbynumber(self, arg):
        try:
            bp = self.get_bpbynumber(arg)
        except ValueError as error:
            return str(error)
        self.engine.breakpoints.remove(bp)
        return None

    def clear_all_file_breaks(self, filename):
        filename = self.canonic(filename)
        found = self._in_file(filename)
        if not found:
            return 'There are no breakpoints in %s' % filename
        for bp in found:
            self.engine.breakpoints.remove(bp)
        return None

    def clear_all_breaks(self):
        found = [bp for bp in bdb.Breakpoint.bpbynumber if bp]
        if not found:
            return 'There are no breakpoints'
        for bp in found:
            self.engine.breakpoints.remove(bp)
        return None


def snapshot():
    """What commands such as `disable` and `condition` change, of all breakpoints: number -> values."""
    return {bp.number: (bp.enabled, bp.cond, bp.ignore) for bp in bdb.Breakpoint.bpbynumber if bp}


def tell_changes(before, breakpoints):
    """Tells the engine which breakpoints differ from a snapshot.

    Returns messages about changes that could not be carried out.
    """
    faults = []
    for bp in bdb.Breakpoint.bpbynumber:
        if bp and bp.number in before and before[bp.number] != (bp.enabled, bp.cond, bp.ignore):
            try:
                breakpoints.changed(bp)
            except ValueError as error:
                faults.append(str(error))
    return faults
