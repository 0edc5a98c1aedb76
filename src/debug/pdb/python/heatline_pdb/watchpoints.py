"""Data breakpoints: what can be watched, and whether it has changed. The question comes at every line of the program."""
import ast
import collections
import inspect
import json
import sys

from . import statics
from .expressions import EvaluationError, parse
from .frame_names import is_function_frame
from .lookups import index_of, resolve
from .reprs import Budget, Reprs

_TEXT = 200
# Items at each end of a container whose identity is compared.
_COMPARED = 32
# Calls between two looks whether the call of a watched local variable still goes on.
_LOOK_EVERY = 4096

_IMMUTABLE = frozenset((int, float, complex, bool, str, bytes, type(None)))


class Things:
    """Objects and frames that data breakpoints are set on, by the number that stands in their dataId."""

    def __init__(self):
        self._by_number = {}
        self._numbers = {}

    def number_of(self, thing):
        """The number of a thing, which is kept from now on."""
        number = self._numbers.get(id(thing))
        if number is None:
            number = self._numbers[id(thing)] = len(self._by_number) + 1
            self._by_number[number] = thing
        return number

    def __getitem__(self, number):
        return self._by_number[number]


def _no_code(function, timeout=None):
    raise TimeoutError('not asked')


def _text_of(value):
    """A short text without running code of the program."""
    if value is statics.MISSING:
        return '(not set)'
    return str(Reprs(_no_code, Budget(0, 0)).text(value, _TEXT))


class Watch:
    """One data breakpoint. `changed()` may be asked from any thread that is at a line."""

    condition = None
    dap_id = None

    def __init__(self, data_id, engine):
        """ValueError when the dataId means nothing here: it is of an earlier run."""
        try:
            data = json.loads(data_id)
            kind, number = data['kind'], data['thing']
            thing = engine.values.watched_things[number]
        except (ValueError, KeyError, TypeError):
            raise ValueError('what this data breakpoint is set on is not there any more: set it anew') from None
        self.name = data['shown']
        self._frame = None
        self._calls = 0
        if kind == 'local':
            self._frame = thing
            self._variable = data['name']
            self._read = self._read_local
        elif kind == 'name':
            self._read = _name_reader(thing, data['name'])
        elif kind == 'attribute':
            self._read = _attribute_reader(thing, data['name'])
        else:
            self._read = _item_reader(thing, engine.values.watched_things[data['key']])
        self._take(self._read())

    def changed(self, frame):
        """(old text, new text) when the value is another than at the last call; None when it is the same."""
        if self._frame is not None and frame is not self._frame and not self._can_write(frame):
            return None
        now = self._read()
        old = self._value
        if now is old:
            if self._print is None or _fingerprint(now) == self._print:
                return None
        elif type(now) is type(old) and type(now) in _IMMUTABLE and _are_equal(now, old):
            self._value = now
            return None
        before = self._text
        self._take(now)
        return before, self._text

    def _take(self, value):
        self._value = value
        self._print = _fingerprint(value)
        # Of the old value nothing may be left when it is asked for.
        self._text = _text_of(value)

    def _read_local(self):
        try:
            return self._frame.f_locals[self._variable]
        except KeyError:
            return statics.MISSING

    def _can_write(self, frame):
        """True for functions inside of the watched one that share the variable."""
        self._calls += 1
        if self._calls % _LOOK_EVERY == 0 and not self._goes_on():
            self._end()
            return False
        return self._frame is not None and self._variable in frame.f_code.co_freevars

    def _goes_on(self):
        if self._frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
            return True
        for each in list(sys._current_frames().values()):
            while each is not None:
                if each is self._frame:
                    return True
                each = each.f_back
        # Closures may keep the variable alive, and change it.
        return self._variable in self._frame.f_code.co_cellvars

    def _end(self):
        """The call has ended, and its variable with it."""
        self._frame = None
        self._value, self._print = statics.MISSING, None
        self._read = lambda: statics.MISSING


def _are_equal(one, other):
    # nan is not equal to itself.
    return one == other or (one != one and other != other)


