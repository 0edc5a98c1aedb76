"""What the sampler's thread must not change for programs that fork.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import _warnings
import os
import sys

from heatline_runner import own_file


def watch_forks(sampler, output, switch_interval):
    """Makes forked children forget the sampler, whose thread does not exist in them.

    From 3.12 on os.fork() warns when the process has several threads. When the sampler's is the only other one, the program would
    not have been warned without it, so that warning is kept back once.
    """
    if not hasattr(os, 'register_at_fork'):
        return
    pid = os.getpid()
    quiet = _Quiet()

    def before():
        if sys.version_info >= (3, 12) and os.getpid() == pid and _task_count() == 2:
            quiet.begin()

    def in_parent():
        # Some versions warn after these hooks: the filter stays until the sampler's next turn.
        if os.getpid() == pid:
            sampler.after_tick(quiet.end)

    def in_child():
        quiet.end()
        if os.getpid() != pid:
            output.close()
            sys.setswitchinterval(switch_interval)
    os.register_at_fork(before=before, after_in_parent=in_parent, after_in_child=in_child)


def _task_count():
    try:
        return len(os.listdir('/proc/self/task'))
    except OSError:
        return len(sys._current_frames())


class _Quiet(object):
    """A filter for that one warning, put before the program's own; its registries of shown warnings stay valid."""

    def __init__(self):
        self._filter = ('ignore', self, DeprecationWarning, None, 0)
        self._lists = []

    def match(self, text):
        """The part of a compiled regular expression that filters use."""
        return text.startswith('This process (pid=') and ' is multi-threaded, use of fork' in text

    def begin(self):
        """Puts the filter in force."""
        module = sys.modules.get('warnings')
        filters = getattr(module, 'filters', None) or _warnings.filters
        filters.insert(0, self._filter)
        self._lists.append(filters)

    def end(self):
        """Takes it away, from whatever list it was put into."""
        lists, self._lists = self._lists, []
        for filters in lists:
            if self._filter in filters:
                filters.remove(self._filter)


own_file(watch_forks.__code__)
