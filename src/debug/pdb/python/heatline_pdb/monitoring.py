"""Running freely from Python 3.12 on: a tool of sys.monitoring, which costs nothing where there is no breakpoint.

Every code object is looked at when it starts for the first time, and its start is then left alone (DISABLE); those that own
breakpoints report their lines, and each line without one is left alone after its first report.
"""
import sys

from . import files
from .codes import Codes
from .stepping import untrace

_NAME = 'heatline'


class Monitor:
    """What engine asks of tracing; see tracing.py for the same below 3.12."""

    def __init__(self, engine):
        self.engine = engine
        self.api = sys.monitoring
        self.codes = Codes(engine.breakpoints)
        self.tool = None
        self._instrumented = {}
        self._parking = False
        # id(code) -> line -> records, for the line event of code objects that were looked at.
        self._lines = {}

    # Life.

    def start(self):
        api = self.api
        # 3.14's pdb takes the debugger's number; the program may be profiled by another.
        for tool in (api.DEBUGGER_ID, 3, 4, api.PROFILER_ID, api.OPTIMIZER_ID, api.COVERAGE_ID):
            if api.get_tool(tool) is None:
                break
        else:
            raise RuntimeError('every number of sys.monitoring is taken by another tool')
        api.use_tool_id(tool, _NAME)
        self.tool = tool
        events = api.events
        for event, callback in (
            (events.PY_START, self._start), (events.PY_RESUME, self._start), (events.LINE, self._line),
            (events.RAISE, self._raise), (events.PY_UNWIND, self._unwind),
        ):
            api.register_callback(tool, event, callback)
        self.update()

    def stop(self):
        if self.tool is None:
            return
        api = self.api
        api.set_events(self.tool, 0)
        for code in self._instrumented.values():
            api.set_local_events(self.tool, code, 0)
        self._instrumented.clear()
        api.free_tool_id(self.tool)
        self.tool = None
        sys.settrace(None)

    def update(self):
        """After breakpoints, exception filters, watches or parking have changed."""
        if self.tool is None:
            return
        api, events, engine = self.api, self.api.events, self.engine
        self.codes.clear()
        wanted = 0
        if engine.breakpoints.any():
            wanted |= events.PY_START | events.PY_RESUME
        if self._parking or engine.watches or engine.any_pause:
            wanted |= events.LINE
        if engine.exceptions.active:
            wanted |= events.RAISE
            if engine.exceptions.user_unhandled:
                wanted |= events.PY_UNWIND
        old, self._instrumented, self._lines = self._instrumented, {}, {}
        # The code objects that run now have started already.
        for frame in list(sys._current_frames().values()):
            while frame is not None:
                self._look(frame.f_code, frame.f_globals)
                frame = frame.f_back
        for number, code in old.items():
            if number not in self._instrumented:
                # Started before, so it is looked at by its next start.
                api.set_local_events(self.tool, code, 0)
        api.set_events(self.tool, wanted)
        api.restart_events()

    def run_free(self, thread, frame):
        untrace(frame)

    def park(self, threads):
        if not self._parking or self.engine.any_pause:
            self._parking = self.engine.parking
            events = self.api.events
            self.api.set_events(self.tool, self.api.get_events(self.tool) | events.LINE)
            self.api.restart_events()

    def unpark(self):
        if self._parking:
            self._parking = False
            self.update()

    # Callbacks.

    def _look(self, code, module_globals):
        if code.co_filename.startswith(files.OWN) or id(code) in self._lines:
            return
        entry = self.codes.entry(code, module_globals)
        if entry is None:
            return
        self._lines[id(code)] = entry[1]
        self._instrumented[id(code)] = code
        self.api.set_local_events(self.tool, code, self.api.events.LINE)

    def _start(self, code, offset):
        try:
            self._look(code, sys._getframe(1).f_globals)
        except RuntimeError:
            # Another thread changes breakpoints at this moment: it looks at what runs itself.
            pass
        return self.api.DISABLE

    def _line(self, code, line):
        engine = self.engine
        if engine.muted and engine.muted_now():
            return None
        by_line = self._lines.get(id(code))
        records = by_line.get(line) if by_line is not None else None
        if records is None and not engine.busy:
            return self.api.DISABLE
        if code.co_filename.startswith(files.OWN):
            return self.api.DISABLE
        if engine.busy:
            return self._busy_line(sys._getframe(1), records)
        if engine.untraced_now():
            # Our own threads use the standard library too.
            return None
        thread = engine.current()
        frame = sys._getframe(1)
        if not thread.stopped and not self._was_stepped(thread, frame):
            hits = engine.breakpoints.hit(records, frame)
            if hits:
                self._stop(thread, frame, hits)
        return None

    def _was_stepped(self, thread, frame):
        """True for the line at which the stepper has just looked for breakpoints itself."""
        seen, thread.stepped_line = thread.stepped_line, None
        return seen is not None and seen == (id(frame), frame.f_lasti)

    def _busy_line(self, frame, records):
        """A line while something is looked for on every line, or some thread steps."""
        engine = self.engine
        if engine.untraced_now():
            return
        thread = engine.current()
        if self._was_stepped(thread, frame):
            return
        if thread.stopped or (thread.stepper.step is not None and frame.f_trace is not None):
            # The stepper's trace function gets the same line.
            return
        if (engine.parking or thread.pause_asked) and not thread.singled:
            thread.monitored_stop = True
            if not thread.park(frame, 'line'):
                return
            # Its own breakpoints at this line have not been looked at, and may be others by now.
            by_line = self._lines.get(id(frame.f_code))
            records = by_line.get(frame.f_lineno) if by_line is not None else None
        if engine.watches and engine.check_watches(thread, frame):
            return
        if records is not None:
            hits = engine.breakpoints.hit(records, frame)
            if hits:
                self._stop(thread, frame, hits)

    def _stop(self, thread, frame, hits):
        thread.monitored_stop = True
        thread.stop(frame, 'line', None, 'breakpoint', hits)

    def _raise(self, code, offset, exception):
        engine = self.engine
        if code.co_filename.startswith(files.OWN) or engine.untraced_now() or engine.muted_now():
            return
        thread = engine.current()
        frame = sys._getframe(1)
        if thread.stepper.step is not None and frame.f_trace is not None:
            return
        engine.exceptions.raised(thread, frame, (type(exception), exception, exception.__traceback__))

    def _unwind(self, code, offset, exception):
        engine = self.engine
        if code.co_filename.startswith(files.OWN) or engine.untraced_now():
            return
        engine.exceptions.unwound(engine.current(), sys._getframe(1), (type(exception), exception, exception.__traceback__))

    def enter(self, thread, frame):
        """A call in a thread whose step has ended."""
        sys.settrace(None)
        return None

    def resumed(self, thread, frame, event, arg):
        return None
