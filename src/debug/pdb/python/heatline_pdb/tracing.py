"""Running freely below Python 3.12: a trace function that leaves every code object alone but those with breakpoints.

sys.settrace belongs to a thread, and only the thread itself can set it; `f_trace` of a frame can be set by anyone. So every thread
keeps the cheap function `enter`, and what other threads want of it (to park, to watch new breakpoints) is put on its frames.
"""
import sys
import threading

from . import files
from .codes import MISSING, Codes
from .stepping import untrace


class SetTracer:
    """What engine asks of tracing; see monitoring.py for the same from 3.12 on."""

    def __init__(self, engine):
        self.engine = engine
        self.codes = Codes(engine.breakpoints, self._local_of)
        self.trace = self._make_enter()
        self.attention = self._attention
        self.everything = self._everything

    # Life.

    def start(self):
        """Traces threads that start from now on; the current one begins with run_free."""
        threading.settrace(self.trace)

    def stop(self):
        """No more tracing, as far as it can be taken back from outside; threads end their own at their next event."""
        threading.settrace(None)
        self.codes.clear()
        for frame in sys._current_frames().values():
            untrace(frame)

    def update(self):
        """After breakpoints, exception filters or watches have changed: on the frames that are there already, too."""
        self.codes.clear()
        idents = self.engine.untraced
        for ident, frame in sys._current_frames().items():
            thread = self.engine.known_thread(ident)
            if ident in idents or (thread is not None and (thread.stopped or thread.stepper.step is not None)):
                continue
            self._dress(frame)

    def run_free(self, thread, frame):
        """The current thread traces for breakpoints only."""
        sys.settrace(self.trace)
        self._dress(frame)

    def park(self, threads):
        """Makes the threads come to thread.park at their next line; to be called again until they have."""
        # What is entered from now on takes the slow way.
        self.codes.clear()
        frames = sys._current_frames()
        for thread in threads:
            frame = frames.get(thread.ident)
            while frame is not None:
                if not frame.f_code.co_filename.startswith(files.OWN):
                    frame.f_trace_lines = True
                    frame.f_trace = self.attention
                frame = frame.f_back

    def unpark(self):
        """Nothing is held on to: frames lose `attention` at their next event."""

    # Trace functions.

    def _make_enter(self):
        by_file = self.codes.by_file
        passed = self.codes.passed
        slow = self._slow

        def enter(frame, event, arg):
            code = frame.f_code
            if by_file.get(code.co_filename, MISSING) is None or id(code) in passed:
                return None
            return slow(frame)
        return enter

    def _slow(self, frame):
        engine = self.engine
        if engine.detached:
            sys.settrace(None)
            return None
        if frame.f_code.co_filename.startswith(files.OWN):
            return None
        if engine.parking or engine.any_pause:
            # Not to be remembered: the dict is for running freely.
            return self.attention
        return self._for(frame)

    def _for(self, frame):
        engine = self.engine
        if engine.watches or engine.exceptions.active:
            # Every call has to be looked at: nothing is remembered of files without breakpoints.
            entry = self.codes.entry(frame.f_code, frame.f_globals)
            self.codes.by_file.pop(frame.f_code.co_filename, None)
            if engine.watches:
                return self.everything
            if entry is None:
                if engine.visibility.hidden(frame.f_code.co_filename):
                    return None
                frame.f_trace_lines = False
            return self.everything
        entry = self.codes.entry(frame.f_code, frame.f_globals)
        if entry is None:
            self.codes.passed[id(frame.f_code)] = frame.f_code
            # Breakpoints may have changed in the meantime, and whoever did that has cleared `passed` too early: asked again.
            entry = self.codes.entry(frame.f_code, frame.f_globals)
            if entry is None:
                return None
            self.codes.passed.pop(id(frame.f_code), None)
        return entry[2]

    def _dress(self, frame):
        while frame is not None:
            if not frame.f_code.co_filename.startswith(files.OWN):
                frame.f_trace_lines = True
                frame.f_trace = self._for(frame)
            frame = frame.f_back

    def _local_of(self, by_line):
        on_line = self._on_line
        get = by_line.get

        def local(frame, event, arg):
            if event == 'line':
                records = get(frame.f_lineno)
                if records is not None:
                    return on_line(frame, records)
            return local
        return local

    def _on_line(self, frame, records):
        hits = self.engine.breakpoints.hit(records, frame)
        if hits:
            self.engine.current().stop(frame, 'line', None, 'breakpoint', hits)
        return frame.f_trace

    def _everything(self, frame, event, arg):
        """For frames that exceptions or watches are looked for in."""
        engine = self.engine
        if event == 'exception':
            if engine.exceptions.active:
                engine.exceptions.raised(engine.current(), frame, arg)
        elif event == 'return':
            if engine.exceptions.active:
                engine.exceptions.returned(engine.current(), frame, arg)
        elif event == 'line':
            engine.exceptions.went_on(frame)
            if engine.watches and engine.check_watches(engine.current(), frame):
                return frame.f_trace
            entry = self.codes.entry(frame.f_code, frame.f_globals)
            if entry is not None:
                records = entry[1].get(frame.f_lineno)
                if records is not None:
                    return self._on_line(frame, records)
        return frame.f_trace

    def _attention(self, frame, event, arg):
        engine = self.engine
        thread = engine.current()
        if (engine.parking or thread.pause_asked) and not thread.singled and not thread.stopped:
            if event != 'line':
                return self.attention
            # Its own breakpoints at this line have not been looked at.
            if not thread.park(frame, 'line') or frame.f_trace is None:
                return frame.f_trace
            return frame.f_trace(frame, event, arg)
        frame.f_trace = self._for(frame)
        if event == 'line' and frame.f_trace is not None:
            return frame.f_trace(frame, event, arg)
        return frame.f_trace

    # What a thread's stepper leaves to us when its step is over.

    def enter(self, thread, frame):
        """A call in a thread whose step has ended."""
        return self.trace(frame, 'call', None)

    def resumed(self, thread, frame, event, arg):
        """An event in a frame that still has the stepper's function."""
        frame.f_trace = self._for(frame)
        return frame.f_trace(frame, event, arg) if frame.f_trace is not None else None
