"""Tests that fail stop where they failed, with their locals, when the filter "Failing tests" (`failingTests`) is on: pytest and unittest."""
import types

from . import files, sessions
from .exceptions import text_of

FILTER = 'failingTests'


def stop(exc, traceback, description, asked=False):
    """Stops with an exception that made a test fail, in the innermost frame of the person's own code. `asked`: whatever the filter (pytest --pdb)."""
    engine = sessions.engine
    if engine is None or engine.detached or traceback is None or not (asked or engine.exceptions.wants(FILTER, type(exc))):
        return
    engine.post_mortem(_own_part(traceback, engine.visibility), exc, text=text_of(exc), description=description)


def _own_part(traceback, visibility):
    """A traceback without the frames of the test framework, and of what it was in when it failed: assertion helpers, pytest.raises, mocks."""
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next

    def shown(entry):
        frame = entry.tb_frame
        return not visibility.library(frame.f_code.co_filename) and not frame.f_code.co_filename.startswith(files.OWN) \
            and not frame.f_locals.get('__tracebackhide__', False)
    own = [index for index, entry in enumerate(entries) if shown(entry)]
    if not own:
        return entries[0]
    result = None
    for entry in reversed(entries[own[0]:own[-1] + 1]):
        # A copy: the framework prints the whole of the original.
        result = types.TracebackType(result, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return result


def patch_unittest(module):
    """For the module unittest.result: its TestResult is told of each failure."""
    for name, subtest in (('addError', False), ('addFailure', False), ('addSubTest', True)):
        _replace(module.TestResult, name, subtest)


def _replace(kind, name, subtest):
    original = getattr(kind, name)
    if getattr(original, 'heatline', False):
        return

    def add(self, test, *rest):
        err = rest[-1] if rest else None
        if err is not None:
            which = rest[0] if subtest else test
            stop(err[1], err[2], 'Failed: %s' % (which,))
        return original(self, test, *rest)
    add.__name__, add.__doc__, add.heatline = name, original.__doc__, True
    setattr(kind, name, add)
