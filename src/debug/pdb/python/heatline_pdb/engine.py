"""The debugger of this process: its threads, breakpoints and stops, and what stands between the adapter and pdb."""
import _thread
import os
import sys
import threading
import time

from . import files
from .breakpoints import Breakpoints
from .exceptions import Exceptions
from .frames import Frames
from .tasks import Tasks
from .threads import Thread

# How long a thread has to get to its next line before it is shown in the call it is in, in seconds.
_BLOCKED_AFTER = 0.4


class Engine:
    """One in a process. See the methods for who may call them from which thread."""

    def __init__(self, channel):
        self.channel = channel
        self.settings = {}
        # Guards who is stopped and who parks; never held while the program's code runs.
        self.lock = threading.RLock()
        self.breakpoints = Breakpoints(self)
        self.exceptions = Exceptions(self)
        self.frames = Frames(self)
        self.tasks = Tasks(self)
        self.visibility = files.Visibility()
        self.tracer = None
        self.watches = []
        self.untraced = set()
        # Threads (idents) in which pdb's `debug` traces by itself.
        self.muted = set()
        self.parking = False
        self.any_pause = False
        self.busy = False
        self.stepping = set()
        self.all_stop = True
        self.detached = False
        self.terminating = False
        self.primary = None
        # Who answers the adapter.
        self.requests = None
        # The thread that is shown in a call that does not come back.
        self.blocked = None
        self.main_ident = threading.main_thread().ident
        # Called on a thread that stops, before the editor hears of it, and on the same thread when it goes on.
        self.at_stop = []
        self.at_go_on = []
        self._threads = {}
        self._next_thread = 1
        self._values = None
        self._console = None
        self._started = False

    # Settings and life.

    def configure(self, settings):
        """Takes the adapter's settings; may come again while the program runs."""
        self.settings = settings
        self.all_stop = settings.get('allThreads') is not False
        if settings.get('noDebug'):
            # Run Without Debugging: the program starts as if the debugger had left already.
            self.detached = True
        self.visibility = files.Visibility(settings.get('skip') or (), bool(settings.get('justMyCode')))

    def start(self):
        """Begins to trace; called on the thread that runs the program, before it does."""
        if self._started:
            return
        self._started = True
        if sys.version_info >= (3, 12):
            from .monitoring import Monitor
            self.tracer = Monitor(self)
        else:
            from .tracing import SetTracer
            self.tracer = SetTracer(self)
        self.tracer.start()

    def begin(self):
        """On the thread that runs the program, right before its first line."""
        if self.detached:
            return
        self.start()
        thread = self.current()
        frame = sys._getframe(1)
        if self.settings.get('stopOnEntry') or self.console_is_wanted():
            # pdb reads .pdbrc at its first stop, at the first line: breakpoints that are set there must not come too late.
            thread.stop_reason = ('entry' if self.settings.get('stopOnEntry') else 'pdbrc', None, None)
            thread.step('step', frame)
            thread.begin_planned(frame)
        else:
            self.tracer.run_free(thread, None)

    def ended(self):
        """On the same thread, after its last line; other threads may go on."""
        sys.settrace(None)
        self.stepping.discard(self.current())

    def update(self):
        """Instruments anew after breakpoints, filters or watches have changed. Any thread."""
        self._note_busy()
        if self.tracer is not None and not self.detached:
            self.tracer.update()

    def detach(self):
        """No more tracing: the program goes on as if nothing had been there."""
        self.detached = True
        if self.tracer is not None:
            self.tracer.stop()
        self.tracer = None
        self._started = False
        # A thread at a prompt gets its end; whoever attaches later has a console of its own.
        console, self._console = self._console, None
        if console is not None:
            console.close()
        self._resume_all()

    def attach(self):
        """The opposite of detach, for another client of a listening program."""
        self.detached = False
        self.start()

    def _note_busy(self):
        self.busy = bool(self.parking or self.any_pause or self.watches or self.stepping)

    # Threads.

    def current(self):
        """The state of the current thread, made when it is new."""
        ident = _thread.get_ident()
        thread = self._threads.get(ident)
        return thread if thread is not None else self.thread_of(ident)

    def thread_of(self, ident=None):
        """The state of a thread, made when it is new."""
        ident = ident if ident is not None else _thread.get_ident()
        with self.lock:
            thread = self._threads.get(ident)
            if thread is None:
                thread = self._threads[ident] = Thread(self, self._next_thread, ident, _name_of(ident))
                self._next_thread += 1
            return thread

    def known_thread(self, ident):
        """The state of a thread if it has one."""
        return self._threads.get(ident)

    def untraced_now(self):
        """True on threads of our own."""
        return _thread.get_ident() in self.untraced

    def muted_now(self):
        """True while a nested debugger has the current thread."""
        return _thread.get_ident() in self.muted

    def all_threads(self):
        """Threads, and the tasks that were listed as such."""
        return list(self._threads.values()) + self.tasks.all()

    def living(self):
        """The states of the program's threads; those that have ended are forgotten."""
        alive = sys._current_frames()
        with self.lock:
            for ident in [ident for ident in self._threads if ident not in alive]:
                del self._threads[ident]
        # In the order in which they were started, as far as `threading` knows them.
        order = [ident for ident in list(threading._active) if ident in alive] + [ident for ident in alive if ident not in threading._active]
        found = [self.thread_of(ident) for ident in order if ident not in self.untraced]
        return sorted(found, key=lambda thread: thread.id)

    def stopped_threads(self):
        """The threads that are stopped, the one that was reported last first."""
        found = [thread for thread in self._threads.values() if thread.stopped]
        return sorted(found, key=lambda thread: thread is not self.primary)

    def spawn(self, function, *arguments):
        """Runs a function of ours on a thread that is neither traced nor stopped."""
        def run():
            self.untraced.add(_thread.get_ident())
            sys.settrace(None)
            try:
                function(*arguments)
            finally:
                self.untraced.discard(_thread.get_ident())
        _thread.start_new_thread(run, ())

    # Stopping and going on.

    def park_others(self, thread):
        """All other threads stop at their next line. On the thread that stops, or one of ours."""
        with self.lock:
            self.parking = True
            self._note_busy()
        others = [each for each in self.living() if each is not thread and not each.stopped]
        if others and self.tracer is not None:
            self.tracer.park(others)
            self.spawn(self._keep_parking)

    def _keep_parking(self):
        """A thread may be between two lines when its frame is marked, or in a call: it is marked again until it stops."""
        pause = 0.005
        while self.parking and not self.detached:
            time.sleep(pause)
            pause = min(pause * 2, 0.25)
            waiting = [thread for thread in self.living() if not thread.stopped]
            if waiting and self.parking and self.tracer is not None:
                self.tracer.park(waiting)

    def report(self, thread, reason, description=None, text=None):
        """Tells the adapter of a stop."""
        self.primary = thread
        body = {'reason': reason, 'threadId': thread.id, 'allThreadsStopped': self.all_stop}
        if description is not None:
            body['description'] = description
        if text is not None:
            body['text'] = text
        if thread.hits:
            body['hitBreakpointIds'] = [record.dap_id for record in thread.hits]
            if all(record.kind == 'function' for record in thread.hits):
                body['reason'] = 'function breakpoint'
        self.channel.send_event('stopped', body)

    def before_report(self, thread):
        """What pdb does before it shows a stop; True when the program is to go on by itself."""
        for record in thread.hits:
            if record.temporary:
                self.breakpoints.remove(record)
        console = self._console
        if console is None and self.console_is_wanted():
            console = self.get_console()
        try:
            goes_on = bool(console is not None and console.at_stop(thread))
        except KeyboardInterrupt:
            # What was to be done at the stop was broken off: it is shown as it is.
            if self.terminating:
                raise
            goes_on = False
        return goes_on or thread.reason == 'pdbrc'

    def console_is_wanted(self):
        """True when pdb would read a .pdbrc: the console has to be there from the first stop on."""
        return any(os.path.isfile(os.path.expanduser(name)) for name in ('~/.pdbrc', '.pdbrc'))

    def resume(self, thread, single=False):
        """Lets a stopped thread go on as planned, and the others freely, unless it is to go on alone. Any thread."""
        if single or not self.all_stop:
            with self.lock:
                if not thread.stopped:
                    return
                thread.stopped = False
                thread.singled = single and self.all_stop
            self.values_forget()
            thread.jobs.put(None)
            return
        self._resume_all()

    def unpark(self, thread):
        """The stop of a thread ended before it was reported."""
        if self.all_stop and not any(each.stopped and not each.parked for each in self._threads.values()):
            self._resume_all()

    def _resume_all(self):
        with self.lock:
            self.parking = False
            self.any_pause = False
            self.blocked = None
            going = [thread for thread in self._threads.values() if thread.stopped]
            for thread in self._threads.values():
                thread.stopped = thread.parked = thread.pause_asked = thread.singled = False
            self._note_busy()
        self.values_forget()
        self.tasks.forget()
        if self.tracer is not None:
            self.tracer.unpark()
        for thread in going:
            thread.jobs.put(None)

    def run_free(self, thread, frame):
        """Called on the thread: it goes on until a breakpoint."""
        self.stepping.discard(thread)
        self._note_busy()
        if self.tracer is not None:
            self.tracer.run_free(thread, frame)
        else:
            sys.settrace(None)

    def quit(self):
        """pdb's q: ends the program from where it is."""
        import bdb
        self.terminating = True
        self.channel.send_event('terminating', {'reason': 'quit', 'message': 'ended by the command q'})
        raise bdb.BdbQuit

    def pause(self, thread):
        """Stops a thread (and with it all) at its next line, or shows it in the call that keeps it. On a thread of ours."""
        with self.lock:
            if thread.stopped:
                return
            thread.pause_asked = True
            self.any_pause = True
            self._note_busy()
        if self.tracer is None:
            return
        self.tracer.park([thread])
        self.spawn(self._await_pause, thread)

    def _await_pause(self, thread):
        until = time.monotonic() + _BLOCKED_AFTER
        while time.monotonic() < until and thread.pause_asked:
            time.sleep(0.01)
            if self.tracer is not None:
                self.tracer.park([thread])
        with self.lock:
            self.any_pause = any(each.pause_asked for each in self._threads.values())
            if not thread.pause_asked:
                if self.all_stop and thread.stopped and not self.parking:
                    self.park_others(thread)
                self._note_busy()
                return
            thread.pause_asked = False
            self.any_pause = any(each.pause_asked for each in self._threads.values())
            self.blocked = thread
            self._note_busy()
        # It is shown where it is; it parks as soon as it is back in Python.
        self.park_others(None)
        self.channel.send_event('stopped', {
            'reason': 'pause', 'threadId': thread.id, 'allThreadsStopped': self.all_stop,
            'description': 'Paused in a call', 'text': 'the thread is in a call that has not come back; it stops at the next line after it',
        })

    def break_into(self, frame, reason='breakpoint', description=None, text=None, immediately=False):
        """Stops the current thread as soon as control is back in `frame` (set_trace(), breakpoint()), or at once."""
        if self.detached or self.tracer is None or self.untraced_now():
            # On a thread of ours a repr of the program has asked for it: there is no stopping there.
            return
        thread = self.current()
        if immediately:
            thread.stop(frame, 'line', None, reason, description=description, text=text)
            return
        thread.stop_reason = (reason, description, text)
        # As pdb: where nothing follows in the frame, at its return.
        thread.step('next', frame, console=True)
        thread.begin_planned(frame)

    def post_mortem(self, traceback, exc=None, reason='exception', description=None, text=None):
        """Stops the current thread with a traceback's frames; returns when it goes on."""
        if self.detached or traceback is None:
            return
        thread = self.current()
        kind = type(exc) if exc is not None else None
        thread.stop(sys._getframe(1), 'postmortem', None, reason, traceback=traceback, exception=(kind, exc, traceback) if exc is not None else None,
                    description=description or (kind.__name__ if kind else None), text=text)

    # Questions of the tracers.

    def lines_of(self, frame):
        """Line -> records of the frame's code object, or None."""
        if self.tracer is None:
            return None
        entry = self.tracer.codes.entry(frame.f_code, frame.f_globals)
        return entry[1] if entry is not None else None

    def set_watches(self, arguments):
        """setDataBreakpoints."""
        from .watchpoints import Watch
        watches, answers = [], []
        for wanted in arguments.get('breakpoints') or ():
            try:
                watch = Watch(wanted['dataId'], self)
                watch.condition = compile(wanted['condition'], '<condition>', 'eval') if wanted.get('condition') else None
                watch.dap_id = self.breakpoints.new_id()
                watches.append(watch)
                answers.append({'id': watch.dap_id, 'verified': True})
            except Exception as problem:
                answers.append({'verified': False, 'message': str(problem)})
        self.watches = watches
        self.update()
        return {'breakpoints': answers}

    def check_watches(self, thread, frame):
        """True when a watched value has changed and the thread has stopped for it."""
        if self.visibility.hidden(frame.f_code.co_filename):
            return False
        for watch in list(self.watches):
            change = watch.changed(frame)
            if change is None:
                continue
            if watch.condition is not None:
                try:
                    if not eval(watch.condition, frame.f_globals, frame.f_locals):
                        continue
                except Exception:
                    pass
            thread.stop(frame, 'line', None, 'data breakpoint', description='%s changed' % watch.name,
                        text='%s: %s → %s' % (watch.name, change[0], change[1]))
            return True
        return False

    # Values and console, which are loaded when they are first needed.

    @property
    def values(self):
        if self._values is None:
            from .values import Values
            self._values = Values(self)
        return self._values

    def values_forget(self):
        if self._values is not None:
            self._values.forget()

    def get_console(self):
        if self._console is None:
            from .console import Console
            self._console = Console(self)
        return self._console

    def run_untraced(self, function, *arguments, **options):
        """Runs the program's own code (a repr, a property) watched; TimeoutError when it takes too long."""
        from .watched import run_watched
        return run_watched(lambda: function(*arguments), **options)

    def log_text(self, value):
        """A value in a log point's line."""
        return value if isinstance(value, str) else str(value)

    def output(self, category, text, filename=None, line=None):
        """A line for the console."""
        body = {'category': category, 'output': text}
        if filename is not None:
            body['source'] = self.frames.source(filename)
            body['line'] = line
        self.channel.send_event('output', body)


def _name_of(ident):
    thread = threading._active.get(ident)
    if thread is not None:
        return 'MainThread' if thread is threading.main_thread() else thread.name
    return 'Thread-%d' % ident
