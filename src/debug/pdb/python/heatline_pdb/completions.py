"""Completion of what is typed: names, attributes (no property runs), keys of dictionaries, modules; pdb's commands come from the console."""
import ast
import builtins
import keyword
import re
import types

from . import importable, statics
from .finding import literal
from .frame_names import is_function_frame, read_names
from .lookups import resolve
from .typed_text import Typed

_MOST = 2000
_KEYS = 200
_CONSOLE_ONLY = ('file', 'reference')


def completions(values, arguments, stackframe, console=None):
    """DAP's completions at a column (UTF-16, from 1). `console` is the pdb console, whose commands are completed as well."""
    typed = Typed(arguments.get('text') or '', arguments.get('line'), arguments.get('column') or 1)
    frame = stackframe.frame if stackframe is not None else None
    targets = []
    if console is not None and stackframe is not None:
        targets = _of_console(console, typed, stackframe)
        if any(item.get('type') in _CONSOLE_ONLY for item in targets):
            return {'targets': targets}
    found, begin = _found(values, typed, frame)
    word = typed.before[begin:]
    chosen = [item for item in found if item[0].startswith(word)]
    if not chosen and word:
        chosen = [item for item in found if item[0].lower().startswith(word.lower())]
    start, length = typed.place(begin), typed.width(word)
    for label, kind, order in chosen[:_MOST]:
        targets.append({'label': label, 'text': label, 'type': kind, 'start': start, 'length': length, 'sortText': '%d%s' % (order, label)})
    return {'targets': targets}


def _of_console(console, typed, stackframe):
    try:
        found = console.complete(typed.text, typed.column, stackframe)
    except Exception:
        # Its commands are only some of what can be typed.
        return []
    for item in found:
        start, length = item.get('start'), item.get('length')
        if start is not None:
            item['length'] = typed.width(typed.text[start:start + (length or 0)])
            item['start'] = typed.width(typed.text[:start])
        if item.get('type') == 'keyword':
            item.setdefault('detail', 'pdb command')
            item.setdefault('sortText', '1' + item['label'])
    return found


def _found(values, typed, frame):
    """([(label, kind, order)], index where the word begins) for what stands before the cursor."""
    before = typed.before
    if typed.string is not None:
        return _keys_in_string(typed, frame)
    begin = re.search(r'\w*$', before).start()
    modules = importable.completed(before)
    if modules is not None:
        return [(name, 'module' if is_module else 'variable', 0) for name, is_module in modules], begin
    if before[begin:begin + 1].isdigit():
        return [], begin
    if before[:begin].endswith('.'):
        owner = _owner(typed, begin - 1, frame)
        return (_attributes(values, owner) if owner is not statics.MISSING else []), begin
    found = []
    opened = before[:begin].rstrip()
    if begin == len(before) and opened.endswith('['):
        owner = _owner(typed, len(opened) - 1, frame)
        found = [(key, 'value', 0) for key in _keys(owner)]
    return found + _names(frame), begin


def _owner(typed, end, frame):
    """The value of the expression that ends at an index."""
    source = typed.primary(end)
    if not source:
        return statics.MISSING
    try:
        tree = ast.parse(source, mode='eval')
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return statics.MISSING
    return resolve(tree.body, frame)


def _keys(owner):
    """Keys of a dictionary as they are written in source."""
    if owner is statics.MISSING or not statics.inherits(owner, dict):
        return []
    found = []
    for key in list(dict.__iter__(owner))[:_KEYS]:
        shown = literal(key)
        if shown is not None:
            found.append(shown)
    return found


def _keys_in_string(typed, frame):
    """Keys that go on as the open string does, when it stands right behind a `[`."""
    opened = typed.before[:typed.string].rstrip()
    if not opened.endswith('['):
        return [], typed.string
    owner = _owner(typed, len(opened) - 1, frame)
    quote = typed.before[typed.string]
    found = []
    for key in _keys(owner):
        value = ast.literal_eval(key)
        if type(value) is not str:
            continue
        if quote == '"' and key[0] == "'" and '"' not in value and '\\' not in key:
            key = '"%s"' % value
        found.append((key, 'value', 0))
    return found, typed.string


def _order(name, base):
    return base if not name.startswith('_') else 5 if not name.startswith('__') else 7


def _names(frame):
    found, seen = [], set()

    def add(name, value, base):
        if type(name) is str and name not in seen and name.isidentifier():
            seen.add(name)
            found.append((name, kind_of(value), _order(name, base)))
    if frame is not None:
        if is_function_frame(frame) or frame.f_locals is not frame.f_globals:
            for name, value in read_names(frame).items():
                add(name, value, 0)
        for name, value in list(frame.f_globals.items()):
            add(name, value, 2)
    for name in keyword.kwlist:
        seen.add(name)
        found.append((name, 'keyword', 3))
    for name, value in list(vars(builtins).items()):
        add(name, value, 4)
    return found


def _attributes(values, owner):
    """Attributes of a value by name, without asking for any of them."""
    found, seen = [], set()

    def add(names, is_own=False):
        for name, each in list(names.items()):
            if type(name) is str and name not in seen and name.isidentifier():
                seen.add(name)
                kind = kind_of(each, is_own)
                found.append((name, 'method' if kind == 'function' and is_member else kind, _order(name, 0)))
    cls = type(owner)
    is_member = cls is not types.ModuleType
    if issubclass(cls, type):
        for base in statics.mro(owner):
            add(statics.namespace(base))
    else:
        own = statics.instance_dict(owner)
        if own:
            add(own, True)
        for base in statics.mro(cls):
            add(statics.namespace(base))
    listed = statics.lookup(cls, '__dir__')
    if type(listed) is types.FunctionType and not issubclass(cls, type):
        try:
            names = values.engine.run_untraced(lambda: [name for name in dir(owner) if type(name) is str], timeout=0.5)
        except BaseException as problem:
            if isinstance(problem, KeyboardInterrupt):
                raise
            names = []
        add(dict.fromkeys(names))
    return found


def kind_of(value, is_own=False):
    """DAP's type of a completion for a value."""
    kind = type(value)
    if issubclass(kind, type):
        return 'class'
    if kind is types.ModuleType:
        return 'module'
    if statics.is_function(value):
        return 'function' if kind in (types.FunctionType, types.BuiltinFunctionType) and not is_own else 'method'
    if kind is property or not is_own and statics.is_computed(value):
        return 'property'
    return 'field' if is_own else 'variable'
