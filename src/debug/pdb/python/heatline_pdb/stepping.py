"""How a thread steps: a trace function (sys.settrace) for the thread that steps, on every version.

Two manners. `console`: a command of pdb, which stops where bdb does, at calls ("--Call--"), returns ("--Return--") and exceptions too.
Otherwise the editor's: only at lines; where a function ends, a step in or out stops in its caller, on the line that called, and a step over at the caller's next line.
Running freely is the affair of tracing.py and monitoring.py.
"""
import sys
from opcode import opmap

_GENERATOR = 0x20 | 0x80 | 0x200
_YIELD_VALUE = opmap['YIELD_VALUE']
_YIELD_FROM = opmap.get('YIELD_FROM')
_RESUME = opmap.get('RESUME')


def is_yield(frame):
    """True when a 'return' event of a generator or coroutine only suspends it (by yield, yield from, or await)."""
    code = frame.f_code
    at = frame.f_lasti
    if not code.co_flags & _GENERATOR or at < 0:
        return False
    text = code.co_code
    if text[at] == _YIELD_VALUE:
        return True
    # Up to 3.10 a frame that waits stands before its YIELD_FROM, to do it again; from 3.13 on it stands behind the yield.
    return (at + 2 < len(text) and text[at + 2] == _YIELD_FROM) or (at > 1 and text[at] == _RESUME and text[at - 2] == _YIELD_VALUE)


def untrace(frame):
    """Nothing of ours stays on the current thread, nor on a frame and its callers."""
    sys.settrace(None)
    while frame is not None:
        if frame.f_trace is not None:
            frame.f_trace = None
        frame = frame.f_back


class Step:
    """One step that is going on; the fields are bdb's: stopframe None means any frame, stopline -1 means no line at all."""

    __slots__ = ('kind', 'console', 'stop_frame', 'return_frame', 'stop_line', 'origin', 'begun', 'over', 'target')

    def __init__(self, kind, frame, line=None, console=False, target=None):
        self.kind = kind
        self.console = console
        self.stop_frame = None
        self.return_frame = None
        self.stop_line = 0
        self.origin = frame
        # Where a step in began.
        self.begun = (frame, frame.f_lineno) if kind == 'step' else None
        # A step over whose function has ended.
        self.over = False
        # Step into targets: the name of the function to stop in.
        self.target = target
        if kind == 'next':
            self.stop_frame = frame
        elif kind == 'until':
            self.stop_frame = self.return_frame = frame
            self.stop_line = line if line is not None else frame.f_lineno + 1
        elif kind == 'return':
            self.return_frame = frame
            if frame.f_code.co_flags & _GENERATOR and console:
                self.stop_frame, self.return_frame, self.stop_line = frame, None, -1
            else:
                self.stop_frame = frame.f_back if console else frame
                if not console:
                    self.stop_line = -1

    def stop_here(self, frame):
        """bdb's question: does this frame belong to where we stop?"""
        if frame is self.stop_frame:
            return self.stop_line != -1 and frame.f_lineno >= self.stop_line
        return self.stop_frame is None


