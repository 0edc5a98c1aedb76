"""What happens at os.fork() while a debugger is there: the child gets rid of its parent's debugger, and the program is not warned because of
threads that only the debugger has."""
import os
import sys

_installed = False
_in_child = []
_filters = []
_own_threads = set()


def install(in_child, own_threads):
    """`in_child()` is called in each forked child from now on, in its only thread. `own_threads`: the live set of idents of our threads."""
    global _installed, _own_threads
    _own_threads = own_threads
    _in_child[:] = [in_child]
    if _installed or not hasattr(os, 'register_at_fork'):
        return
    _installed = True
    os.register_at_fork(before=_before, after_in_child=_child)


class _Filter:
    """Stands in the list of warning filters for the regular expression of a message: matches that one warning, once."""

    def match(self, text):
        if not (text.startswith('This process (pid=') and ' is multi-threaded, use of fork' in text):
            return False
        # Some versions warn before the hooks that run after a fork, others after them: so it goes here. The caller holds the filter.
        _remove()
        return True


_QUIET = ('ignore', _Filter(), DeprecationWarning, None, 0)


def _before():
    """From 3.12 on os.fork() warns when there are several threads; when all others are ours, the program would not have been warned."""
    if sys.version_info < (3, 12):
        return
    _remove()
    # len() of the set, and not of what is alive of it: a thread of ours leaves the set before it ends.
    if len(sys._current_frames()) - len(_own_threads) > 1:
        return
    import _warnings
    # The list itself, without telling the warnings module: its registries of what was shown stay valid.
    filters = getattr(sys.modules.get('warnings'), 'filters', None) or _warnings.filters
    filters.insert(0, _QUIET)
    _filters.append(filters)


def _remove():
    while _filters:
        filters = _filters.pop()
        while _QUIET in filters:
            filters.remove(_QUIET)


def _child():
    _remove()
    _own_threads.clear()
    for each in list(_in_child):
        each()
