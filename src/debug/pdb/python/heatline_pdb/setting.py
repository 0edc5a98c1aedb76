"""DAP's setVariable and setExpression."""
import ast

from .expressions import EvaluationError, as_function_of, class_of, fail, mangle, parse, prepare
from .evaluation import run_breakable
from .frame_names import read_names, set_name

_PATIENCE = 10.0
_NAMES = {
    ast.Call: 'a call', ast.Constant: 'a constant', ast.BinOp: 'a sum', ast.Compare: 'a comparison', ast.BoolOp: 'a condition', ast.Lambda: 'a function', ast.Tuple: 'a tuple',
    ast.List: 'a list', ast.Dict: 'a dictionary', ast.IfExp: 'a condition', ast.UnaryOp: 'a sum', ast.JoinedStr: 'a text',
}


def set_variable(values, arguments):
    """Gives a variable that was shown a new value, and tells what it is now."""
    node, child = values.child_named(arguments['variablesReference'], arguments['name'])
    if isinstance(child.write, str):
        fail("'%s' cannot be set: %s." % (child.name, child.write))
    if child.write is None:
        fail("'%s' cannot be set: it is only shown." % child.name)
    frame = node.frame
    new = run_breakable(values, prepare(arguments['value'], frame), _PATIENCE)
    run_breakable(values, lambda: child.write(new), _PATIENCE)
    if child.lazy is None:
        try:
            # As it is now: an array may have changed what it was given.
            child = values.child_named(arguments['variablesReference'], arguments['name'])[1]
            new = child.value
        except ValueError:
            pass
    return _told(values, new, child.expression, frame, arguments)


def _told(values, value, expression, frame, arguments):
    body = values.present(value, expression, frame, values.reprs_for(arguments))
    body['value'] = body.pop('result')
    body.pop('presentationHint', None)
    return body


def set_expression(values, arguments, stackframe):
    """Assigns to a name, attribute or item of a frame."""
    frame = stackframe.frame if stackframe is not None else None
    if frame is None:
        fail('The program is running: pause it, or wait for a breakpoint.')
    text = arguments['expression']
    tree = parse(text)
    cls = class_of(frame) if '__' in text else None
    target = (mangle(tree, cls) if cls else tree).body
    if not isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        fail('%s cannot be given a value: a name, an attribute or an item can.' % _NAMES.get(type(target), 'this expression').capitalize())
    new = run_breakable(values, prepare(arguments['value'], frame), _PATIENCE)
    if isinstance(target, ast.Name):
        try:
            set_name(frame, target.id, new)
        except NameError as problem:
            raise EvaluationError(str(problem))
    else:
        # One namespace, so that nested scopes in a subscript see the frame's variables.
        names = dict(frame.f_globals)
        names.update(read_names(frame))
        names['.value'] = new
        run_breakable(values, as_function_of(target, names), _PATIENCE)
    now = run_breakable(values, prepare(text, frame), _PATIENCE)
    return _told(values, now, text.strip(), frame, arguments)
