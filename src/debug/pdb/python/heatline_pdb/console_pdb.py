"""The console's pdb: pdb's commands as they are, on a thread that the engine has stopped.

pdb reads commands in a loop of its own and steers bdb's tracing. Here the editor sends the commands, one evaluation at a time,
and the engine traces: what reads, steers or shows is replaced, and everything else is pdb's.
"""
import contextlib
import pdb
import sys
import traceback as tracebacks

from .aliases import ALIASES
from .pdbrc import RcLine
from .local_edits import LocalEdits
from .shared_breakpoints import SharedBreakpoints, snapshot, tell_changes
from .typed import take_piece


class ConsolePdb(SharedBreakpoints):
    """A mixin to stand before pdb.Pdb, or a class derived from it, in the bases of a class (see make_debugger)."""

    console = None
    #: From 3.13 on the place of a stop is shown when the next command is asked for, after those that were queued.
    places_late = hasattr(pdb.Pdb, '_pdbcmd_print_frame_status')

    def begin(self, console):
        """Called once, after the constructors of pdb and IPython."""
        self.console = console
        self.engine = console.engine
        self.use_rawinput = 0
        self.thread = None
        self.shown = []
        self.errors = 0
        self.stepped = False
        self._bound_stack = None
        self.reset()
        self.aliases.update(ALIASES)
        main = sys.modules.get('__main__')
        self.mainpyfile = self.canonic(getattr(main, '__file__', None) or '<string>')

    # The stopped thread ---------------------------------------------------------------------------

    def bind(self, thread):
        """Looks at a stopped thread; nothing changes when it does already, so that `list` goes on and edits stay."""
        stack = thread.stack
        if self.thread is thread and self._bound_stack is stack:
            return
        self.forget()
        self.thread, self._bound_stack = thread, stack
        self.stack = [(entry.frame, entry.line) for entry in reversed(stack)]
        traceback = self._traceback()
        while traceback is not None:
            self.tb_lineno[traceback.tb_frame] = traceback.tb_lineno
            if all(frame is not traceback.tb_frame for frame, _ in self.stack):
                self.stack.append((traceback.tb_frame, traceback.tb_lineno))
            traceback = traceback.tb_next
        self._look_at(max(0, len(stack) - 1 - thread.selected))
        self._bind_exceptions()

    def _traceback(self):
        raised = self.thread.exception
        return raised[2] if raised else None

    def _bind_exceptions(self):
        raised = self.thread.exception
        if not hasattr(self, '_chained_exceptions'):  # before 3.13
            return
        chain = ()
        if raised and self.thread.event == 'postmortem' and isinstance(raised[1], BaseException):
            chain = self._get_tb_and_exceptions(raised[1])[0]
        self._chained_exceptions = chain
        self._chained_exception_index = len(chain) - 1 if chain else 0

    def _look_at(self, index):
        self.curindex = index
        self.curframe = self.stack[index][0]
        self.curframe_locals = self.curframe.f_locals
        self.lineno = None
        if hasattr(self, 'set_convenience_variable'):  # from 3.12
            self.set_convenience_variable(self.curframe, '_frame', self.curframe)

    def look_at_frame(self, frame):
        """Another frame was chosen in the editor."""
        for index, (candidate, _line) in enumerate(self.stack):
            if candidate is frame:
                if index != self.curindex:
                    self._look_at(index)
                return

    def release(self):
        """The thread runs again."""
        if self.curframe is not None:
            self.forget()
        self.thread = self._bound_stack = None

    # Running what was typed -----------------------------------------------------------------------

    def is_command(self, line):
        """Whether pdb takes a line as one of its commands or as an alias."""
        words = line.split()
        if words and words[0] in self.aliases:
            return True
        name, _arg, parsed = self.parseline(line)
        return bool(name) and (hasattr(self, 'do_' + name) or parsed.startswith('_pdbcmd'))

    def run_typed(self, ahead):
        """Runs the lines that are queued or typed ahead (a deque) until one lets the program go on; says whether one did."""
        stop = None
        while not stop and (self.cmdqueue or ahead):
            block, place = False, None
            if self.cmdqueue:
                line = self.cmdqueue.pop(0)
            else:
                place = ahead[0] if isinstance(ahead[0], RcLine) else None
                line, block = take_piece(ahead, self.is_command)
                line = str(line)
            stop = self.run_line(line, block, place)
        return bool(stop)

    def run_line(self, line, block=False, place=None, expand=True):
        """Runs one line, or a block of them. `place` is the line of .pdbrc it comes from."""
        before, edits = snapshot(), LocalEdits(self.curframe, self.curframe_locals)
        errors = self.errors
        try:
            if block:
                # The empty line at the end is what ends a block at an interactive prompt.
                self.lastcmd = ''
                stop = self.default(line + '\n')
            else:
                if expand:
                    line = self.precmd(line)
                stop = self.onecmd(line)
                stop = self.postcmd(stop, line)
        except KeyboardInterrupt:
            self.message('--KeyboardInterrupt--')
            stop = None
        except BaseException as error:  # SystemExit and faults of pdb's own commands must not end the program
            self.error(tracebacks.format_exception_only(type(error), error)[-1].strip())
            stop = None
        if place is not None and self.errors > errors:
            self.message('    in %s, line %d: %s' % (place.path, place.number, place))
        for fault in tell_changes(before, self.engine.breakpoints):
            self.error(fault)
        edits.write_back()
        self.console.after_line(self)
        return stop

    def error(self, msg):
        self.errors += 1
        super().error(msg)

    def displayhook(self, obj):
        """Also keeps the value, so that the answer can be expanded in the editor."""
        if obj is not None and len(self.shown) < 2:
            self.shown.append(obj)
        super().displayhook(obj)

    # Stops ----------------------------------------------------------------------------------------

    def print_event(self):
        """What pdb prints before the place of a stop: --Call--, --Return--, an exception."""
        thread, frame = self.thread, self.curframe
        if thread.event == 'call':
            self.message('--Call--')
        elif thread.event == 'return':
            self.curframe_locals['__return__'] = thread.arg
            if hasattr(self, 'set_convenience_variable'):
                self.set_convenience_variable(frame, '_retval', thread.arg)
            self.message('--Return--')
        elif thread.event == 'exception':
            kind, value, traceback = thread.exception
            self.curframe_locals['__exception__'] = kind, value
            if hasattr(self, 'set_convenience_variable'):
                self.set_convenience_variable(frame, '_exception', value)
            prefix = 'Internal ' if traceback is None and kind is StopIteration else ''
            self.message(prefix + tracebacks.format_exception_only(kind, value)[-1].strip())

    def print_place(self):
        """The place of the stop, as pdb prints it: `> file(line)function()` and the line."""
        self.print_stack_entry(self.stack[self.curindex])

    def print_displays(self):
        """The expressions of `display` that have changed."""
        show = getattr(self, '_show_display', None)  # 3.12 and later, in preloop before
        if show is not None:
            show()
        else:
            self.preloop()

    def breakpoint_commands(self, number):
        """Runs the lines of `commands` of a breakpoint. Returns (the place is shown, the program goes on)."""
        lines = self.commands.get(number, ())
        silent = bool(getattr(self, 'commands_silent', {}).get(number))
        goes_on = not getattr(self, 'commands_doprompt', {}).get(number, True)
        lastcmd = self.lastcmd
        for line in list(lines):
            if line.startswith('_pdbcmd_silence_frame_status'):  # how 3.14 writes `silent`
                silent = True
            elif self.run_line(line, expand=False):
                goes_on = True
                break
        self.lastcmd = lastcmd
        return not silent, goes_on

    # Run control: the engine traces ---------------------------------------------------------------

    def _step(self, kind, **more):
        self.stepped = True
        self.thread.step(kind, console=True, **more)

    def set_step(self):
        self._step('step')

    def set_stepinstr(self):
        self._step('step')

    def set_next(self, frame):
        self._step('next', frame=frame)

    def set_return(self, frame):
        self._step('return', frame=frame)

    def set_until(self, frame, lineno=None):
        self._step('until', frame=frame, line=frame.f_lineno + 1 if lineno is None else lineno)

    def set_continue(self):
        self._step('continue')

    def set_quit(self):
        self._step('quit')

    def set_trace(self, frame=None, **_more):
        """`pdb.set_trace()` on the console's own object: the thread is stopped already."""

    # Commands whose way differs -------------------------------------------------------------------

    def do_jump(self, arg):
        before = self.stack[self.curindex]
        result = super().do_jump(arg)
        if self.stack[self.curindex] is not before:
            self.console.jumped(self.thread, self.stack[self.curindex][1])
        return result

    do_j = do_jump

    def do_run(self, arg):
        import shlex
        arguments = None
        if arg:
            try:
                arguments = shlex.split(arg)
            except ValueError as error:
                self.error('Cannot run %s: %s' % (arg, error))
                return
        self.message('Restarting %s with arguments:' % self.mainpyfile)
        self.message('\t' + ' '.join(sys.argv[1:] if arguments is None else arguments))
        self.console.restart(self.thread, arguments)

    do_restart = do_run

    def do_interact(self, arg):
        try:
            super().do_interact(arg)
        except SystemExit:  # exit() and quit(): before 3.13 they would end the program
            pass

    def do_debug(self, arg):
        trace = sys.gettrace()
        with self.console.engine_muted(self.thread):
            sys.settrace(None)
            try:
                debugger = self.console.nested_debugger(self)
                self.message('ENTERING RECURSIVE DEBUGGER')
                try:
                    sys.call_tracing(debugger.run, (arg, self.curframe.f_globals, self.curframe_locals))
                except Exception as error:
                    self.error(tracebacks.format_exception_only(type(error), error)[-1].strip())
                self.message('LEAVING RECURSIVE DEBUGGER')
                self.lastcmd = debugger.lastcmd
            finally:
                sys.settrace(trace)


