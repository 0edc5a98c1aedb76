"""One thread of the program: whether it is stopped, its frames, and the loop in which it answers while it is stopped."""
import sys
from _queue import SimpleQueue

from . import files
from .stepping import Step, Stepper, untrace


class StackFrame:
    """A frame of a stopped thread; `line` differs from the frame's own for tracebacks."""

    __slots__ = ('id', 'frame', 'line', 'thread')

    def __init__(self, number, frame, line, thread):
        self.id = number
        self.frame = frame
        self.line = line
        self.thread = thread


class Thread:
    """State of one thread. All but `wake` and `singled` is touched by the thread itself, or while it is stopped."""

    def __init__(self, engine, number, ident, name):
        self.engine = engine
        self.id = number
        self.ident = ident
        self.name = name
        self.stepper = Stepper(self)
        self.jobs = SimpleQueue()
        self.stopped = False
        # Parked: stopped only because another thread is.
        self.parked = False
        self.stack = []
        self.event = None
        self.arg = None
        self.exception = None
        self.returned = None
        self.hits = ()
        self.reason = None
        self.selected = 0
        # Set by a console command or the editor: how to go on.
        self.plan = None
        # Goes on alone, or is asked to pause alone.
        self.singled = False
        self.pause_asked = False
        # Listeners know of the stop.
        self.told = False
        self.last_raised = None
        self.monitored_stop = False
        # The line that the stepper has just looked at: (id of the frame, f_lasti).
        self.stepped_line = None
        # Why the step that is going on was begun, when not by a step: (reason, description, text).
        self.stop_reason = None

    # Going on.

    def step(self, kind, frame=None, line=None, console=False, target=None):
        """Plans how the thread goes on when its stop ends: 'continue', 'step', 'next', 'return', 'until' or 'quit'."""
        if frame is None and self.stack:
            frame = self.stack[0].frame
        self.plan = (kind, frame, line, console, target)

    def is_base(self, frame):
        """True for the frames below the program: our own, which run it."""
        return frame.f_code.co_filename.startswith(files.OWN)

    def went_on(self):
        """A step ended without a stop (the thread's first function returned): run freely."""
        self.engine.run_free(self, None)

    # Stopping.

    def _capture(self, frame, traceback):
        self.stack = self.engine.frames.capture(self, frame, traceback)
        self.selected = 0

    def park(self, frame, event):
        """Stops because another thread has; returns when it goes on. True when it goes on freely: what it would have stopped for at this place still counts."""
        engine = self.engine
        # What runs while it is stopped already is a question of the editor's; and threads of ours never stop.
        if self.stopped or self.ident in engine.untraced:
            return False
        with engine.lock:
            if not engine.parking and not self.pause_asked:
                return True
            self.parked = self.stopped = True
        self.event, self.arg, self.exception, self.returned = event, None, None, None
        self._capture(frame, None)
        paused = self.pause_asked
        if paused:
            self.pause_asked = False
            self.parked = False
            self.reason = 'pause'
            engine.report(self, 'pause')
        elif engine.blocked is self:
            # It was shown in the call that it has just come back from.
            engine.blocked = None
            engine.channel.send_event('invalidated', {'areas': ['stacks'], 'threadId': self.id})
        return self._loop(frame) and not paused

    def stop(self, frame, event, arg, reason, hits=(), traceback=None, exception=None, description=None, text=None):
        """Stops the current thread at `frame`, tells the adapter, and answers requests until it is told to go on."""
        engine = self.engine
        # What is evaluated in a stopped thread does not stop it once more.
        if engine.detached or engine.terminating or self.stopped:
            return
        while not self._stops_first():
            if not self._parks_before(frame, event, reason):
                return
            left = [record for record in hits if engine.breakpoints.holds(record)]
            if hits and not left:
                # Taken away meanwhile.
                return
            hits = left
        if self.stop_reason is not None:
            if reason == 'step':
                reason, description, text = self.stop_reason
            self.stop_reason = None
        self.event, self.arg, self.reason, self.hits = event, arg, reason, hits or ()
        self.exception = exception if exception is not None else (arg if event == 'exception' else None)
        self.returned = (arg,) if event == 'return' else None
        self.stepper.end()
        engine.stepping.discard(self)
        self._capture(frame, traceback)
        self.told = True
        for listener in engine.at_stop:
            listener()
        if engine.all_stop:
            engine.park_others(self)
        engine.values_forget()
        if engine.before_report(self):
            # The commands of a breakpoint went on by themselves.
            if self.plan is None:
                self.step('continue')
            with engine.lock:
                self.stopped = False
            engine.unpark(self)
            self._answer_left()
            self._go_on(frame)
            return
        engine.report(self, reason, description, text)
        self._loop(frame)

    def _parks_before(self, frame, event, reason):
        """Another thread has stopped first, and there is one stop at a time: true when this thread's counts once the others have gone on."""
        monitored = self.monitored_stop
        # breakpoint() stops by a step, but a step that was asked for is over.
        steps = reason == 'step' and self.stop_reason is None
        if steps:
            self.stepper.end()
            self.engine.stepping.discard(self)
        freely = self.park(frame, event)
        self.monitored_stop = monitored
        return freely and not steps and not self.engine.detached and not self.engine.terminating

    def _stops_first(self):
        """Marks the thread as stopped, unless another was first and this one is to park."""
        engine = self.engine
        with engine.lock:
            if engine.all_stop and engine.parking and not self.singled:
                return False
            self.stopped, self.parked = True, False
            self.pause_asked = self.singled = False
            engine.parking = engine.all_stop
            return True

    def _answer_left(self):
        """What was asked in a stop that ended before it was told."""
        while not self.jobs.empty():
            job = self.jobs.get()
            if job is not None:
                job()

    def _loop(self, frame):
        """Answers requests until the thread goes on; True when it does so freely."""
        engine = self.engine
        jobs = self.jobs
        while True:
            try:
                job = jobs.get()
                if job is None:
                    break
                job()
            except KeyboardInterrupt:
                # Ctrl+C in the program's terminal while it is stopped: it goes on with it.
                if self.engine.terminating:
                    # The program is to end by it.
                    self._go_on(frame)
                    raise
                engine.output('console', 'The program was interrupted while it is stopped: it is still stopped.\n')
        return self._go_on(frame)

    def _go_on(self, frame):
        """Does what was planned; True when that is to run freely."""
        plan, self.plan = self.plan, None
        self.stack = []
        self.event = self.arg = self.exception = self.returned = self.reason = None
        self.hits = ()
        self.parked = False
        engine = self.engine
        if self.told:
            self.told = False
            for listener in engine.at_go_on:
                listener()
        monitored, self.monitored_stop = self.monitored_stop, False
        if engine.detached:
            untrace(frame)
            return False
        kind = plan[0] if plan else 'continue'
        if kind == 'quit':
            engine.quit()
        if kind == 'continue':
            engine.run_free(self, frame)
            return True
        self.begin_planned(frame, plan, monitored)
        return False

    def begin_planned(self, frame, plan=None, monitored=False):
        """Begins the step that was planned; on the thread, whose innermost frame of the program is `frame`."""
        if plan is None:
            plan, self.plan = self.plan, None
        kind, at, line, console, target = plan
        self.engine.stepping.add(self)
        self.engine._note_busy()
        self.stepper.begin(Step(kind, at if at is not None else frame, line, console, target), frame, monitored)
