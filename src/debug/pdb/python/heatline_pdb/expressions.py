"""Expressions in a stopped frame: compiled so that lambdas and comprehensions see its variables, as if they stood there in the source."""
import __future__
import ast
import sys
import types

from . import files, statics
from .frame_names import is_function_frame, read_names, set_name

_FUTURE = 0
for _each in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _each).compiler_flag

_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_FILE = '<expression>'


class EvaluationError(ValueError):
    """A text for the user in one line; `details` is the traceback."""

    details = ''


def fail(text):
    """Raises an error that needs no traceback."""
    raise EvaluationError(text)


def parse(text):
    """The expression as a tree. EvaluationError for what is none, with what to do about it."""
    source = text.strip()
    if not source:
        fail('There is no expression.')
    try:
        tree = ast.parse('(%s\n)' % source, _FILE, 'eval')
    except SyntaxError as problem:
        _no_expression(source, problem)
    except (RecursionError, MemoryError):
        fail('The expression is nested too deeply.')
    except ValueError as problem:
        fail('SyntaxError: %s' % problem)
    for node in walk_outside(tree):
        if isinstance(node, ast.Await) or isinstance(node, ast.comprehension) and node.is_async:
            fail('await cannot be evaluated here: while the program is stopped its event loop is, too. Look at the task or coroutine itself, or await it in the program.')
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            fail('yield is of use in the program only.')
    return tree


def _no_expression(source, problem):
    try:
        ast.parse(source)
    except SyntaxError as plain:
        problem = plain
    except Exception:
        pass
    else:
        fail('This is a statement, not an expression: the Debug Console runs statements.')
    message = problem.msg or 'invalid syntax'
    # The brackets around the source are ours.
    if "'(' was never closed" in message or 'unexpected EOF' in message or problem.text is None:
        place = ''
    else:
        place = ' (at %d)' % problem.offset if problem.offset and '\n' not in source else ' (line %s)' % problem.lineno if problem.lineno else ''
    fail('SyntaxError: %s%s' % (message, place))


def walk_outside(tree):
    """Nodes of a tree that run when the expression does: not those inside of a lambda."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


class _Mangle(ast.NodeTransformer):
    """Private names as the compiler makes them inside of a class."""

    def __init__(self, cls):
        self.prefix = '_' + cls.lstrip('_')

    def _name(self, name):
        return self.prefix + name if name.startswith('__') and not name.endswith('__') and '.' not in name else name

    def visit_Attribute(self, node):
        self.generic_visit(node)
        node.attr = self._name(node.attr)
        return node

    def visit_Name(self, node):
        node.id = self._name(node.id)
        return node


def mangle(tree, cls):
    """The tree with private names as they are inside of the class of this name."""
    return ast.fix_missing_locations(_Mangle(cls).visit(tree))


def as_function_of(target, names):
    """A function that assigns what `names` calls '.value' to an attribute or item."""
    target.ctx = ast.Store()
    tree = ast.Module([ast.Assign([target], ast.Name('.value', ast.Load()), lineno=1, col_offset=0)], [])
    try:
        code = compile(ast.fix_missing_locations(tree), _FILE, 'exec', 0, True)
    except (SyntaxError, ValueError, RecursionError) as problem:
        fail('%s: %s' % (type(problem).__name__, problem))
    return lambda: exec(code, names)


def class_of(frame):
    """The name of the class whose body a frame's function stands in; None outside of classes."""
    code = frame.f_code
    qualified = getattr(code, 'co_qualname', None)
    if qualified is not None:
        parts = qualified.split('.')[:-1]
        while parts and parts[-1] == '<locals>':
            parts = parts[:-2]
        return parts[-1] if parts and parts[-1] != code.co_name else None
    cls = _class_with(frame)
    return statics.type_name(cls) if cls is not None else None


def _class_with(frame):
    """The class that a frame's function was defined in, found through its first argument; None when it is not found."""
    code = frame.f_code
    if not is_function_frame(frame) or not code.co_varnames:
        return None
    first = frame.f_locals.get(code.co_varnames[0])
    for cls in statics.mro(first if issubclass(type(first), type) else type(first)):
        for each in statics.namespace(cls).values():
            function = each.__func__ if issubclass(type(each), (staticmethod, classmethod)) else each.fget if type(each) is property else each
            if type(function) is types.FunctionType and function.__code__ is code:
                return cls
    return None


