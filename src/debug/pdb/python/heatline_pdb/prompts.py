"""The console's stdin: whoever reads a line makes the adapter ask for one."""
import io
from collections import deque

_INTERRUPT = object()
_END = object()


def _nothing():
    """A job that only wakes the thread that waits for a line."""


class ConsoleInput(io.TextIOBase):
    """A text stream whose lines are typed in the editor's console.

    Lines that were pasted with a command wait in `ahead` and are read before the adapter is asked, as a terminal does with
    lines typed ahead.
    """

    encoding = 'utf-8'
    errors = 'strict'

    def __init__(self, output, ask):
        """`ask(text)` tells the adapter that a line is wanted, under that prompt; ask(None) that none is wanted any more."""
        self._output = output
        self._ask = ask
        self._lines = deque()
        self._jobs = None
        self._given_up = False
        self.asked = False
        self._closed_for_good = False
        self.ahead = deque()

    def readable(self):
        return True

    def close(self):
        """Does nothing: exit() in evaluated code closes sys.stdin; the console goes on."""

    def serve(self, thread):
        """The stopped thread that runs the command from now on; while it waits for a line it does its other jobs."""
        self._jobs = thread.jobs
        self._given_up = False

    # Called by the reader thread ------------------------------------------------------------------

    def feed(self, text):
        """A line (or several) came from the adapter; None or the character of Ctrl-D ends the input."""
        for line in [_END] if text in (None, '\x04') else text.split('\n'):
            self._put(line)

    def interrupt(self):
        """Whoever waits for a line gets KeyboardInterrupt. Says whether somebody was asked for a line."""
        if not self.asked:
            return False
        self._put(_INTERRUPT)
        return True

    def end_for_good(self):
        """The adapter is gone: nobody is asked any more, and every reader gets KeyboardInterrupt."""
        self._closed_for_good = True
        self._put(_INTERRUPT)

    def _put(self, line):
        self._lines.append(line)
        if self._jobs is not None:
            self._jobs.put(_nothing)

    # Called by the thread that runs the command ---------------------------------------------------

    def readline(self, size=-1):
        if self.ahead:
            self._output.take_prompt()  # a prompt that is answered at once is not shown
            return str(self.ahead.popleft()) + '\n'
        if self._given_up:
            return ''  # `interact` and `debug` ask again after KeyboardInterrupt, and end at the end of the input
        if self._closed_for_good:
            self._given_up = True
            raise KeyboardInterrupt
        prompt = self._output.take_prompt()
        self.asked = True
        self._ask(prompt)
        line = self._wait()
        if line is _INTERRUPT:
            raise KeyboardInterrupt
        if line is _END:
            return ''
        return line.rstrip('\r') + '\n'

    def _wait(self):
        while not self._lines:
            job = self._jobs.get()
            if job is None:
                # The editor lets the program go on: the command that asks is given up.
                self._jobs.put(None)
                self._given_up = True
                return _INTERRUPT
            job()
        return self._lines.popleft()

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def finish(self):
        """The command has ended: nobody wants a line any more. Lines that came too late are typed ahead of the next."""
        self._jobs = None
        if not self.asked:
            return
        self.asked = False
        self._ask(None)
        while self._lines:
            line = self._lines.popleft()
            if isinstance(line, str):
                self.ahead.append(line)