# `help` shows pdb's own words for the commands above.
for _name in ('do_jump', 'do_run', 'do_interact', 'do_debug'):
    getattr(ConsolePdb, _name).__doc__ = getattr(pdb.Pdb, _name).__doc__


class NestedPdb(SharedBreakpoints):
    """A mixin for the debugger of `debug`: it traces by itself, and reads its commands from prompts."""

    def begin(self, outer):
        self.engine = outer.engine
        self.aliases.update(outer.aliases)
        self.mainpyfile = outer.mainpyfile
        self.use_rawinput = 0
        self.prompt = '(%s) ' % outer.prompt.strip()


def make_debugger(mixin, base, stdin, stdout, **options):
    """An object of a class made of a mixin above and pdb.Pdb, or one derived from it."""
    made = type(mixin.__name__, (mixin, base), {})
    with without_readline():
        return made(completekey=None, stdin=stdin, stdout=stdout, nosigint=True, readrc=False, **options)


@contextlib.contextmanager
def without_readline():
    """pdb imports readline and sets the delimiters of its completer: the program's own input() is not to be changed."""
    absent = object()
    kept = sys.modules.get('readline', absent)
    sys.modules['readline'] = None
    try:
        yield
    finally:
        if kept is absent:
            del sys.modules['readline']
        else:
            sys.modules['readline'] = kept
