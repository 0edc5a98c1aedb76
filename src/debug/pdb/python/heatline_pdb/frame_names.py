"""The names of a frame: which are locals, closure variables and globals, and how they are written."""
import inspect
import sys

from . import statics
from .attributes import grouped, special_last
from .contents import Child, Node

_WRITES_THROUGH = sys.version_info >= (3, 13)


def is_function_frame(frame):
    """True for frames whose names are fixed by their code; False for modules and class bodies."""
    return bool(frame.f_code.co_flags & inspect.CO_OPTIMIZED)


def has_own_names(frame):
    """False where locals() is globals()."""
    return frame.f_locals is not frame.f_globals


def set_local(frame, name, value):
    """Writes a name of a frame: a variable of a running call on every version, closure variables too.

    NameError when the frame has no such variable.
    """
    if not is_function_frame(frame):
        frame.f_locals[name] = value
        return
    code = frame.f_code
    if name not in code.co_varnames and name not in code.co_cellvars and name not in code.co_freevars:
        raise NameError("%s() has no variable '%s', and a running function cannot get new ones" % (code.co_name, name))
    names = frame.f_locals
    names[name] = value
    if not _WRITES_THROUGH:
        import ctypes
        # f_locals is a copy, which this takes over. The trace function's own return would too, but only for the frame it traces.
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))


def set_name(frame, name, value):
    """Writes the variable that a name means in a frame: local or closure, else global."""
    code = frame.f_code
    if is_function_frame(frame) and (name in code.co_varnames or name in code.co_cellvars or name in code.co_freevars):
        set_local(frame, name, value)
    elif not is_function_frame(frame):
        frame.f_locals[name] = value
    else:
        frame.f_globals[name] = value


def read_names(frame):
    """The names of a frame as a dictionary of its own."""
    names = frame.f_locals
    try:
        return dict(names)
    except Exception:
        # A class body whose metaclass prepared an unusual mapping.
        return {name: names[name] for name in list(names)}


class NamesNode(Node):
    """A scope. `which` chooses names of the frame: 'locals', 'closure' or 'globals'."""

    def __init__(self, frame, which):
        self.frame = frame
        self.which = which

    def members(self):
        frame = self.frame
        if self.which == 'globals':
            names = frame.f_globals
            is_hidden = is_function_frame(frame)
            local = read_names(frame) if is_hidden or has_own_names(frame) else {}
            return grouped([Child(name, each, name if name not in local and name.isidentifier() else 'globals()[%r]' % name, _item_writer(names, name), watch=('global', names, name))
                            for name, each in list(names.items()) if type(name) is str])
        code = frame.f_code
        free = code.co_freevars if is_function_frame(frame) else ()
        chosen = [(name, each) for name, each in read_names(frame).items() if type(name) is str and (name in free) == (self.which == 'closure')]
        children = [Child(name, each, name if name.isidentifier() else None, self._writer(name), watch=('local', frame, name)) for name, each in chosen]
        if is_function_frame(frame):
            order = {name: i for i, name in enumerate(code.co_varnames)}
            children.sort(key=lambda child: order.get(child.name, len(order)))
            # What pytest and comprehensions put among the variables has names that nobody wrote.
            return special_last(children)
        return grouped(children)

    def _writer(self, name):
        def write(new):
            set_local(self.frame, name, new)
        return write if name.isidentifier() else 'it is a variable of the interpreter'


def _item_writer(names, name):
    def write(new):
        names[name] = new
    return write


def count_of(frame, which):
    """How many names a scope has, groups counted as their members."""
    code = frame.f_code
    if which == 'closure':
        return len(code.co_freevars)
    names = frame.f_globals if which == 'globals' else frame.f_locals
    return len(names)


def find_name(frame, name):
    """The value of a name in a frame, MISSING when it has none. Runs nothing."""
    names = frame.f_locals
    for each in (names, frame.f_globals):
        if type(each) is dict or each is names and is_function_frame(frame):
            try:
                return each[name]
            except KeyError:
                continue
    builtin = frame.f_globals.get('__builtins__', {})
    builtin = builtin if type(builtin) is dict else statics.module_dict(builtin) if statics.inherits(builtin, type(sys)) else {}
    return builtin.get(name, statics.MISSING)
