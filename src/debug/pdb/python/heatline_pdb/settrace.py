"""Below Python 3.12 a debugger works through sys.settrace, of which each thread has one: a program that calls it takes the debugger off that
thread. It may, but the person at the editor is told, once for each thread."""
import _thread
import sys

from . import files

_settrace = sys.settrace
_told = set()


def watch(say):
    """From now on the program's calls of sys.settrace() are noticed; `say(text)` tells of them."""
    if sys.settrace is not _settrace:
        return

    def settrace(function):
        caller = sys._getframe(1)
        if not caller.f_code.co_filename.startswith(files.OWN) and not _is_ours(function) and function is not sys.gettrace() \
                and not getattr(caller.f_locals.get('self'), 'heatline_console', False):  # pdb's `debug` in our console
            ident = _thread.get_ident()
            if ident not in _told:
                _told.add(ident)
                say('%s:%d calls sys.settrace(): breakpoints no longer work in this thread, because Python below 3.12 has one trace function for a thread.'
                    % (caller.f_code.co_filename, caller.f_lineno))
        _settrace(function)

    settrace.__doc__ = _settrace.__doc__
    settrace.__module__ = 'sys'
    settrace.heatline = _settrace
    sys.settrace = settrace


def _is_ours(function):
    return getattr(function, '__module__', None) == __package__ or str(getattr(function, '__module__', '')).startswith(__package__ + '.')
