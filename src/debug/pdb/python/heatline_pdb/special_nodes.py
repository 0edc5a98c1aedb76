"""Nodes of values that have more to show than attributes: functions, generators, mappings that are no dicts, arrays and tables."""
import itertools
import sys
import types

from . import statics
from .attributes import attributes
from .contents import Child, Group, ValueNode, WatchedGroup
from .finding import atom, attribute_expression, literal


def is_array(value):
    """True for array.array."""
    module = sys.modules.get('array')
    return module is not None and statics.inherits(value, module.array)


class _Chosen(ValueNode):
    """Attributes of the interpreter that say most about a value, before all others."""

    names = ()

    def members(self):
        found = []
        for name in self.names:
            each = statics.own_attribute(self.value, name)
            if each is statics.MISSING:
                try:
                    each = getattr(self.value, name)
                except Exception:
                    continue
            found.append(Child(name, each, attribute_expression(self.expression, name)))
        return found + _less_wanted(self.value, self.expression, set(self.names))


def _less_wanted(value, expression, shown):
    """What else such a value has: what the program has put there, and a group for the rest."""
    own = statics.instance_dict(value) or {}
    rest = [child for child in attributes(value, expression) if child.name not in shown and child.node is None]
    hidden = [child for child in rest if child.name not in own]
    found = [child for child in rest if child.name in own]
    return found + ([Child('special variables', node=Group(lambda: hidden), kind='virtual', is_internal=True)] if hidden else [])


class _Function(_Chosen):
    names = ('__name__', '__qualname__', '__module__', '__doc__', '__defaults__', '__kwdefaults__', '__annotations__', '__code__')

    def members(self):
        function = self.value
        found = []
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            try:
                found.append(Child(name, cell.cell_contents, _cell_expression(self.expression, function, name), _cell_writer(cell)))
            except ValueError:
                continue  # not bound yet
        own = _Chosen.members(self)
        if found:
            own.insert(0, Child('closure', node=Group(lambda: found), kind='virtual', is_internal=True))
        return [child for child in own if child.name != '__annotations__' or sys.version_info < (3, 14)]


def _cell_expression(expression, function, name):
    return '%s.__closure__[%d].cell_contents' % (atom(expression), function.__code__.co_freevars.index(name)) if expression is not None else None


def _cell_writer(cell):
    def write(new):
        cell.cell_contents = new
    return write


class _Method(_Chosen):
    names = ('__self__', '__func__')


class _Code(_Chosen):
    names = ('co_name', 'co_filename', 'co_firstlineno', 'co_varnames', 'co_freevars', 'co_cellvars', 'co_flags')


class _Generator(ValueNode):
    """Generators, coroutines: their state, where they stand, and their variables."""

    prefix = 'gi'
    awaited = 'gi_yieldfrom'

    def members(self):
        value, at = self.value, atom(self.expression)
        frame = getattr(value, self.prefix + '_frame')
        is_running = getattr(value, self.prefix + '_running')
        # From 3.11 on (3.12 for asynchronous generators) it is known; before, no instruction has run.
        is_suspended = getattr(value, self.prefix + '_suspended', frame is not None and frame.f_lasti >= 0)
        state = 'ended' if frame is None else 'running' if is_running else 'suspended' if is_suspended else 'not started'
        found = [Child('state', text=state if frame is None else '%s, line %s' % (state, frame.f_lineno), kind='virtual', attributes=('readOnly',), is_internal=True)]
        if frame is not None:
            names = dict(frame.f_locals)
            found += [Child(name, each, '%s.%s_frame.f_locals[%r]' % (at, self.prefix, name) if at else None, _local_writer(frame, name)) for name, each in names.items()]
        for name in (self.awaited, self.prefix + '_code', self.prefix + '_frame'):
            each = getattr(value, name, None)
            if each is not None:
                found.append(Child(name, each, attribute_expression(self.expression, name), kind='data', is_internal=True))
        return found


def _local_writer(frame, name):
    def write(new):
        from .frame_names import set_local
        set_local(frame, name, new)
    return write


class _Coroutine(_Generator):
    prefix, awaited = 'cr', 'cr_await'


class _AsyncGenerator(_Generator):
    prefix, awaited = 'ag', 'ag_await'


class _Frame(_Chosen):
    names = ('f_locals', 'f_globals', 'f_code', 'f_lineno', 'f_back')


class _Traceback(_Chosen):
    names = ('tb_lineno', 'tb_frame', 'tb_next')


