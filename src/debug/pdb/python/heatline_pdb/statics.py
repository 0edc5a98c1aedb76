"""What types and objects hold, read without running code of the program: no __getattr__, no properties, no metaclasses' tricks."""
import types

MISSING = object()
MEMBER, GETSET = types.MemberDescriptorType, types.GetSetDescriptorType

_mro = type.__dict__['__mro__'].__get__
_namespace = type.__dict__['__dict__'].__get__
_name = type.__dict__['__name__'].__get__
_qualname = type.__dict__['__qualname__'].__get__
_module = type.__dict__['__module__'].__get__
_module_dict = types.ModuleType.__dict__['__dict__'].__get__
_function_dict = types.FunctionType.__dict__['__dict__'].__get__


def mro(cls):
    """The classes of a class, as it inherits them."""
    return _mro(cls)


def namespace(cls):
    """A class's own attributes, read only."""
    return _namespace(cls)


def inherits(value, *classes):
    """isinstance() of the real type: an object's __class__ may be a property that runs code."""
    return any(each in classes for each in _mro(type(value)))


def lookup(cls, name):
    """An attribute as it stands in a class or one of its bases (no descriptor is called); MISSING when there is none."""
    for each in _mro(cls):
        names = _namespace(each)
        if name in names:
            return names[name]
    return MISSING


def type_name(cls):
    """A class's name without its module."""
    return _name(cls)


def qualified_name(cls):
    """A class's name with those of what it was defined in, without its module."""
    return _qualname(cls)


def full_name(cls):
    """A class's name with its module, unless that is builtins."""
    module = _namespace(cls).get('__module__')
    if not isinstance(module, str):
        # Classes of C keep the module in their name; builtins have none.
        try:
            module = _module(cls)
        except Exception:
            module = None
    if not isinstance(module, str) or module == 'builtins':
        return _qualname(cls)
    return '%s.%s' % (module, _qualname(cls))


def default_text(value):
    """What object.__repr__ says."""
    return '<%s object at %#x>' % (full_name(type(value)), id(value))


def module_dict(module):
    """A module's globals; a module that loads itself when it is first used stays as it is."""
    found = _module_dict(module)
    return found if found is not None else {}


def instance_dict(value):
    """An object's own attributes; None when it has no dictionary, or computes it."""
    cls = type(value)
    if cls is types.ModuleType or types.ModuleType in _mro(cls):
        return module_dict(value)
    if cls is types.FunctionType:
        return _function_dict(value)
    found = lookup(cls, '__dict__')
    if type(found) is not GETSET and type(found) is not MEMBER:
        return None
    try:
        names = found.__get__(value)
    except Exception:
        return None
    return names if isinstance(names, dict) else None


def slots(value):
    """(name, value) of an object's slots that are set, those of the derived class first."""
    seen = set()
    for each in _mro(type(value)):
        for name, descriptor in _namespace(each).items():
            if type(descriptor) is MEMBER and name not in seen and not name.startswith('__'):
                seen.add(name)
                try:
                    yield name, descriptor.__get__(value)
                except Exception:
                    continue


def own_attribute(value, name):
    """An attribute of an object or class, as far as no code has to run for it; MISSING when it would have to or there is none.

    Functions of the class come as bound methods, as attribute access would give them.
    """
    cls = type(value)
    if issubclass(cls, type):
        found = lookup(value, name)
        if found is MISSING:
            return MISSING
        if issubclass(type(found), staticmethod):
            return found.__func__
        if issubclass(type(found), classmethod) and type(found.__func__) is types.FunctionType:
            return types.MethodType(found.__func__, value)
        if type(found) is types.ClassMethodDescriptorType:
            return found.__get__(None, value)
        if name == '__dict__' or type(found) is GETSET and name.startswith('__'):
            return MISSING
        return found if not _computes(found) else MISSING
    in_class = lookup(cls, name)
    if type(in_class) in (MEMBER, GETSET) and (type(in_class) is MEMBER or is_builtin(in_class.__objclass__)):
        try:
            return in_class.__get__(value)
        except Exception:
            return MISSING
    if in_class is not MISSING and _computes(in_class) and lookup(type(in_class), '__set__') is not MISSING:
        return MISSING
    names = instance_dict(value)
    if names is not None and name in names:
        return names[name]
    if in_class is MISSING:
        return MISSING
    if type(in_class) in _BOUND_BY_C:
        return in_class.__get__(value, cls)
    if type(in_class) is types.FunctionType:
        return types.MethodType(in_class, value)
    if issubclass(type(in_class), staticmethod):
        return in_class.__func__
    if issubclass(type(in_class), classmethod) and type(in_class.__func__) is types.FunctionType:
        return types.MethodType(in_class.__func__, cls)
    return MISSING if _computes(in_class) else in_class


def _computes(attribute):
    """True when reading it through an object calls a descriptor that is not known to be harmless."""
    kind = type(attribute)
    if kind is types.FunctionType:
        return False
    return lookup(kind, '__get__') is not MISSING


def is_computed(attribute):
    """True for properties and other descriptors: attributes whose value is made when they are asked for."""
    kind = type(attribute)
    if kind in _CALLED or issubclass(kind, (staticmethod, classmethod)):
        return False
    return lookup(kind, '__get__') is not MISSING


_CALLED = (
    types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType, types.WrapperDescriptorType,
    types.ClassMethodDescriptorType, types.MethodWrapperType,
)
_BOUND_BY_C = (types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)
# Modules whose attributes written in C are plain data.
_PLAIN = frozenset(('builtins', 'datetime', '_datetime', 'decimal', '_decimal', 'types', 'collections', '_collections', 're', '_sre', 'array', 'functools', '_functools', '_io', 'io'))


def is_builtin(cls):
    """True for classes of the interpreter, whose attributes cost nothing to read."""
    return _module(cls) in _PLAIN


def is_function(value):
    """True for what stands under functions: Python's and C's, methods, static and class methods."""
    return type(value) in _CALLED or issubclass(type(value), (staticmethod, classmethod))
