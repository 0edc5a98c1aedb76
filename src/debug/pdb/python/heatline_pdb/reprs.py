"""Texts of values: bounded in length, and without code of the program wherever Python's own types are concerned."""
import time
from collections import deque

from . import statics
from .arrays import array_text
from .builtin_reprs import WRITERS, generated_writer, late_writer

# Characters of a value in a list of variables.
SHORT = 1000
# Containers inside of containers.
_DEEPEST = 20


class Budget:
    """The time that one request may spend in reprs of the program."""

    def __init__(self, total=2.0, each=0.5):
        self.left = total
        self.each = each
        # Types whose repr was too slow: not asked again.
        self.slow = set()

    def timeout(self, cls):
        """Seconds for one call, 0 when none is to be made."""
        return 0 if self.left <= 0.005 or cls in self.slow else min(self.each, self.left)


class Reprs:
    """Makes texts for one request. `run` calls a function watched: run(function, timeout=seconds), TimeoutError when it takes longer."""

    def __init__(self, run, budget, is_hex=False):
        self.run = run
        self.budget = budget
        self.is_hex = is_hex

    def text(self, value, limit=SHORT):
        """A Text of the value, of about `limit` characters at most."""
        text = Text(self, limit)
        try:
            text.write(value)
        except RecursionError:
            text.add('...')
            text.is_short = True
        return text


class Text:
    """One value's text. `is_short`: something was left out; `is_pending`: the program's repr was not asked."""

    def __init__(self, reprs, limit):
        self.reprs = reprs
        self.limit = limit
        self.room = limit
        self.pieces = []
        self.is_short = self.is_pending = False
        self.failed = False
        self._depth = 0
        self._open = set()

    def __str__(self):
        return ''.join(self.pieces)

    def add(self, text):
        """Appends as it is."""
        self.pieces.append(text)
        self.room -= len(text)

    def cut(self, text):
        """Appends as much as there is room for."""
        if len(text) > self.room + 20:
            text = text[:max(self.room, 0)] + '...'
            self.is_short = True
        self.add(text)

    def write(self, value):
        """Appends a value."""
        cls = type(value)
        own = statics.lookup(cls, '__repr__')
        writer = WRITERS.get(id(own))
        if writer is None:
            shown = array_text(self, value)
            if shown is not None:
                self.cut(shown)
                return
            writer = generated_writer(value, own) or late_writer(own)
        if writer is None:
            self._foreign(value)
            return
        if not getattr(writer, 'is_nested', False):
            writer(self, value)
            return
        if id(value) in self._open:
            self.add('(...)' if statics.inherits(value, tuple) else '[...]' if statics.inherits(value, list, deque) else '{...}' if statics.inherits(value, dict, set) else '...')
            return
        if self._depth >= _DEEPEST:
            self.add('...')
            self.is_short = True
            return
        self._open.add(id(value))
        self._depth += 1
        try:
            writer(self, value)
        except RuntimeError as problem:
            if isinstance(problem, RecursionError):
                raise
            # Another thread changes it while it is read.
            self.add('...')
            self.is_short = True
        finally:
            self._depth -= 1
            self._open.discard(id(value))

    def items(self, values, write=None):
        """Appends values with commas between, until there is no room."""
        write = write or self.write
        is_first = True
        for value in values:
            if not is_first:
                self.add(', ')
            if self.room <= 0:
                self.add('...')
                self.is_short = True
                return
            write(value)
            is_first = False

    def pair(self, item):
        """Appends a key and its value."""
        self.write(item[0])
        self.add(': ')
        self.write(item[1])

    def _foreign(self, value):
        """The program's own repr: watched, within the budget."""
        cls = type(value)
        budget = self.reprs.budget
        timeout = budget.timeout(cls)
        if not timeout:
            self.is_pending = True
            self.add('<%s>' % statics.type_name(cls))
            return
        limit = max(self.room, 40)
        started = time.monotonic()
        try:
            text, is_short, problem = self.reprs.run(lambda: ask_repr(value, limit), timeout=timeout)
        except TimeoutError as late:
            if timeout < budget.each:
                # There was not the time that every value may take: it says nothing about this one.
                self.is_pending = True
                self.add('<%s>' % statics.type_name(cls))
                return
            budget.slow.add(cls)
            self.failed = True
            self.add('%s (no repr: %s)' % (statics.default_text(value), late))
            return
        finally:
            budget.left -= time.monotonic() - started
        if problem is not None:
            self.failed = True
            text = '%s (repr failed: %s)' % (statics.default_text(value), problem)
        self.is_short = self.is_short or is_short
        self.add(text + '...' if is_short else text)


def ask_repr(value, limit):
    """(text, whether it was cut, what failed) of a value's repr. Runs code of the program: only where it is watched."""
    from .watched import Abandoned
    try:
        text = str.__str__(repr(value))
        return text[:limit], len(text) > limit, None
    except Abandoned:
        raise
    except BaseException as error:
        return '', False, error_line(error)


def error_line(error):
    """`ValueError: words` of an exception, in one line. Runs code of the program: its str()."""
    name = statics.type_name(type(error))
    try:
        words = str.__str__(str(error)).strip()
    except BaseException as problem:
        words = '<str() failed: %s>' % statics.type_name(type(problem))
    first, _, more = words.partition('\n')
    return ('%s: %s%s' % (name, first[:500], ' ...' if more or len(first) > 500 else '')) if words else name
