"""What names, attributes and items of an expression are, found without running code of the program."""
import ast
import collections

from . import statics
from .frame_names import find_name

_SUBSCRIPTED = (list, tuple, collections.deque, dict, str, bytes, range)


def index_of(node):
    """A subscript's index node, the same on all versions."""
    index = node.slice
    return index.value if type(index).__name__ == 'Index' else index


def resolve(node, frame):
    """The value of an expression's tree; statics.MISSING when code would have to run for it, or it has none."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return find_name(frame, node.id) if frame is not None else statics.MISSING
    if isinstance(node, ast.Attribute):
        owner = resolve(node.value, frame)
        return owner if owner is statics.MISSING else statics.own_attribute(owner, node.attr)
    if isinstance(node, ast.Subscript):
        owner = resolve(node.value, frame)
        return owner if owner is statics.MISSING else _item(owner, resolve(index_of(node), frame))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = resolve(node.operand, frame)
        return -number if type(number) in (int, float) else statics.MISSING
    if isinstance(node, (ast.List, ast.Dict, ast.Set, ast.JoinedStr)):
        # For completion of their methods: their contents do not matter.
        return {ast.List: [], ast.Dict: {}, ast.Set: set(), ast.JoinedStr: ''}[type(node)]
    return statics.MISSING


def _item(owner, key):
    kind = type(owner)
    if kind not in _SUBSCRIPTED and kind not in (collections.OrderedDict, collections.defaultdict) or key is statics.MISSING or not _is_plain_key(key):
        return statics.MISSING
    base = dict if issubclass(kind, dict) else kind
    try:
        if base is dict:
            return dict.get(owner, key, statics.MISSING) if _has_plain_keys(owner) else statics.MISSING
        return base.__getitem__(owner, key)
    except Exception:
        return statics.MISSING


def _is_plain_key(key):
    return type(key) in (str, bytes, int, float, bool, type(None)) or type(key) is tuple and all(_is_plain_key(each) for each in key)


def _has_plain_keys(owner):
    """False when looking a key up could call an __eq__ of the program: it is one of few entries, or there are too many to tell."""
    return len(owner) > 1000 or all(_is_plain_key(key) for key in list(owner))
