"""Breaking code that runs from the console and does not come back: KeyboardInterrupt in that evaluation only."""
import _thread
import contextlib
import signal
import threading
import time

from .async_exceptions import raise_in, settle


class Interruption:
    """One at a time: the evaluation that runs now, and the way to break it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._ident = None
        self._in_main = False
        self._sent = self._seen = 0

    @contextlib.contextmanager
    def breakable(self):
        """While this context lasts, interrupt() breaks the thread that entered it."""
        ident = _thread.get_ident()
        in_main = threading.current_thread() is threading.main_thread()
        previous = None
        if in_main:
            try:
                previous = signal.signal(signal.SIGINT, self._on_signal)
            except ValueError:  # a main thread of a sub-interpreter
                in_main = False
        with self._lock:
            self._ident, self._in_main = ident, in_main
            self._sent = self._seen = 0
        try:
            yield
        finally:
            try:
                self._ident = None
            except KeyboardInterrupt:  # came at the very end
                self._ident = None
            with self._lock:
                sent = self._sent
            if in_main:
                self._wait_for_signal(sent)
                if signal.getsignal(signal.SIGINT) == self._on_signal:  # else the evaluated code has set its own
                    # None: the handler was not set from Python, and cannot be put back from here either.
                    signal.signal(signal.SIGINT, signal.SIG_DFL if previous is None else previous)
            elif sent:
                # One that has not been raised yet must not hit the program.
                settle(KeyboardInterrupt)

    def _wait_for_signal(self, sent):
        """A signal that is on its way arrives while our handler is there, not in the program's."""
        until = time.monotonic() + 0.2
        while self._seen < sent and time.monotonic() < until:
            time.sleep(0.001)

    def _on_signal(self, _number, _frame):
        self._seen += 1
        if self._ident is not None:
            raise KeyboardInterrupt

    def interrupt(self):
        """Breaks the evaluation that runs now; called by another thread. Returns False when none runs."""
        with self._lock:
            if self._ident is None:
                return False
            self._sent += 1
            if not self._in_main:
                raise_in(self._ident, KeyboardInterrupt, lambda: self._ident is None)
            elif hasattr(signal, 'pthread_kill'):
                signal.pthread_kill(self._ident, signal.SIGINT)  # ends a system call such as time.sleep, too
            else:
                _thread.interrupt_main()
            return True