class Stepper:
    """The trace functions of one stepping thread."""

    def __init__(self, thread):
        self.thread = thread
        self.engine = thread.engine
        self.step = None
        # Bound once: comparing `f_trace is self.local` needs one object.
        self.local = self._local
        self.enter = self._enter
        # After a stop that monitoring reported, the same line comes once more from sys.settrace.
        self._seen = None

    def begin(self, step, frame, at_line):
        """Called at the end of a stop, on the thread: traces until the step is done."""
        self.step = step
        self._seen = (frame, frame.f_lasti) if at_line else None
        each = frame
        while each is not None:
            each.f_trace = self.local
            each.f_trace_lines = True
            # An editor's step gets at outer frames when inner ones return; commands of pdb can name any frame.
            if not step.console and each is step.origin:
                break
            each = each.f_back
        sys.settrace(self.enter)

    def end(self):
        """Called when a step has stopped or was given up."""
        self.step = None

    # What sys.settrace calls.

    def _enter(self, frame, event, arg):
        step = self.step
        engine = self.engine
        if step is None:
            # The thread has gone on; what tracing it needs is set by now.
            return engine.tracer.enter(self.thread, frame) if engine.tracer is not None else None
        if engine.parking:
            return self.local
        if engine.visibility.hidden(frame.f_code.co_filename):
            return self._only_breakpoints(frame)
        if step.stop_frame is None and (step.kind == 'step' or step.console):
            if step.target is not None and frame.f_code.co_name != step.target:
                return self._only_breakpoints(frame)
            if step.console and not (frame.f_code.co_flags & _GENERATOR and frame.f_lasti > 0 and step.stop_frame is not None):
                self.thread.stop(frame, 'call', arg, 'step')
                if self.step is None and not engine.parking:
                    return frame.f_trace
            return self.local
        if step.stop_frame is frame and frame.f_code.co_flags & _GENERATOR:
            # A generator that we step in goes on.
            return self.local
        return self._only_breakpoints(frame)

    def _only_breakpoints(self, frame):
        if self.engine.exceptions.active:
            return self.local
        return self.local if self.engine.breakpoints.any() and self.engine.lines_of(frame) else None

    def _local(self, frame, event, arg):
        thread = self.thread
        engine = self.engine
        step = self.step
        if step is None:
            tracer = engine.tracer
            if tracer is None:
                return None
            return tracer.resumed(thread, frame, event, arg)
        if event == 'line':
            self._line(thread, engine, step, frame)
        elif event == 'return':
            self._return(thread, engine, step, frame, arg)
        elif event == 'exception':
            self._exception(thread, engine, step, frame, arg)
        # A stop may have ended the step, and put another trace function (or none) on the frame.
        return frame.f_trace

    def _line(self, thread, engine, step, frame):
        seen, self._seen = self._seen, None
        if seen is not None and seen[0] is frame and seen[1] == frame.f_lasti:
            return
        if engine.parking and not thread.singled:
            if not thread.park(frame, 'line'):
                return
            # The step is over; what else would have stopped it at this line has not been looked at.
            if thread.stop_reason is not None:
                thread.stop(frame, 'line', None, 'step')
            elif frame.f_trace is not None:
                frame.f_trace(frame, 'line', None)
            return
        records = engine.lines_of(frame)
        hits = None
        # sys.settrace comes before monitoring: when the step ends here, monitoring has the same line once more.
        thread.stepped_line = (id(frame), frame.f_lasti) if records is not None else None
        if records is not None:
            records = records.get(frame.f_lineno)
            if records is not None:
                hits = engine.breakpoints.hit(records, frame)
        if engine.watches and engine.check_watches(thread, frame):
            return
        if hits:
            thread.stop(frame, 'line', None, 'breakpoint', hits)
        elif self._ends_at(step, frame):
            thread.stop(frame, 'line', None, 'step')

    def _ends_at(self, step, frame):
        if step.target is None:
            return step.stop_here(frame) and not self.engine.visibility.hidden(frame.f_code.co_filename)
        # In the function that was chosen; or, when it was not called after all, at the next line of where the step began.
        return frame is step.origin or frame.f_code.co_name == step.target

    def _return(self, thread, engine, step, frame, arg):
        back = frame.f_back
        generator = frame.f_code.co_flags & _GENERATOR
        if step.console:
            if not (step.stop_here(frame) or frame is step.return_frame):
                return
            if step.stop_frame is not None and generator and frame is not step.return_frame and is_yield(frame):
                return
            if step.stop_frame is not None and generator and step.stop_frame is frame:
                # bdb passes by what a generator returns, unless single-stepping.
                self._follow(back)
                if not is_yield(frame):
                    step.stop_frame, step.return_frame, step.stop_line = None, None, 0
                return
            self._follow(back)
            if not engine.visibility.hidden(frame.f_code.co_filename):
                thread.stop(frame, 'return', arg, 'step')
            now = self.step
            if now is not None and now.stop_frame is frame and (now.stop_line != -1 or not now.console):
                now.stop_frame, now.return_frame, now.stop_line = None, None, 0
            return
        # The editor's manner. A generator or coroutine that only gives a value goes on in the same frame later: a step over it or out of it waits for that.
        if generator and is_yield(frame):
            if step.stop_frame is None:
                self._follow(back)
            return
        if step.stop_frame is None:
            self._back_to(thread, step, back, arg, frame)
        elif frame is step.origin:
            # From here on it is a step into whatever comes next. A step over stops at the next line, a step out on the line that called.
            step.over = step.kind != 'return'
            step.kind, step.stop_frame, step.return_frame, step.stop_line, step.begun = 'step', None, None, 0, None
            self._back_to(thread, step, back, arg, frame, stops=not step.over)

    def _back_to(self, thread, step, back, arg, frame, stops=True):
        """The frame ends, by a return or an exception: its caller is where a step in stops, unless the step began on that very line."""
        if back is None or thread.is_base(back):
            self.end()
            thread.went_on()
            return
        self._follow(back)
        hidden = self.engine.visibility.hidden
        if step.target is not None or hidden(back.f_code.co_filename) or (step.over and hidden(frame.f_code.co_filename)):
            return
        if stops and step.begun != (back, back.f_lineno):
            thread.stop(back, 'return', arg, 'step')

    def _follow(self, back):
        if back is not None and back.f_trace is not self.local:
            back.f_trace = self.local
            back.f_trace_lines = True

    def _exception(self, thread, engine, step, frame, arg):
        if engine.exceptions.active and engine.exceptions.raised(thread, frame, arg):
            return
        if not step.console or engine.visibility.hidden(frame.f_code.co_filename):
            return
        generator = frame.f_code.co_flags & _GENERATOR
        if step.stop_here(frame):
            if not (generator and arg[0] is StopIteration and arg[2] is None):
                thread.stop(frame, 'exception', arg, 'step')
        elif step.stop_frame is not None and frame is not step.stop_frame and step.stop_frame.f_code.co_flags & _GENERATOR and arg[0] in (StopIteration, GeneratorExit):
            thread.stop(frame, 'exception', arg, 'step')
