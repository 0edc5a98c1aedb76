"""Exception breakpoints: raised, uncaught, user-unhandled, and failing tests; each for all or for named classes."""
from . import files

_CONTROL = (StopIteration, GeneratorExit, StopAsyncIteration)


def normalized(arg):
    """(type, exception, traceback) of a trace function's argument; what C code raises may come without its object."""
    kind, value, traceback = arg
    if not isinstance(value, BaseException):
        try:
            value = kind() if value is None else kind(*value) if isinstance(value, tuple) else kind(value)
        except Exception:
            value = Exception(str(value))
    return kind, value, traceback


def _names(condition):
    return [name.strip() for name in (condition or '').split(',') if name.strip()]


class Exceptions:
    """The filters that are on; `active` tells whether raising has to be watched at all."""

    def __init__(self, engine):
        self.engine = engine
        self.filters = {}
        self.active = False
        self.user_unhandled = False
        self._pending = {}

    def set(self, arguments):
        """setExceptionBreakpoints. A filter's condition is a list of class names apart by commas; they include subclasses."""
        wanted = {name: [] for name in arguments.get('filters') or ()}
        answers = [{'verified': True} for _ in wanted]
        for option in arguments.get('filterOptions') or ():
            names = _names(option.get('condition'))
            wanted[option['filterId']] = names
            wrong = [name for name in names if not name.lstrip('!').replace('.', '').isidentifier()]
            answers.append({'verified': not wrong, 'message': "'%s' is no name of a class" % wrong[0]} if wrong else {'verified': True})
        self.filters = wanted
        self.user_unhandled = 'userUnhandled' in wanted
        self.active = 'raised' in wanted or self.user_unhandled
        self.engine.update()
        return {'breakpoints': answers}

    def wants(self, name, kind):
        """True when the filter is on and means this class."""
        names = self.filters.get(name)
        if names is None:
            return False
        if not names:
            return not issubclass(kind, _CONTROL)
        known = {each.__name__ for each in kind.__mro__} | {'%s.%s' % (each.__module__, each.__qualname__) for each in kind.__mro__}
        if any(each.startswith('!') and each[1:] in known for each in names):
            return False
        only = [each for each in names if not each.startswith('!')]
        return not only or any(each in known for each in only)

    def raised(self, thread, frame, arg):
        """An exception comes through `frame`: True when it stopped."""
        kind, value, traceback = arg
        if not isinstance(kind, type) or not issubclass(kind, BaseException):
            return False
        hidden = self.engine.visibility.hidden(frame.f_code.co_filename)
        if 'raised' in self.filters and not hidden and self.wants('raised', kind):
            kind, value, traceback = normalized(arg)
            # Each frame that it passes reports it: the first that is shown stops.
            innermost = traceback is None or traceback.tb_next is None
            if innermost or thread.last_raised != id(value):
                thread.last_raised = id(value)
                thread.stop(frame, 'exception', (kind, value, traceback), 'exception', description=kind.__name__, text=text_of(value))
                return True
            thread.last_raised = id(value)
        if self.user_unhandled and not hidden and self.wants('userUnhandled', kind) and self._leaves(frame):
            self._pending[thread.ident] = (frame, normalized(arg))
            frame.f_trace_lines = True
        return False

    def _leaves(self, frame):
        """True when the caller of user code is library code (and not ours, which runs the program)."""
        visibility = self.engine.visibility
        back = frame.f_back
        if back is None or visibility.library(frame.f_code.co_filename):
            return False
        filename = back.f_code.co_filename
        return visibility.library(filename) and not filename.startswith(files.OWN) and not filename.startswith('<frozen runpy')

    def went_on(self, frame):
        """The frame caught it."""
        if self._pending:
            for ident, (pending, _) in list(self._pending.items()):
                if pending is frame:
                    self._pending.pop(ident, None)

    def returned(self, thread, frame, arg):
        """The frame ends: when an exception is pending there, user code has not handled it."""
        pending = self._pending.pop(thread.ident, None) if self._pending else None
        if pending is not None and pending[0] is frame and arg is None:
            self._stop_unhandled(thread, frame, pending[1])

    def unwound(self, thread, frame, arg):
        """From 3.12 on: an exception ends the frame."""
        if self.engine.visibility.hidden(frame.f_code.co_filename) or not self.wants('userUnhandled', arg[0]) or not self._leaves(frame):
            return
        self._stop_unhandled(thread, frame, arg)

    def _stop_unhandled(self, thread, frame, arg):
        thread.stop(frame, 'exception', arg, 'exception', description='%s (not handled by user code)' % arg[0].__name__, text=text_of(arg[1]))


def text_of(value):
    """str() of an exception, however it goes."""
    try:
        return str(value)[:1000]
    except BaseException as problem:
        return '<str() failed: %s>' % type(problem).__name__
