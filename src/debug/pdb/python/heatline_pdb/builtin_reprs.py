"""How Python's own types are written: as their repr does, but bounded and without calling it."""
import collections
import re
import sys
import types

from . import statics

# Integers of more bits are shown in hexadecimal, which takes time in proportion to their length; decimal takes its square.
_MOST_BITS = 8192

_by_name = object.__getattribute__


def nested(writer):
    """Marks writers that write what is inside of the value."""
    writer.is_nested = True
    return writer


def _int(text, value):
    number = int.__index__(value)
    bits = number.bit_length()
    if bits > _MOST_BITS:
        digits, all_digits = max(text.room, 20), -(-bits // 4)
        is_cut = all_digits > digits
        text.add('%s%s%s (%d bits)' % ('-' if number < 0 else '', hex(abs(number) >> 4 * (all_digits - digits)) if is_cut else hex(abs(number)), '...' if is_cut else '', bits))
        text.is_short = text.is_short or is_cut
    else:
        text.add(hex(number) if text.reprs.is_hex else int.__repr__(number))


def _str(text, value):
    _quoted(text, value, str)


def _bytes(text, value):
    _quoted(text, value, bytes)


def _quoted(text, value, base):
    room = max(text.room, 20)
    is_cut = base.__len__(value) > room
    shown = base.__repr__(base.__getitem__(value, slice(0, room)) if is_cut else value)
    if len(shown) > 2 * room:
        # Escapes take more room than what they stand for.
        shown = shown[:room]
        is_cut = True
    text.add(shown + '...' if is_cut else shown)
    text.is_short = text.is_short or is_cut


def _bytearray(text, value):
    text.add(statics.type_name(type(value)) + '(')
    _quoted(text, bytes(memoryview(value)[:max(text.room, 20) + 1]), bytes)
    text.add(')')


@nested
def _list(text, value):
    text.add('[')
    text.items(list.__iter__(value))
    text.add(']')


@nested
def _tuple(text, value):
    text.add('(')
    text.items(tuple.__iter__(value))
    text.add(',)' if tuple.__len__(value) == 1 else ')')


def _set_of(base):
    @nested
    def write(text, value):
        name = statics.type_name(type(value))
        if not base.__len__(value):
            text.add(name + '()')
            return
        is_plain = type(value) is set
        text.add('{' if is_plain else name + '({')
        text.items(base.__iter__(value))
        text.add('}' if is_plain else '})')
    return write


@nested
def _dict(text, value):
    text.add('{')
    text.items(dict.items(value), text.pair)
    text.add('}')


@nested
def _ordered(text, value):
    name = statics.type_name(type(value))
    if not dict.__len__(value):
        text.add(name + '()')
    elif _ORDERED_AS_DICT:
        text.add(name + '({')
        text.items(collections.OrderedDict.items(value), text.pair)
        text.add('})')
    else:
        text.add(name + '([')
        text.items(collections.OrderedDict.items(value))
        text.add('])')


_ORDERED_AS_DICT = repr(collections.OrderedDict(a=1)) == "OrderedDict({'a': 1})"


@nested
def _defaultdict(text, value):
    text.add(statics.type_name(type(value)) + '(')
    text.write(collections.defaultdict.__dict__['default_factory'].__get__(value))
    text.add(', {')
    text.items(dict.items(value), text.pair)
    text.add('})')


@nested
def _deque(text, value):
    text.add(statics.type_name(type(value)) + '([')
    text.items(collections.deque.__iter__(value))
    most = collections.deque.__dict__['maxlen'].__get__(value)
    text.add('])' if most is None else '], maxlen=%d)' % most)


def _array(text, value):
    array = sys.modules['array']
    code = array.array.__dict__['typecode'].__get__(value)
    count = array.array.__len__(value)
    if not count:
        text.add('%s(%r)' % (statics.type_name(type(value)), code))
        return
    head = array.array.__getitem__(value, slice(0, max(text.room, 20)))
    text.add('%s(%r, ' % (statics.type_name(type(value)), code))
    if code == 'u' or code == 'w':
        _str(text, head.tounicode())
    else:
        _list(text, head.tolist())
    text.add(')')


def _view(name, base):
    @nested
    def write(text, value):
        text.add(name + '([')
        text.items(base.__iter__(value))
        text.add('])')
    return write


@nested
def _mapping_proxy(text, value):
    # Of a class it is always one over a dict; of others copy() could run code.
    text.add('mappingproxy({')
    text.items(types.MappingProxyType.items(value), text.pair)
    text.add('})')


@nested
def _slice(text, value):
    text.add('slice(')
    text.items([_by_name(value, name) for name in ('start', 'stop', 'step')])
    text.add(')')


@nested
def _namespace(text, value):
    cls = type(value)
    text.add('namespace(' if cls is types.SimpleNamespace else statics.type_name(cls) + '(')
    names = statics.instance_dict(value) or {}
    _fields(text, [(name, names[name]) for name in (sorted(names) if sys.version_info < (3, 9) else names)])
    text.add(')')


def _fields(text, pairs):
    def write(pair):
        text.add(pair[0] + '=')
        text.write(pair[1])
    text.items(pairs, write)


@nested
def _exception(text, value):
    arguments = BaseException.__dict__['args'].__get__(value)
    text.add(statics.type_name(type(value)) + '(')
    text.items(arguments)
    text.add(')')


def _class(text, value):
    text.cut("<class '%s'>" % statics.full_name(value))


def _module(text, value):
    names = statics.module_dict(value)
    name, file = names.get('__name__'), names.get('__file__')
    place = ' from %r' % file if type(file) is str else ' (built-in)' if '__loader__' in names and names.get('__path__') is None else ''
    text.cut('<module %r%s>' % (name if type(name) is str else '?', place))


def _method(text, value):
    function, owner = value.__func__, value.__self__
    name = statics.own_attribute(function, '__qualname__') if type(function) is types.FunctionType else statics.MISSING
    name = name if isinstance(name, str) else '?'
    shown = "<class '%s'>" % statics.full_name(owner) if issubclass(type(owner), type) else statics.default_text(owner)
    text.cut('<bound method %s of %s>' % (name, shown))


def _plain(base):
    """For reprs of C that look at nothing but the value itself."""
    slot = base.__repr__

    def write(text, value):
        text.cut(slot(value))
    return write


def _writers():
    found = {}

    def put(base, writer):
        found[id(base.__dict__['__repr__'])] = writer
    for base in (object, float, complex, bool, type(None), type(Ellipsis), type(NotImplemented), range, types.FunctionType, types.BuiltinFunctionType, types.GeneratorType,
                 types.CoroutineType, types.AsyncGeneratorType, types.CodeType, types.FrameType, types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType,
                 types.MemberDescriptorType, types.ClassMethodDescriptorType, types.CellType, memoryview, re.Pattern):
        if '__repr__' in base.__dict__:
            put(base, _plain(base))
    for base, writer in (
        (int, _int), (str, _str), (bytes, _bytes), (bytearray, _bytearray), (list, _list), (tuple, _tuple), (set, _set_of(set)), (frozenset, _set_of(frozenset)), (dict, _dict),
        (collections.OrderedDict, _ordered), (collections.defaultdict, _defaultdict), (collections.deque, _deque), (types.MappingProxyType, _mapping_proxy),
        (slice, _slice), (types.SimpleNamespace, _namespace), (BaseException, _exception), (type, _class), (types.ModuleType, _module), (types.MethodType, _method),
        (type({}.keys()), _view('dict_keys', type({}.keys()))), (type({}.values()), _view('dict_values', type({}.values()))), (type({}.items()), _view('dict_items', type({}.items()))),
    ):
        put(base, writer)
    found[id(object.__dict__['__repr__'])] = lambda text, value: text.cut(statics.default_text(value))
    return found


WRITERS = _writers()
_late = {'array': (('array', _array),), 'datetime': (('date', None), ('time', None), ('datetime', None), ('timedelta', None), ('timezone', None))}


def late_writer(own):
    """The writer for a type of a module that was loaded after this one; None when there is none."""
    for name in [name for name in _late if name in sys.modules]:
        names = statics.module_dict(sys.modules[name])
        for type_name, writer in _late.pop(name):
            base = names.get(type_name)
            if base is not None and '__repr__' in base.__dict__:
                WRITERS[id(base.__dict__['__repr__'])] = writer or _plain(base)
        if id(own) in WRITERS:
            return WRITERS[id(own)]
    return None


def _field_names(cls):
    fields = statics.lookup(cls, '_fields')
    return fields if type(fields) is tuple and all(type(name) is str for name in fields) else None


@nested
def _named_tuple(text, value):
    cls = type(value)
    text.add(statics.type_name(cls) + '(')
    _fields(text, list(zip(_field_names(cls), tuple.__iter__(value))))
    text.add(')')


@nested
def _dataclass(text, value):
    cls = type(value)
    fields = statics.lookup(cls, '__dataclass_fields__')
    text.add(statics.qualified_name(cls) + '(')
    pairs = []
    for name, field in fields.items():
        if field.repr and field._field_type.name == '_FIELD':
            pairs.append((name, statics.own_attribute(value, name)))
    _fields(text, pairs)
    text.add(')')


def generated_writer(value, own):
    """The writer for a repr that the standard library has generated (named tuples, dataclasses); None for every other."""
    if type(own) is not types.FunctionType:
        return None
    cls = type(value)
    code = own.__code__
    if code.co_name == '__repr__' and code.co_filename == collections.namedtuple.__code__.co_filename and _field_names(cls) and issubclass(cls, tuple):
        return _named_tuple
    inner = own.__dict__.get('__wrapped__')
    if type(inner) is types.FunctionType and inner.__code__.co_filename == '<string>' and code.co_name == 'wrapper' and code.co_filename.endswith(('dataclasses.py', 'reprlib.py')):
        fields = statics.lookup(cls, '__dataclass_fields__')
        if type(fields) is dict and all(statics.own_attribute(value, name) is not statics.MISSING for name in fields):
            return _dataclass
    return None
