"""What an editor sees of Python values: scopes, variables, evaluations; each request on the stopped thread."""
import itertools

from . import statics
from .contents import MOST, Child, Group, Node, node_of
from .frame_names import NamesNode, count_of, has_own_names, is_function_frame
from .paging import WithWholeText, ranges_of_items, ranges_of_members
from .reprs import SHORT, Budget, Reprs

# Characters of a value that was asked for by itself.
_LONG = 4000
# Seconds for what the user has asked to see.
_PATIENCE = 5.0


class _Lazy(Node):
    """A value that is made when it is opened."""

    def __init__(self, child, frame):
        self.child = child
        self.frame = frame


class Values:
    """References to values of stopped frames, which end when the program goes on."""

    # Seconds that a request may spend in the program's own reprs, and in one of them.
    total = 2.0
    each = 0.5

    def __init__(self, engine):
        self.engine = engine
        self._nodes = {}
        self._ids = itertools.count(1)
        self._slow = set()
        self._watched_things = None
        # The evaluation that runs now, if one does: interrupt() breaks it.
        self.interruption = None

    def interrupt(self):
        """Breaks the evaluation that runs. Any thread; False when none runs."""
        interruption = self.interruption
        return interruption is not None and interruption.interrupt()

    def forget(self):
        """The program goes on: all references end."""
        self._nodes.clear()
        self._slow.clear()

    @property
    def watched_things(self):
        """What data breakpoints may be set on, by number."""
        if self._watched_things is None:
            from .watchpoints import Things
            self._watched_things = Things()
        return self._watched_things

    # Texts and references.

    def reprs_for(self, arguments=None, total=None, each=None):
        """Reprs for one request, which may spend `total` seconds in the program's own reprs, and `each` in one."""
        budget = Budget(total if total is not None else self.total, each if each is not None else self.each)
        # Shared: a type that was too slow once is not asked again in this stop.
        budget.slow = self._slow
        return Reprs(self.engine.run_untraced, budget, bool(((arguments or {}).get('format') or {}).get('hex')))

    def patient_reprs(self, arguments=None):
        return Reprs(self.engine.run_untraced, Budget(_PATIENCE, _PATIENCE), bool(((arguments or {}).get('format') or {}).get('hex')))

    def _refer(self, node, frame):
        if node.frame is None:
            node.frame = frame
        number = next(self._ids)
        self._nodes[number] = node
        return number

    def _node(self, number):
        node = self._nodes.get(number)
        if node is None:
            raise ValueError('this value is not there any more: the program has run on since it was shown')
        return node

    def _opens(self, node, frame):
        """DAP's fields of something that can be opened."""
        fields = {'variablesReference': self._refer(node, frame)}
        if node.indexed:
            fields['indexedVariables'] = node.indexed
            # Only whether there are any matters to clients that page; how many, they learn when they ask.
            fields['namedVariables'] = 1 if node.has_members else 0
        return fields

    def _shown(self, value, expression, frame, reprs, limit):
        """(Text, DAP's fields) of a value."""
        text = reprs.text(value, limit)
        node = node_of(value, expression, frame, lambda key: reprs.text(key, 200))
        if text.is_short and (node is None or node.indexed == 0 and not statics.inherits(value, dict, set, frozenset)):
            node = WithWholeText(node, value, expression)
        fields = {'type': statics.type_name(type(value))}
        fields.update(self._opens(node, frame) if node is not None else {'variablesReference': 0})
        return text, fields

    def present(self, value, name=None, frame=None, reprs=None, limit=_LONG):
        """DAP's fields of an evaluation's value; `name` is an expression that finds it in `frame`."""
        text, fields = self._shown(value, name, frame, reprs or self.reprs_for(), limit)
        body = {'result': clean(str(text)), **fields}
        hint = _hint(value, name or '')
        if hint:
            body['presentationHint'] = hint
        return body

    # Scopes and variables.

    def scopes(self, stackframe, returned):
        """DAP's scopes of a frame; `returned` is None or a tuple with the value that it returns."""
        frame = stackframe.frame
        found = []

        def add(name, node, hint, count=None, is_expensive=False):
            scope = {'name': name, 'presentationHint': hint, 'variablesReference': self._refer(node, frame), 'expensive': is_expensive}
            if count is not None:
                scope['namedVariables'] = count
            found.append(scope)
        if returned is not None:
            add('Return value', Group(lambda: [Child('return', returned[0], write='the value is on its way to the caller')]), 'returnValue', 1)
        add('Locals', NamesNode(frame, 'locals'), 'locals')
        if is_function_frame(frame) and count_of(frame, 'closure'):
            add('Closure', NamesNode(frame, 'closure'), 'closure')
        if has_own_names(frame):
            add('Globals', NamesNode(frame, 'globals'), 'globals', is_expensive=True)
        return found

    def variables(self, arguments):
        """DAP's variables of a reference: all, or those of a filter and a page."""
        node = self._node(arguments['variablesReference'])
        children = self._children(node, arguments.get('filter'), arguments.get('start') or 0, arguments.get('count') or 0)
        # A value that is opened because its repr was too slow gets more time.
        reprs = self.patient_reprs(arguments) if isinstance(node, _Patient) else self.reprs_for(arguments)
        return {'variables': [self._variable(child, node.frame, reprs) for child in children]}

    def _children(self, node, kind, start, count):
        if isinstance(node, _Lazy):
            return [self._made(node.child)]
        found = []
        if kind != 'named' and node.indexed:
            stop = min(start + count, node.indexed) if count else node.indexed
            begin = min(start, stop)
            if stop - begin > MOST and not count:
                found += ranges_of_items(node, begin, stop)
            else:
                found += node.items(begin, stop)
        if kind != 'indexed':
            try:
                members = node.members_with(self.engine.run_untraced)
            except Exception as problem:
                members = [Child('failed', text=self._failure(problem), kind='virtual')]
            if kind == 'named' and (start or count):
                members = members[start:start + count if count else None]
            found = (ranges_of_members(members) if len(members) > MOST else members) + found
        return found

    def _made(self, child):
        """A property that is opened: its value, or why there is none."""
        try:
            value = self.engine.run_untraced(child.lazy, timeout=_PATIENCE)
        except Exception as problem:
            return Child(child.name, text=self._failure(problem), expression=child.expression, kind=child.kind)
        except BaseException as problem:
            if isinstance(problem, KeyboardInterrupt):
                raise
            return Child(child.name, text='<%s>' % statics.type_name(type(problem)), kind=child.kind)
        return Child(child.name, value, child.expression, child.write, kind=child.kind)

    def _failure(self, problem):
        return '<%s>' % self.describe(problem)

    def describe(self, problem):
        """An exception in one line, str() watched."""
        from .reprs import error_line
        try:
            return self.engine.run_untraced(lambda: error_line(problem), timeout=1.0)
        except TimeoutError:
            return statics.type_name(type(problem))

    def _variable(self, child, frame, reprs):
        body = {'name': clean(child.name), 'value': '', 'variablesReference': 0}
        if child.expression is not None:
            body['evaluateName'] = child.expression
        hint = {}
        if child.text is not None:
            body['value'] = clean(child.text)
        elif child.lazy is not None:
            body['value'] = '(...)'
            body['variablesReference'] = self._refer(_Lazy(child, frame), frame)
            hint = {'lazy': True}
        elif child.node is not None:
            body.update(self._opens(child.node, frame))
        else:
            text, fields = self._shown(child.value, child.expression, frame, reprs, SHORT)
            body['value'] = clean(str(text))
            body.update(fields)
            if text.is_pending and not child.is_internal and str(text) == '<%s>' % statics.type_name(type(child.value)):
                # Its repr was too slow, or there were too many: it is made when it is asked for.
                later = Child(child.name, None, child.expression, child.write, lazy=_giver(child.value), kind=child.kind)
                body['variablesReference'] = self._refer(_Patient(later, frame), frame)
                hint = {'lazy': True}
            hint.update(_hint(child.value, child.name))
        if child.kind is not None:
            hint['kind'] = child.kind
        attributes = list(child.attributes) + hint.get('attributes', [])
        if isinstance(child.write, str) and 'readOnly' not in attributes and 'constant' not in attributes:
            attributes.append('readOnly')
        if attributes:
            hint['attributes'] = attributes
        if child.is_internal:
            hint['visibility'] = 'internal'
        if hint:
            body['presentationHint'] = hint
        return body

    # What the other files of this package do, by request.

    def evaluate(self, arguments, stackframe):
        """DAP's evaluate, except in the console."""
        from .evaluation import evaluate
        return evaluate(self, arguments, stackframe)

    def set_variable(self, arguments):
        """DAP's setVariable."""
        from .setting import set_variable
        return set_variable(self, arguments)

    def set_expression(self, arguments, stackframe):
        """DAP's setExpression."""
        from .setting import set_expression
        return set_expression(self, arguments, stackframe)

    def completions(self, arguments, stackframe, console=None):
        """DAP's completions; `console` adds pdb's commands."""
        from .completions import completions
        return completions(self, arguments, stackframe, console)

    def exception_info(self, exc_tuple):
        """DAP's exceptionInfo of (type, exception, traceback)."""
        from .exception_info import exception_info
        return exception_info(self, exc_tuple)

    def data_breakpoint_info(self, arguments, stackframe):
        """DAP's dataBreakpointInfo."""
        from .watchpoints import data_breakpoint_info
        return data_breakpoint_info(self, arguments, stackframe)

    def child_named(self, reference, name):
        """(node, child) of a variable that was shown under a reference; ValueError when there is none of this name."""
        node = self._node(reference)
        if node.indexed and name.startswith('[') and name[1:-1].isdigit():
            at = int(name[1:-1])
            found = node.items(at, at + 1)
            if found and found[0].name == name:
                return node, found[0]
        for child in self._every(node):
            if child.name == name:
                return node, child
        raise ValueError("there is no variable '%s' any more" % name)

    def _every(self, node):
        yield from node.members_with(self.engine.run_untraced)
        yield from node.items(0, node.indexed)


class _Patient(_Lazy):
    """A value whose repr is asked for by itself, with more time."""


def _giver(value):
    return lambda: value


def _hint(value, name):
    """DAP's presentationHint of a value under a name."""
    hint = {}
    kind = type(value)
    if issubclass(kind, type):
        hint['kind'] = 'class'
    elif statics.is_function(value):
        hint['kind'] = 'method'
    elif name:
        hint['kind'] = 'data'
    if name.startswith('_') and not (name.startswith('__') and name.endswith('__')):
        hint['visibility'] = 'private'
    if kind is str:
        hint['attributes'] = ['rawString']
    return hint


def clean(text):
    """Lone surrogates cannot be sent as UTF-8."""
    try:
        text.encode('utf-8')
        return text
    except UnicodeEncodeError:
        return text.encode('utf-8', 'backslashreplace').decode('utf-8')
