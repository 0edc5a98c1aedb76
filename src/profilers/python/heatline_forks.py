"""What a second thread of ours must not change for programs that fork.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import _warnings
import os
import sys

from heatline_runner import own_file


class ForkGuard(object):
    """Calls in_child() in forked children, in which our thread does not exist, and hides that thread from os.fork().

    From 3.12 on os.fork() warns when the process has several threads. When ours is the only other one, the program would not have
    been warned without it, so a filter for that one warning is put before the program's own. Some versions warn after all
    hooks have run: the filter goes when our thread calls tidy() the next time.

    Python 3.6 has no hooks; with always, os.fork() and os.forkpty() are wrapped there.
    """

    def __init__(self, in_child, always=False):
        self._pid = os.getpid()
        self._in_child = in_child
        self._filter = ('ignore', self, DeprecationWarning, None, 0)
        self._lists = []
        self._forked = False
        if hasattr(os, 'register_at_fork'):
            os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._child)
        elif always:
            for name in ('fork', 'forkpty'):
                if hasattr(os, name):
                    setattr(os, name, self._told(getattr(os, name)))

    def tidy(self):
        """To be called now and then by our thread."""
        if self._forked:
            self._forked = False
            self._remove()

    def match(self, text):
        """What filters use of a compiled regular expression."""
        return text.startswith('This process (pid=') and ' is multi-threaded, use of fork' in text

    def _before(self):
        if sys.version_info >= (3, 12) and os.getpid() == self._pid and _task_count() == 2:
            # The list itself, without telling the warnings module: its registries of what was shown stay valid.
            filters = getattr(sys.modules.get('warnings'), 'filters', None) or _warnings.filters
            filters.insert(0, self._filter)
            self._lists.append(filters)

    def _after(self):
        self._forked = bool(self._lists)

    def _child(self):
        self._remove()
        if os.getpid() != self._pid:
            self._pid = os.getpid()
            self._in_child()

    def _told(self, original):
        def fork():
            result = original()
            if os.getpid() != self._pid:
                self._child()
            return result
        fork.__name__ = original.__name__
        fork.__doc__ = original.__doc__
        return fork

    def _remove(self):
        lists, self._lists = self._lists, []
        for filters in lists:
            if self._filter in filters:
                filters.remove(self._filter)


def _task_count():
    try:
        return len(os.listdir('/proc/self/task'))
    except OSError:
        return len(sys._current_frames())


own_file(_task_count.__code__)
