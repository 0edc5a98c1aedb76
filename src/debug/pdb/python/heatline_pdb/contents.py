"""What an editor sees when it opens a value: nodes with children. Items are asked for by position, members all at once."""
import collections
import itertools
import types

from . import statics
from .finding import atom, attribute_expression, literal

# More children than this are put into ranges, unless the client pages.
MOST = 1000
# Dictionaries and sets of more entries are paged as sequences are.
_PAGED = 100


class Child:
    """One line below something that was opened.

    `expression` finds it again in the frame (None: nothing does); `write` takes a new value, or is the reason why there is none;
    `lazy` makes the value when it is asked for; `node` is what stands below a line that has no value; `watch` says where a
    data breakpoint finds it: (kind, owner, key).
    """

    __slots__ = ('name', 'value', 'expression', 'write', 'lazy', 'node', 'watch', 'kind', 'attributes', 'text', 'is_internal')

    def __init__(self, name, value=None, expression=None, write=None, lazy=None, node=None, watch=None, kind=None, attributes=(), text=None, is_internal=False):
        self.name = name
        self.value = value
        self.expression = expression
        self.write = write
        self.lazy = lazy
        self.node = node
        self.watch = watch
        self.kind = kind
        self.attributes = attributes
        self.text = text
        self.is_internal = is_internal


class Node:
    """Something that can be opened. `frame` is where its expressions hold."""

    frame = None
    # How many children items() knows.
    indexed = 0
    # Whether members() may have any.
    has_members = True

    def items(self, start, stop):
        return []

    def members(self):
        return []

    def members_with(self, run):
        """members(), with a function that runs the program's code watched."""
        return self.members()


class WatchedGroup(Node):
    """Children that only the program's own code can list: make(run)."""

    def __init__(self, make):
        self.members_with = make


class Group(Node):
    """Children made when the line is opened."""

    def __init__(self, make, indexed=0, items=None):
        self._make = make
        self.indexed = indexed
        self._items = items
        self.has_members = make is not None

    def items(self, start, stop):
        return self._items(start, stop) if self._items is not None else []

    def members(self):
        return self._make() if self._make is not None else []


def _length(expression, count):
    return Child('len()', count, 'len(%s)' % expression if expression is not None else None, write='a length cannot be set', kind='virtual', attributes=('readOnly',), is_internal=True)


class ValueNode(Node):
    """A value without items: its attributes."""

    def __init__(self, value, expression, frame, names_of_key):
        self.value = value
        self.expression = expression
        self.frame = frame
        # Text of a dictionary's key, which is its name.
        self.names_of_key = names_of_key

    def members(self):
        from .attributes import attributes
        return attributes(self.value, self.expression)

    def members_of_object(self):
        """The attributes, whatever else a derived class shows."""
        return ValueNode.members(self)

    def _own_attributes(self, *plain):
        return [] if type(self.value) in plain else self.members_of_object()


class SequenceNode(ValueNode):
    """Lists, tuples, deques, ranges, arrays: `base` is the type whose methods are asked, whatever a subclass says."""

    def __init__(self, base, *arguments):
        super().__init__(*arguments)
        self.base = base
        self.indexed = base.__len__(self.value)

    def items(self, start, stop):
        value, base, at = self.value, self.base, atom(self.expression)
        found = []
        is_fixed = base in (tuple, range)
        for i in range(max(start, 0), min(stop, self.indexed)):
            try:
                each = base.__getitem__(value, i)
            except IndexError:
                break
            write = '%s has fixed items: make a new one' % ('a tuple' if base is tuple else 'a range') if is_fixed else _item_writer(value, i)
            found.append(Child('[%d]' % i, each, '%s[%d]' % (at, i) if at else None, write, watch=('item', value, i)))
        return found

    def members(self):
        fields = statics.lookup(type(self.value), '_fields') if self.base is tuple else statics.MISSING
        found = []
        if type(fields) is tuple and len(fields) == self.indexed and all(type(name) is str for name in fields):
            found = [Child(name, each, attribute_expression(self.expression, name), 'a named tuple cannot be changed: make a new one with _replace()')
                     for name, each in zip(fields, tuple.__iter__(self.value))]
        shown = {child.name for child in found}
        return found + [child for child in self._own_attributes(self.base) if child.name not in shown] + [_length(self.expression, self.indexed)]


def _item_writer(value, key):
    def write(new):
        value[key] = new
    return write