def prepare(text, frame, tree=None):
    """A function without arguments that evaluates the text in a frame (None: with builtins only). EvaluationError when it is no expression."""
    tree = tree if tree is not None else parse(text)
    if frame is None:
        names = {}
        code = _compile(tree, 0)
        return lambda: eval(code, names)
    flags = frame.f_code.co_flags & _FUTURE
    if '__' in text:
        cls = class_of(frame)
        if cls is not None:
            tree = mangle(tree, cls)
    nodes = list(ast.walk(tree))
    has_scopes = any(isinstance(node, _SCOPES) for node in nodes)
    targets = {node.target.id for node in nodes if isinstance(node, ast.NamedExpr)}
    asks_super = any(isinstance(node, ast.Name) and node.id == 'super' for node in nodes)
    local = frame.f_locals
    if local is frame.f_globals or not (has_scopes or targets or asks_super):
        code = _compile(tree, flags)
        names, scope = frame.f_globals, local
        return lambda: eval(code, names, scope)
    return _enclosed(tree, frame, flags, targets, asks_super)


def _enclosed(tree, frame, flags, targets, asks_super):
    """The expression inside of a function that has the frame's names as its own."""
    names = read_names(frame)
    if asks_super and '__class__' not in names:
        # Methods have it only where their source says super.
        cls = _class_with(frame)
        if cls is not None:
            names['__class__'] = cls
    order = [name for name in frame.f_code.co_varnames if name in names] if is_function_frame(frame) else []
    order += [name for name in names if name not in order and type(name) is str]
    order = [name for name in order if name.isidentifier()]
    # Zero-argument super() wants __class__ from around the function, and self as its first argument.
    outer = [name for name in order if name == '__class__']
    inner = [name for name in order if name != '__class__']
    body = tree.body
    if targets:
        # The values of names that the expression binds with := are returned beside its own.
        body = ast.Tuple([body, ast.Call(ast.Name('.locals', ast.Load()), [], [])], ast.Load())
        outer.append('.locals')
    function = ast.Lambda(_arguments(inner), body)
    tree = ast.Expression(ast.Lambda(_arguments(outer), function))
    ast.fix_missing_locations(tree)
    values = [names[name] for name in inner]
    around = [locals if name == '.locals' else names[name] for name in outer]
    made = eval(_compile(tree, flags), frame.f_globals)(*around)
    if not targets:
        return lambda: made(*values)

    def assign():
        value, after = made(*values)
        for name in targets:
            if name in after and (name not in names or after[name] is not names[name]):
                set_name(frame, name, after[name])
        return value
    return assign


def _arguments(names):
    return ast.arguments(posonlyargs=[], args=[ast.arg(name, None) for name in names], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[])


def _compile(tree, flags):
    try:
        return compile(tree, _FILE, 'eval', flags, True)
    except SyntaxError as problem:
        fail('SyntaxError: %s' % problem.msg)
    except (RecursionError, MemoryError):
        fail('The expression is nested too deeply.')
    except ValueError as problem:
        fail('SyntaxError: %s' % problem)


def plain_steps(tree):
    """True when an expression is a name, attributes and items of it: what may be looked at without calling anything on purpose."""
    node = tree.body
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Subscript):
            if not all(_is_plain_index(each) for each in ast.walk(node.slice)):
                return False
            node = node.value
        else:
            return False
    return True


def _is_plain_index(node):
    plain = (ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple, ast.UnaryOp, ast.USub, ast.expr_context, ast.BinOp, ast.operator)
    old = (ast.Index, ast.ExtSlice) if sys.version_info < (3, 9) else ()
    return isinstance(node, plain + old)


def described(error, text=None):
    """An EvaluationError for an exception that an expression raised: one line, with the place when that is inside of the program.

    Runs code of the program: str() of the exception.
    """
    from .reprs import error_line
    found = EvaluationError(error_line(error) + _place(error))
    try:
        import traceback
        found.details = ''.join(traceback.format_exception(type(error), error, _without_ours(error.__traceback__), limit=50))
    except BaseException as problem:
        found.details = 'the traceback cannot be shown: %s' % statics.type_name(type(problem))
    return found


def _without_ours(tb):
    while tb is not None and tb.tb_frame.f_code.co_filename.startswith(files.OWN):
        tb = tb.tb_next
    return tb


def _place(error):
    last = None
    tb = error.__traceback__
    while tb is not None:
        name = tb.tb_frame.f_code.co_filename
        if name != _FILE and not name.startswith(files.OWN):
            last = tb
        tb = tb.tb_next
    if last is None:
        return ''
    code = last.tb_frame.f_code
    return ' (in %s, %s:%d)' % (code.co_name, code.co_filename.replace('\\', '/').rpartition('/')[2], last.tb_lineno)
