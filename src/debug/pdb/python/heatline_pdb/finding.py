"""Expressions that find a value again: those of children from that of their parent."""
import keyword


def atom(expression):
    """An expression that `.x` and `[x]` may follow."""
    if expression is None:
        return None
    plain = expression.replace('.', '').replace('_', '')
    return expression if plain.isalnum() and not plain[0].isdigit() or expression.endswith((')', ']')) and _is_primary(expression) else '(%s)' % expression


def _is_primary(expression):
    """True for what was built here: a name with attributes, subscripts and calls behind it."""
    depth, quote, i = 0, None, 0
    while i < len(expression):
        c = expression[i]
        if quote:
            if c == '\\':
                i += 1
            elif c == quote:
                quote = None
        elif c in '\'"':
            quote = c
            if depth == 0:
                return False
        elif c in '([{':
            depth += 1
        elif c in ')]}':
            depth -= 1
        elif depth == 0 and not (c.isalnum() or c in '._'):
            return False
        i += 1
    return depth == 0


def attribute_expression(expression, name):
    """`expression.name`, or the getattr() for names that are none."""
    if expression is None:
        return None
    if name.isidentifier() and not keyword.iskeyword(name):
        return '%s.%s' % (atom(expression), name)
    return 'getattr(%s, %r)' % (expression, name)


def literal(key):
    """A key as Python's source writes it, when that finds an equal one; None otherwise."""
    kind = type(key)
    if kind in (str, bytes):
        return kind.__repr__(key) if len(key) <= 1000 else None
    if kind is int:
        return int.__repr__(key) if key.bit_length() < 2000 else None
    if kind in (bool, type(None), type(Ellipsis)):
        return repr(key)
    if kind is float:
        return float.__repr__(key) if key - key == 0 else None
    if kind is tuple and len(key) <= 20:
        parts = [literal(each) for each in key]
        if None in parts:
            return None
        return '(%s%s)' % (', '.join(parts), ',' if len(parts) == 1 else '')
    return None
