"""Attributes of objects, classes and modules. Nothing of the program runs to list them: properties are made when they are opened."""
import types

from . import statics
from .contents import Child, Group
from .finding import atom, attribute_expression

# Plumbing of Python that says nothing about a class.
_PLUMBING = frozenset(('__dict__', '__weakref__', '__module__', '__qualname__', '__doc__', '__slots__', '__annotations__', '__annotations_cache__', '__firstlineno__', '__static_attributes__',
                       '__abstractmethods__', '_abc_impl', '__orig_bases__', '__parameters__', '__match_args__', '__annotate__', '__annotate_func__', '__hash__', '__dataclass_fields__', '__dataclass_params__'))

# Attributes of the interpreter that warn whoever reads them.
_DEPRECATED = frozenset(('co_lnotab',))


def is_special(name):
    """True for names of Python's own protocol."""
    return len(name) > 4 and name.startswith('__') and name.endswith('__')


def attributes(value, expression):
    """The children of an object: its own attributes, then its properties, then groups for what comes from its classes."""
    if issubclass(type(value), type):
        return _of_class(value, expression)
    found, seen = [], set()
    names = statics.instance_dict(value)
    module = issubclass(type(value), types.ModuleType)
    if module:
        return grouped([Child(name, each, attribute_expression(expression, name), _writer(value, name), watch=('attribute', value, name))
                        for name, each in list(names.items()) if type(name) is str])
    special = []
    for name, each in list((names or {}).items()):
        if type(name) is not str:
            continue
        seen.add(name)
        child = Child(name, each, attribute_expression(expression, name), _writer(value, name), watch=('attribute', value, name))
        (special if is_special(name) else found).append(child)
    for name, each in statics.slots(value):
        if name not in seen:
            seen.add(name)
            found.append(Child(name, each, attribute_expression(expression, name), _writer(value, name), watch=('attribute', value, name)))
    computed, constants, functions = [], [], []
    for cls in statics.mro(type(value)):
        if cls is object:
            continue
        for name, each in list(statics.namespace(cls).items()):
            if type(name) is not str or name in seen:
                continue
            seen.add(name)
            _sort_out(value, cls, name, each, expression, found, computed, constants, functions, special)
    special.insert(0, Child('__class__', type(value), attribute_expression(expression, '__class__')))
    if names is not None and expression is not None:
        special.insert(1, Child('__dict__', names, attribute_expression(expression, '__dict__'), 'set its attributes instead'))
    return found + computed + _groups((('special variables', special), ('class variables', constants), ('function variables', functions)))


def _sort_out(value, cls, name, each, expression, found, computed, constants, functions, special):
    find = attribute_expression(expression, name)
    kind = type(each)
    if statics.is_function(each):
        if not is_special(name) or kind is types.FunctionType:
            bound = statics.own_attribute(value, name)
            functions.append(Child(name, each if bound is statics.MISSING else bound, find, _writer(value, name), kind='method'))
    elif kind in (statics.GETSET, statics.MEMBER):
        if name in _PLUMBING or name in _DEPRECATED:
            return
        if kind is statics.MEMBER or statics.is_builtin(cls):
            try:
                (special if is_special(name) else found).append(Child(name, each.__get__(value), find, _writer(value, name)))
            except Exception:
                return  # one that is not set
        else:
            computed.append(_property(value, name, find))
    elif name in _PLUMBING:
        special.append(Child(name, each, find))
    elif statics.is_computed(each):
        computed.append(_property(value, name, find))
    else:
        (special if is_special(name) else constants).append(Child(name, each, find, _writer(value, name), attributes=('static',)))


def _property(value, name, find):
    return Child(name, None, find, _writer(value, name), lazy=lambda: getattr(value, name), kind='property')


def _of_class(cls, expression):
    """A class: its own attributes, its bases, its functions."""
    found, computed, functions, special = [], [], [], []
    members = statics.lookup(cls, '_member_map_')
    members = members if type(members) is dict else {}
    for name, each in members.items():
        found.append(Child(name, each, attribute_expression(expression, name), 'members of an enumeration are constants', kind='data', attributes=('constant',)))
    seen = set(members)
    for owner in statics.mro(cls):
        for name, each in list(statics.namespace(owner).items()):
            if owner is object or type(name) is not str or name in seen:
                continue
            seen.add(name)
            find = attribute_expression(expression, name)
            if statics.is_function(each):
                if not is_special(name) or type(each) is types.FunctionType:
                    bound = statics.own_attribute(cls, name)
                    functions.append(Child(name, each if bound is statics.MISSING else bound, find, _writer(cls, name), kind='method'))
            elif type(each) in (statics.GETSET, statics.MEMBER) or is_special(name) or name in _PLUMBING:
                if name not in ('__dict__', '__weakref__'):
                    special.append(Child(name, each, find))
            else:
                # What a property of the class is, not what it computes: it is the class that is looked at.
                if expression is not None and statics.is_computed(each):
                    find = '%s%s.__dict__[%r]' % (atom(expression), '' if owner is cls else '.__mro__[%d]' % statics.mro(cls).index(owner), name)
                found.append(Child(name, each, find, _writer(cls, name), watch=('attribute', cls, name), kind='property' if statics.is_computed(each) else None))
    special.insert(0, Child('__class__', type(cls), attribute_expression(expression, '__class__')))
    special.insert(1, Child('__mro__', statics.mro(cls), attribute_expression(expression, '__mro__'), 'set __bases__ instead'))
    special.insert(2, Child('__name__', statics.type_name(cls), attribute_expression(expression, '__name__'), _writer(cls, '__name__')))
    return found + computed + _groups((('special variables', special), ('function variables', functions)))


def _writer(value, name):
    def write(new):
        setattr(value, name, new)
    return write


def grouped(children):
    """Names of a module: data first, then groups for Python's own names, classes, functions and modules."""
    data, special, classes, functions, modules = [], [], [], [], []
    for child in children:
        kind = type(child.value)
        if is_special(child.name):
            special.append(child)
        elif issubclass(kind, type):
            child.kind = 'class'
            classes.append(child)
        elif kind in (types.FunctionType, types.BuiltinFunctionType):
            child.kind = 'method'
            functions.append(child)
        elif kind is types.ModuleType:
            modules.append(child)
        else:
            data.append(child)
    return data + _groups((('special variables', special), ('class variables', classes), ('function variables', functions), ('module variables', modules)))


def special_last(children):
    """The variables of a function, those with names that cannot be written in a group at the end."""
    written = [child for child in children if child.name.isidentifier()]
    return written + _groups((('special variables', [child for child in children if not child.name.isidentifier()]),))


def _groups(groups):
    return [Child(name, node=_group(children), kind='virtual', is_internal=True) for name, children in groups if children]


def _group(children):
    return Group(lambda: children)
