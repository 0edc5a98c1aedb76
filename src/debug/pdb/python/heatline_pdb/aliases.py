"""Aliases for looking into objects, there from the start in the console: pl, pi, ps and pc.

They are aliases as pdb's own (`alias` lists them, `unalias` and .pdbrc change them); the work is done by the functions here.
"""
import reprlib

_CALL = "!__import__('heatline_pdb.aliases', fromlist=['aliases'])."

#: name -> what pdb runs for it; %* is all that was typed after the name
ALIASES = {
    'pl': _CALL + 'show_locals(locals())',
    'pi': _CALL + 'show_instance(%*)',
    'ps': _CALL + 'show_instance(self)',
    'pc': _CALL + 'show_class(%*)',
}

_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxdict = _short.maxdeque = 20
_short.maxstring = _short.maxother = 200
_short.maxlevel = 4

# What every module, class or frame of pdb has anyway.
_NOISE = frozenset((
    '__builtins__', '__pdb_convenience_variables', '__dict__', '__weakref__', '__module__', '__doc__', '__qualname__',
    '__annotations__', '__static_attributes__', '__firstlineno__',
))


def _line(name, value, indent=''):
    try:
        text = _short.repr(value)
    except Exception as error:  # a repr that fails must not hide the other variables
        text = '*** repr failed: %s: %s' % (type(error).__name__, error)
    print('%s%s = %s' % (indent, name, text))


def _lines(names, indent=''):
    for name in sorted(names, key=str):
        if name not in _NOISE:
            _line(name, names[name], indent)


def show_locals(names):
    """Prints the variables of a namespace, one a line, sorted by name."""
    _lines(dict(names))


def _instance_variables(value):
    """The instance variables of an object: those of its __dict__ and of the __slots__ of its classes."""
    found = {}
    for cls in reversed(type(value).__mro__):
        slots = cls.__dict__.get('__slots__', ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            private = slot.startswith('__') and not slot.endswith('__')
            name = '_%s%s' % (cls.__name__.lstrip('_'), slot) if private else slot
            try:
                found[name] = object.__getattribute__(value, name)
            except AttributeError:
                continue  # a slot without a value
    try:
        found.update(object.__getattribute__(value, '__dict__'))
    except AttributeError:
        pass
    return found


def show_instance(*values):
    """Prints the instance variables of an object, one a line, sorted by name."""
    if len(values) != 1:
        print('*** Usage: pi OBJECT: prints the instance variables of OBJECT')
        return
    _lines(_instance_variables(values[0]))


def show_class(*values):
    """Prints a class, or that of an object, with its bases in the order of look-up, each with its own attributes."""
    if len(values) != 1:
        print('*** Usage: pc CLASS-or-OBJECT: prints a class and its bases with their attributes')
        return
    cls = values[0] if isinstance(values[0], type) else type(values[0])
    for base in cls.__mro__:
        if base is object and cls is not object:
            continue
        print('class %s.%s' % (base.__module__, base.__qualname__))
        _lines(dict(vars(base)), '    ')