class _Slice(_Chosen):
    names = ('start', 'stop', 'step')


class _Watched(ValueNode):
    """An object that is a mapping or a sequence by its methods: its items are asked of it, in time, when they are opened."""

    is_mapping = False

    def members(self):
        value, at, is_mapping, names_of_key = self.value, atom(self.expression), self.is_mapping, self.names_of_key

        def pairs():
            if is_mapping:
                found = []
                for key in itertools.islice(iter(value.keys()), 1000):
                    shown = literal(key)
                    found.append((key, value[key], '%s[%s]' % (at, shown) if at and shown is not None else None))
                return found
            return [(i, each, 'list(%s)[%d]' % (self.expression, i) if at else None) for i, each in enumerate(itertools.islice(iter(value), 1000))]

        def make(run):
            return [Child(str(names_of_key(key)) if is_mapping else '[%d]' % key, each, find, _item_writer(value, key)) for key, each, find in run(pairs, timeout=2.0)]
        return self.members_of_object() + [Child('items', node=WatchedGroup(make), kind='virtual', is_internal=True)]


def _item_writer(value, key):
    def write(new):
        value[key] = new
    return write


class _Mapping(_Watched):
    is_mapping = True


def _object_node(*arguments):
    value = arguments[0]
    cls = type(value)
    if issubclass(cls, (type, BaseException, types.ModuleType)):
        return ValueNode(*arguments)
    has = [statics.lookup(cls, name) is not statics.MISSING for name in ('keys', '__getitem__', '__len__', '__iter__')]
    if has[0] and has[1]:
        return _Mapping(*arguments)
    if has[1] and has[2] or has[2] and has[3]:
        return _Watched(*arguments)
    return ValueNode(*arguments)


class _ObjectNodes(dict):
    def get(self, cls, otherwise=None):
        return dict.get(self, cls, _object_node)


NODES = _ObjectNodes({
    types.FunctionType: _Function, types.MethodType: _Method, types.CodeType: _Code, types.GeneratorType: _Generator, types.CoroutineType: _Coroutine,
    types.AsyncGeneratorType: _AsyncGenerator, types.FrameType: _Frame, types.TracebackType: _Traceback, slice: _Slice,
})


class _Array(ValueNode):
    """An array of numpy, a series: rows by position; what describes it before."""

    described = ('shape', 'dtype', 'size', 'ndim', 'nbytes')

    def __init__(self, *arguments):
        super().__init__(*arguments)
        try:
            self.indexed = int(self.value.shape[0]) if self.value.shape else 0
        except Exception:
            self.indexed = 0

    def _row(self, i):
        return self.value[i], '[%d]' % i

    def items(self, start, stop):
        at = atom(self.expression)
        found = []
        for i in range(max(start, 0), min(stop, self.indexed)):
            each, find = self._row(i)
            found.append(Child('[%d]' % i, each, at + find if at else None, _item_writer(self.value, i), watch=None))
        return found

    def members(self):
        value = self.value
        found = [Child(name, getattr(value, name), attribute_expression(self.expression, name), kind='data') for name in self.described if hasattr(value, name)]
        found += [Child(name + '()', None, '%s.%s()' % (atom(self.expression), name) if self.expression else None, lazy=getattr(value, name), kind='property')
                  for name in ('min', 'max', 'mean') if hasattr(value, name)]
        return found


class _Series(_Array):
    described = ('name', 'dtype', 'index', 'shape')

    def _row(self, i):
        return self.value.iloc[i], '.iloc[%d]' % i

    def items(self, start, stop):
        found = super().items(start, stop)
        for child in found:
            child.write = 'set it with an expression such as s.iloc[0] = 1'
        return found


class _Table(ValueNode):
    """A DataFrame: its columns by name."""

    def members(self):
        value, at = self.value, atom(self.expression)
        found = [Child(name, getattr(value, name), attribute_expression(self.expression, name), kind='data') for name in ('shape', 'index', 'columns', 'dtypes')]
        found.append(Child('head()', None, '%s.head()' % at if at else None, lazy=lambda: value.head().to_string(), kind='property'))
        for i in range(min(int(value.shape[1]), 1000)):
            name = value.columns[i]
            found.append(Child(str(self.names_of_key(name)), value.iloc[:, i], '%s.iloc[:, %d]' % (at, i) if at else None, 'set it with an expression'))
        return found


def array_node(kind, *arguments):
    """The node of an array or a table."""
    return {'array': _Array, 'series': _Series, 'frame': _Table}[kind](*arguments)
