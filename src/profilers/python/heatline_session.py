"""The sampler of a process with its file, from the first to the last moment, and in forked children.

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import atexit
import os
import sys
import time

from heatline_children import command_words, file_of_child, guard_exits, process_name, publish
from heatline_control import Release
from heatline_exact import ExactPositions, exact_positions_needed
from heatline_forks import ForkGuard
from heatline_nursery import Nursery
from heatline_recording import Output, Recording
from heatline_runner import own_file
from heatline_sampler import CHILD_FLUSH_NS, FLUSH_NS, WITHOUT_EXACT, Sampler

DEFAULT_INTERVAL = '0.005'
CPU_SOURCES = ('auto', 'thread', 'process', 'none')
CPU_WARNINGS = {
    'process': 'On this platform cpu time is known only while the program has one Python thread.',
    'none': 'On this platform, or with this option, cpu time is not known.',
}

_getpid = os.getpid


class Session(object):
    """Samples this process, and with follows its children: forked ones go on by themselves, started ones find start_child().

    out and stop are absolute paths (stop may be None), interval is in seconds.
    """

    def __init__(self, out, stop, interval, cpu, follows):
        self._out = out
        self._stop = stop
        self._interval_ns = int(interval * 1e9)
        self._cpu = cpu
        self._follows = follows
        self._switch = sys.getswitchinterval()
        self._words = None
        self._nursery = self._forks = self._output = self._exact = None
        self.recording = self.sampler = None

    def prepare(self, output, exact_wait):
        """Makes what is needed before the program begins, and the sampler; output is where the samples go.

        exact_wait is how many seconds may be spent on waiting for exact positions.
        """
        # Its forks are none of the program's.
        exact = ExactPositions(Recording(output)) if exact_positions_needed() else None
        exact = exact if exact is not None and exact.prepare(exact_wait) else None
        self.watch_forks()
        self._new_sampler(output, exact, FLUSH_NS if exact_wait else CHILD_FLUSH_NS)
        # The first handler that is registered is the last that is called: after the program's own, and after its threads have ended.
        atexit.register(self.end)

    def watch_forks(self):
        """Has forked children of this process go on by themselves, if they shall. Once."""
        if self._follows:
            if exact_positions_needed():
                nursery = Nursery()
                self._nursery = nursery if nursery.start() else None
            guard_exits(self.end, self._go_on)
        self._forks = ForkGuard(self._in_child, self._follows)

    def begin(self, words, parent=0):
        """Time zero. words are what stands after python; parent is the pid of the process that forked or started this one."""
        self._words = words
        sampler, recording = self.sampler, self.recording
        recording.record('h', {
            'tool': 'python-sample', 'python': '%d.%d.%d' % sys.version_info[:3], 'implementation': sys.implementation.name,
            'executable': sys.executable, 'platform': sys.platform, 'pid': _getpid(), 'parent': parent, 'argv': words, 'cwd': _folder(),
            'interval_ns': self._interval_ns, 'start_unix_ns': int(time.time() * 1e9), 'cpu': sampler.cpu,
            'exact': self._exact is not None})
        if parent:
            recording.process(process_name)
        if sampler.cpu != 'thread':
            recording.record('w', CPU_WARNINGS[sampler.cpu])
        if self._exact is None and exact_positions_needed():
            recording.record('w', 'For cpu time ' + WITHOUT_EXACT)
        sampler.begin()

    def end(self):
        """Takes the last samples and closes the file; nothing in a process that is not sampled."""
        if self.sampler is not None:
            self.sampler.end()

    def ended(self, exit_code):
        """The program's main part has ended, and the process will exit with this code, as far as it is known."""
        if self.sampler is not None:
            self.sampler.exit_code = exit_code

    def begin_child(self, words):
        """Begins in a child, in a file of its own that is made with the first samples."""
        self.recording.leave_out_runpy()
        self.sampler.start()
        self.begin(words, os.getppid())

    def _new_sampler(self, output, exact, flush_ns=CHILD_FLUSH_NS):
        self._output = output
        self._exact = exact
        self.recording = exact.recording if exact is not None else Recording(output)
        self.sampler = Sampler(self.recording, self._interval_ns, self._stop, self._cpu, exact, self._forks.tidy, flush_ns)

    def _in_child(self):
        if self._output is not None:
            self._output.close()
        self.sampler = self._output = None
        sys.setswitchinterval(self._switch)
        if self._follows:
            self._go_on()

    def _go_on(self):
        """Begins anew: in a forked child, or after an end that was none."""
        try:
            output = Output(self._out, file_of_child)
            exact = ExactPositions(Recording(output)) if self._nursery is not None else None
            self._new_sampler(output, exact if exact is not None and exact.adopt(self._nursery) else None)
            self.begin_child(self._words or command_words()[1:])
        except Exception:
            # No profile of this process, but the program must run.
            self.sampler = None


class AttachedSession(Session):
    """Samples a program that runs already, until the stop file appears or the process `agent` is gone."""

    def __init__(self, stop, interval, agent):
        Session.__init__(self, None, None, interval, 'auto', False)
        self._release = Release(stop, agent)

    def attach(self, output):
        """Begins. To be called in the main thread."""
        self._forks = ForkGuard(self._in_child)
        self._output, self.recording = output, Recording(output)
        self.recording.leave_out_runpy()
        self.sampler = Sampler(self.recording, self._interval_ns, None, self._cpu, None, self._tidy, FLUSH_NS, self._release)
        # For a program that ends first.
        atexit.register(self.end)
        self.sampler.start()
        self.begin(command_words()[1:])

    def _tidy(self):
        self._forks.tidy()
        if self._release.requested:
            atexit.unregister(self.end)


def publish_session(folder, out, stop, interval, cpu):
    """Has Python programs that are started from now on sampled too, by start_child()."""
    publish(folder, ['sample', out, stop or '', str(interval), cpu])


def start_child(words, only_forks):
    """Samples this process, a started one; words are what publish_session() has left. only_forks: only what it forks."""
    out, stop, interval, cpu = words
    session = Session(out, stop or None, float(interval), cpu, True)
    if only_forks:
        session.watch_forks()
        return
    session.prepare(Output(out, file_of_child), 0.0)
    session.begin_child(command_words()[1:])


def _folder():
    try:
        return os.getcwd()
    except OSError:
        return ''


own_file(_folder.__code__)