class SetNode(ValueNode):
    """Sets, frozen sets and views of dictionaries."""

    def __init__(self, base, *arguments):
        super().__init__(*arguments)
        self.base = base
        self.count = base.__len__(self.value)
        self.indexed = self.count if self.count > _PAGED else 0

    def items(self, start, stop):
        found = []
        for i, each in enumerate(itertools.islice(self.base.__iter__(self.value), start, stop), start):
            find = None
            if self.expression is not None:
                find = 'next(each for each in %s if id(each) == %d)' % (self.expression, id(each)) if self.base in (set, frozenset) else 'list(%s)[%d]' % (self.expression, i)
            found.append(Child('[%d]' % i, each, find, 'what is in a set has no place of its own: use add() and discard()' if self.base in (set, frozenset) else 'a view cannot be changed: change its dictionary'))
        return found

    def members(self):
        found = [] if self.indexed else self.items(0, self.count)
        plain = (self.base,)
        return found + self._own_attributes(*plain) + [_length(self.expression, self.count)]


class MappingNode(ValueNode):
    """Dictionaries, by their keys; keys that are objects can be opened under `keys`."""

    def __init__(self, base, *arguments):
        super().__init__(*arguments)
        self.base = base
        self.count = base.__len__(self.value)
        self.indexed = self.count if self.count > _PAGED else 0

    def items(self, start, stop):
        value, at = self.value, atom(self.expression)
        found, names = [], {}
        is_dict = self.base is dict
        for key, each in itertools.islice(self.base.items(value), start, stop):
            shown = literal(key)
            if shown is not None:
                find = '%s[%s]' % (at, shown) if at else None
            else:
                find = 'next(each for key, each in %s.items() if id(key) == %d)' % (at, id(key)) if at else None
            name = str(self.names_of_key(key))
            names[name] = names.get(name, 0) + 1
            if names[name] > 1:
                name = '%s #%d' % (name, names[name])
            found.append(Child(name, each, find, _item_writer(value, key) if is_dict else 'this mapping is read only', watch=('item', value, key) if is_dict else None))
        return found

    def members(self):
        found = [] if self.indexed else self.items(0, self.count)
        value, expression = self.value, self.expression
        if any(literal(key) is None for key in itertools.islice(self.base.__iter__(value), 100)):
            def keys(start, stop):
                return [Child('[%d]' % i, key, 'list(%s)[%d]' % (expression, i) if expression is not None else None, 'a key cannot be changed')
                        for i, key in enumerate(itertools.islice(self.base.__iter__(value), start, stop), start)]
            found.append(Child('keys', node=Group(None, self.count, keys), kind='virtual', is_internal=True))
        plain = (self.base, collections.OrderedDict, collections.defaultdict)
        if type(value) is collections.defaultdict:
            found.append(Child('default_factory', collections.defaultdict.__dict__['default_factory'].__get__(value), attribute_expression(expression, 'default_factory')))
        return found + self._own_attributes(*plain) + [_length(expression, self.count)]


class TextNode(ValueNode):
    """A text or bytes too long for a line, in pieces."""

    PIECE = 1000

    def __init__(self, base, *arguments):
        super().__init__(*arguments)
        self.base = base
        self.count = base.__len__(self.value)
        self.indexed = -(-self.count // self.PIECE)

    def items(self, start, stop):
        at = atom(self.expression)
        found = []
        for i in range(max(start, 0), min(stop, self.indexed)):
            begin, end = i * self.PIECE, min((i + 1) * self.PIECE, self.count)
            found.append(Child('[%d:%d]' % (begin, end), self.base.__getitem__(self.value, slice(begin, end)), '%s[%d:%d]' % (at, begin, end) if at else None, 'a piece cannot be changed: set the whole value'))
        return found

    def members(self):
        return [_length(self.expression, self.count)]


_LEAVES = frozenset((int, float, complex, bool, type(None), type(Ellipsis), type(NotImplemented), types.BuiltinFunctionType, types.WrapperDescriptorType, types.MethodDescriptorType, types.MethodWrapperType))
_SEQUENCES = (list, tuple, collections.deque, range)
_VIEWS = (set, frozenset, type({}.keys()), type({}.values()), type({}.items()))


def node_of(value, expression, frame, names_of_key):
    """What opens a value; None for one that has nothing inside."""
    from . import arrays, special_nodes
    cls = type(value)
    if cls in _LEAVES:
        return None
    arguments = (value, expression, frame, names_of_key)
    bases = statics.mro(cls)
    for base in (str, bytes):
        if base in bases:
            if base.__len__(value) > TextNode.PIECE:
                return TextNode(base, *arguments)
            return None if cls is base else ValueNode(*arguments)
    for base in _SEQUENCES:
        if base in bases:
            return SequenceNode(base, *arguments) if cls is not base or base.__len__(value) else None
    for base in _VIEWS:
        if base in bases:
            return SetNode(base, *arguments) if cls is not base or base.__len__(value) else None
    for base in (dict, types.MappingProxyType):
        if base in bases:
            return MappingNode(base, *arguments) if cls is not base or base.__len__(value) else None
    kind = arrays.kind_of(value)
    if kind is not None:
        return special_nodes.array_node(kind, *arguments)
    if special_nodes.is_array(value):
        return SequenceNode(cls, *arguments)
    return special_nodes.NODES.get(cls, ValueNode)(*arguments)