def _fingerprint(value):
    """What changes with a container's contents, in little time however large it is; None for all else."""
    kind = type(value)
    try:
        if kind is list or kind is collections.deque:
            count = len(value)
            if kind is list:
                return count, [id(each) for each in value[:_COMPARED]], [id(each) for each in value[-_COMPARED:]]
            return count, [id(value[i]) for i in range(min(count, _COMPARED))], [id(value[-i - 1]) for i in range(min(count, _COMPARED))]
        if kind is dict or kind is collections.OrderedDict or kind is collections.defaultdict:
            return len(value), [(id(key), id(each)) for _, (key, each) in zip(range(_COMPARED), value.items())], id(next(reversed(value.values()), None))
        if kind is set:
            return len(value), [id(each) for _, each in zip(range(_COMPARED), value)]
        if kind is bytearray:
            return len(value), bytes(value[:_COMPARED]), bytes(value[-_COMPARED:])
    except (RuntimeError, IndexError):
        # Another thread changes it this moment: the next look tells.
        return 0
    return None


def _name_reader(names, name):
    def read():
        try:
            return names[name]
        except KeyError:
            return statics.MISSING
    return read


def _attribute_reader(thing, name):
    def read():
        names = statics.instance_dict(thing)
        if names is not None and name in names:
            return names[name]
        return statics.own_attribute(thing, name)
    return read


def _item_reader(container, key):
    base = next(base for base in (dict, list, collections.deque, tuple) if statics.inherits(container, base))

    def read():
        try:
            return base.__getitem__(container, key)
        except (KeyError, IndexError, TypeError):
            return statics.MISSING
    return read


# What can be watched.


def data_breakpoint_info(values, arguments, stackframe):
    """DAP's dataBreakpointInfo of a variable that was shown, or of an expression of names, attributes and items."""
    name = arguments.get('name') or ''
    try:
        if arguments.get('variablesReference'):
            _node, child = values.child_named(arguments['variablesReference'], name)
            if child.lazy is not None:
                return _refused("'%s' is computed whenever it is asked for: watch what it is made from." % name)
            if child.watch is None:
                return _refused("'%s' cannot be watched." % name)
            return _accepted(values, child.watch, child.expression or name)
        if stackframe is None:
            return _refused('The program is running: pause it first.')
        return _accepted(values, _place_of(parse(name).body, stackframe.frame), name.strip())
    except (EvaluationError, ValueError) as problem:
        return _refused(str(problem))


def _refused(why):
    return {'dataId': None, 'description': why}


def _accepted(values, watch, shown):
    kind, thing, key = watch
    where = ''
    if kind == 'local':
        if is_function_frame(thing):
            where = ' in this call of %s()' % thing.f_code.co_name
        else:
            kind, thing = 'global', thing.f_locals
    elif kind == 'item' and not statics.inherits(thing, dict, list, collections.deque):
        return _refused("'%s' never changes." % shown)
    elif kind == 'attribute' and statics.own_attribute(thing, key) is statics.MISSING and key not in (statics.instance_dict(thing) or ()):
        return _refused("'%s' is computed whenever it is asked for: watch what it is made from." % shown)
    things = values.watched_things
    data = {'kind': 'name' if kind == 'global' else kind, 'thing': things.number_of(thing), 'shown': shown}
    if kind == 'item':
        data['key'] = things.number_of(key)
    else:
        data['name'] = key
    return {'dataId': json.dumps(data), 'description': shown + where, 'accessTypes': ['write'], 'canPersist': False}


def _place_of(node, frame):
    """(kind, owner, key) of where an expression's value is stored. EvaluationError when it is stored nowhere."""
    if isinstance(node, ast.Name):
        code = frame.f_code
        if is_function_frame(frame) and node.id in code.co_varnames + code.co_cellvars + code.co_freevars:
            return 'local', frame, node.id
        if not is_function_frame(frame) and node.id in frame.f_locals:
            return 'local', frame, node.id
        if node.id in frame.f_globals:
            return 'global', frame.f_globals, node.id
        raise EvaluationError("there is no variable '%s' here" % node.id)
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        owner = resolve(node.value, frame)
        if owner is statics.MISSING:
            raise EvaluationError('only what can be found without running code can be watched: names, attributes and items that are stored')
        if isinstance(node, ast.Attribute):
            return 'attribute', owner, node.attr
        key = resolve(index_of(node), frame)
        if key is not statics.MISSING:
            return 'item', owner, key
    raise EvaluationError('an expression cannot be watched: a variable, an attribute or an item can')
