"""Values that are too large for one look: ranges of their children, and their whole text as a child."""
from . import statics
from .contents import MOST, Child, Group, Node


def ranges_of_items(node, start, stop):
    """Lines for ranges of items, when a client asks for more than it can show."""
    span = MOST
    while (stop - start) / span > MOST:
        span *= MOST
    found = []
    for begin in range(start, stop, span):
        end = min(begin + span, stop)
        found.append(Child('[%d..%d]' % (begin, end - 1), node=_Part(node, begin, end), kind='virtual', is_internal=True))
    return found


class _Part(Node):
    """Some of the items of a node."""

    has_members = False

    def __init__(self, node, start, stop):
        self._node, self._start = node, start
        self.indexed = stop - start
        self.frame = node.frame

    def items(self, start, stop):
        return self._node.items(self._start + start, self._start + min(stop, self.indexed))


def ranges_of_members(members):
    """Lines for ranges of names; groups and what describes the value stay where they are seen."""
    found = []
    internal = [child for child in members if child.is_internal]
    members = [child for child in members if not child.is_internal]
    for begin in range(0, len(members), MOST):
        part = members[begin:begin + MOST]
        found.append(Child('%s ... %s' % (part[0].name, part[-1].name), node=_members(part), kind='virtual', is_internal=True))
    return found + internal


def _members(part):
    return Group(lambda: part)


class WithWholeText(Node):
    """A node of an object whose repr was too long for a line: the whole text can be opened."""

    def __init__(self, node, value, expression):
        self._inner = node
        self._value = value
        self._expression = expression

    def members_with(self, run):
        value, expression = self._value, self._expression
        # Decimal takes the square of the time, and Python refuses it beyond some thousand digits.
        name, make = ('hex()', lambda: hex(value)) if statics.inherits(value, int) else ('repr()', lambda: repr(value))
        whole = Child(name, None, '%s(%s)' % (name[:-2], expression) if expression is not None else None, lazy=make, kind='virtual', is_internal=True)
        return [whole] + (self._inner.members_with(run) if self._inner is not None else [])
