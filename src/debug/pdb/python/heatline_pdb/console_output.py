"""Where pdb and the code that runs from the console print: into the answer when short, else as output events.

While a command runs, sys.stdout and sys.stderr are replaced for the thread that runs it only; other threads keep theirs.
"""
import _thread
import codecs
import io
import sys

#: Text that waits longer than this (seconds) or is longer than this (characters) is sent as output events.
FLUSH_SECONDS = 0.5
FLUSH_CHARACTERS = 32 * 1024
#: A command prints no more than this (characters) to the console; the rest is counted only.
MOST_CHARACTERS = 1024 * 1024


class ConsoleOutput(io.TextIOBase):
    """A text stream that keeps what is written until it is taken as an answer or sent as output events."""

    encoding = 'utf-8'
    errors = 'replace'

    def __init__(self, send):
        """`send(text)` sends an output event."""
        self._send = send
        self._lock = _thread.allocate_lock()
        self._parts = []
        self._waiting = 0
        self._printed = 0
        self._dropped = 0
        self._timer = None
        self.buffer = _Bytes(self)

    def writable(self):
        return True

    def close(self):
        """Does nothing: quit() and exit() close sys.stdin, and programs close sys.stdout; the console stays."""

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError('write() argument must be str, not %s' % type(text).__name__)
        with self._lock:
            room = MOST_CHARACTERS - self._printed
            kept = text if len(text) <= room else text[:max(0, room)]
            self._dropped += len(text) - len(kept)
            self._printed += len(kept)
            self._parts.append(kept)
            self._waiting += len(kept)
            full = self._waiting >= FLUSH_CHARACTERS
        if full:
            self.send_waiting()
        return len(text)

    def start(self):
        """A command begins: what it prints is counted anew, and sent from time to time when it goes on for long."""
        with self._lock:
            self._printed = self._dropped = 0
            timer = self._timer = _thread.allocate_lock()
            timer.acquire()
        _thread.start_new_thread(self._send_late, (timer,))

    def _send_late(self, ended):
        while not ended.acquire(True, FLUSH_SECONDS):
            self.send_waiting()

    def stop(self):
        """The command has ended. Returns what was not sent yet."""
        with self._lock:
            self._timer.release()
            self._timer = None
            if self._dropped:
                self._parts.append('\n... %d more characters are not shown: a command prints %d to the console at most\n'
                                   % (self._dropped, MOST_CHARACTERS))
                self._dropped = 0
            return self._take()

    def _take(self):
        text = ''.join(self._parts)
        self._parts = []
        self._waiting = 0
        return text

    def send_waiting(self):
        """Sends what waits as an output event."""
        with self._lock:
            text = self._take()
            if text:
                self._send(text)

    def take_prompt(self):
        """Sends the lines that wait, and returns the unfinished last line: the prompt of whoever asks for input."""
        with self._lock:
            text = self._take()
            lines, newline, prompt = text.rpartition('\n')
            if newline:
                self._send(lines + newline)
            return prompt

    def mark(self):
        """A place in the output, for text_since."""
        with self._lock:
            return self._printed

    def text_since(self, mark):
        """What was written since mark(), or None when some of it has been sent or dropped."""
        with self._lock:
            length = self._printed - mark
            if length > self._waiting or self._dropped:
                return None
            text = ''.join(self._parts)
            return text[len(text) - length:]


class _Bytes(io.RawIOBase):
    """sys.stdout.buffer of the console."""

    def __init__(self, text):
        self._text = text
        self._decoder = codecs.getincrementaldecoder('utf-8')('replace')

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        self._text.write(self._decoder.decode(data))
        return len(data)

    def close(self):
        pass


class ThreadStream:
    """A stream that is the console's for the thread which runs a command, and the program's for all others."""

    def __init__(self, console):
        self._console = console
        self._program = None
        self._ident = None

    def lend(self, ident, program):
        """From now on thread `ident` has the console's stream, and all others have `program` (may be None)."""
        self._ident = ident
        self._program = program

    def _stream(self):
        if self._program is None or _thread.get_ident() == self._ident:
            return self._console
        return self._program

    # Named ones for speed and because print(), input() and iteration look them up in ways of their own.
    def write(self, text):
        return self._stream().write(text)

    def flush(self):
        return self._stream().flush()

    def readline(self, size=-1):
        return self._stream().readline(size)

    def fileno(self):
        return self._stream().fileno()

    def isatty(self):
        return self._stream().isatty()

    def __iter__(self):
        return iter(self._stream())

    def __next__(self):
        return next(self._stream())

    def __getattr__(self, name):
        return getattr(self._stream(), name)


class Streams:
    """Puts the console's streams in the place of sys.stdin, sys.stdout and sys.stderr while a command runs."""

    def __init__(self, console_input, console_output):
        self.stdin = ThreadStream(console_input)
        self.stdout = ThreadStream(console_output)
        self.stderr = ThreadStream(console_output)
        self._saved = None

    def __enter__(self):
        self._saved = sys.stdin, sys.stdout, sys.stderr
        ident = _thread.get_ident()
        for ours, theirs in zip((self.stdin, self.stdout, self.stderr), self._saved):
            ours.lend(ident, theirs)
        sys.stdin, sys.stdout, sys.stderr = self.stdin, self.stdout, self.stderr

    def __exit__(self, *_failure):
        # What the program's user put there from the console stays.
        for name, ours, theirs in zip(('stdin', 'stdout', 'stderr'), (self.stdin, self.stdout, self.stderr), self._saved):
            if getattr(sys, name, None) is ours:
                setattr(sys, name, theirs)
        self._saved = None
