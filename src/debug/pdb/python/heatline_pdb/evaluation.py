"""DAP's evaluate for hovers, watches and what is copied; the console has its own."""
from . import own_threads, statics
from .expressions import EvaluationError, described, fail, parse, plain_steps, prepare
from .interruption import Interruption
from .lookups import resolve

# Seconds for a hover, which no one has asked for in earnest; and for all else that is evaluated without being typed anew.
_HOVER = 2.0
_WATCH = 10.0
_WHOLE = 8 * 1024 * 1024


class _Overdue:
    """Breaks what runs on the current thread when it takes too long."""

    def __init__(self, interruption, seconds):
        import _thread
        self.is_over = False
        self._interruption = interruption
        self._seconds = seconds
        self._done = _thread.allocate_lock()
        self._done.acquire()

    def __enter__(self):
        own_threads.spawn(self._wait)
        return self

    def _wait(self):
        while not self._done.acquire(True, self._seconds):
            # Again, should it catch the first one.
            self.is_over = True
            self._interruption.interrupt()

    def __exit__(self, *_):
        self._done.release()


def run_breakable(values, function, seconds):
    """Runs code of the program on the current thread. EvaluationError in one line for whatever it raises; broken off after `seconds`."""
    interruption = Interruption()
    overdue = _Overdue(interruption, seconds)
    values.interruption = interruption
    try:
        with interruption.breakable(), overdue:
            return function()
    except KeyboardInterrupt as problem:
        if overdue.is_over:
            fail('This took longer than %g s and was broken off. Other threads are stopped as well: what waits for one of them does not come back.' % seconds)
        raise described(problem) from None
    except EvaluationError:
        raise
    except BaseException as problem:
        failed = problem
    finally:
        values.interruption = None
    try:
        words = values.engine.run_untraced(lambda: described(failed), timeout=1.0)
    except TimeoutError:
        words = EvaluationError('%s (its str() does not come back)' % statics.type_name(type(failed)))
    raise words


def evaluate(values, arguments, stackframe):
    """The body for DAP. EvaluationError says what is wrong, in one line."""
    text = arguments.get('expression') or ''
    context = arguments.get('context')
    frame = stackframe.frame if stackframe is not None else None
    if frame is None:
        fail('The program is running: pause it, or wait for a breakpoint.')
    tree = parse(text)
    if context == 'hover':
        value = _hovered(values, tree, text, frame)
    else:
        value = run_breakable(values, prepare(text, frame, tree), _WATCH)
    if context == 'clipboard':
        return _whole(values, value, arguments)
    name = ' '.join(text.split()) if '\n' in text else text.strip()
    return values.present(value, name, frame, values.reprs_for(arguments))


def _hovered(values, tree, text, frame):
    if not plain_steps(tree):
        fail('Names, their attributes and items are shown when the mouse rests on them; add other expressions to Watch.')
    value = resolve(tree.body, frame)
    if value is not statics.MISSING:
        return value
    function = prepare(text, frame, tree)
    try:
        return values.engine.run_untraced(function, timeout=_HOVER)
    except BaseException as problem:
        failed = problem
    if isinstance(failed, TimeoutError):
        fail('%s takes longer than %g s: add it to Watch.' % (text.strip(), _HOVER))
    fail(values.describe(failed))


def _whole(values, value, arguments):
    """All of a value's text: what is copied. Strings as they are."""
    if type(value) is str:
        shown, is_short = value[:_WHOLE], len(value) > _WHOLE
    else:
        text = values.patient_reprs(arguments).text(value, _WHOLE)
        shown, is_short = str(text), False
    if is_short:
        shown += '...'
    from .values import clean
    return {'result': clean(shown), 'type': statics.type_name(type(value)), 'variablesReference': 0}
