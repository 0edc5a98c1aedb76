"""The Debug Console: pdb's commands, on whichever thread is stopped.

One pdb object serves all threads. It is made when the console is used, or at the first stop when there is a .pdbrc.
"""
import contextlib
import os
import pdb
import sys
import threading

from .console_completion import complete
from .console_output import ConsoleOutput, Streams
from .console_pdb import ConsolePdb, NestedPdb, make_debugger
from .interruption import Interruption
from .pdbrc import rc_paths, read_rc
from .prompts import ConsoleInput
from .typed import dedent_lines

#: Seconds that a command waits for the one of another thread.
WAIT_SECONDS = 2.0


class ConsoleBusy(RuntimeError):
    """Another thread's command has not ended."""


def has_pdbrc():
    """Whether there is a .pdbrc: then the first stop is wanted even when the program is to run at once, as in pdb."""
    return any(os.path.isfile(path) for path in rc_paths())


class Console:
    """pdb's commands for the editor's Debug Console."""

    def __init__(self, engine):
        self.engine = engine
        self._lock = threading.RLock()
        self._interruption = Interruption()
        self.output = ConsoleOutput(self._send_output)
        self.stdin = ConsoleInput(self.output, self._ask)
        self._streams = Streams(self.stdin, self.output)
        self._pdb = None
        self._base = pdb.Pdb
        self._nested_options = {}
        self._rc_read = False
        self._from_console = False
        self._client_frames = {}

    # Called on the stopped thread -----------------------------------------------------------------

    def run(self, text, thread, stackframe):
        """Runs what was typed: a command, an expression, statements, or several lines of them.

        Returns {'result', 'variablesReference', 'resumed'} and, for an expression with a structured value, what DAP's
        evaluate says about it. Raises ConsoleBusy when the command of another thread goes on.
        """
        if self.stdin.asked:
            # The command that runs has asked for a line, and the client sends it this way.
            self.stdin.feed(text)
            return {'result': '', 'variablesReference': 0, 'resumed': False}
        self._begin(thread)
        try:
            with self._session(thread) as debugger:
                self._choose_frame(debugger, thread, stackframe)
                debugger.shown = []
                mark = self.output.mark()
                lines = dedent_lines(text)
                self.stdin.ahead.extend(lines)
                resumed = debugger.run_typed(self.stdin.ahead) or debugger.stepped
                value = self._shown_value(debugger, mark) if len(lines) == 1 and not resumed else None
                if resumed:
                    self._resume(debugger, thread)
            answer = {'variablesReference': 0}
            if value is not None:
                answer.update(self._present(value[0]))
            answer.update(result=self._left[:-1] if self._left.endswith('\n') else self._left, resumed=resumed)
            return answer
        finally:
            self._lock.release()

    def _present(self, value):
        try:
            return self.engine.values.present(value)
        except Exception:
            return {}  # pdb's text is the answer then, without anything to expand

    def at_stop(self, thread):
        """What pdb does when it stops: .pdbrc, the commands of the breakpoint, the place, `display`, lines typed ahead.

        Returns True when one of these lets the program go on. What they print is sent as output events.
        """
        if self._pdb is None and not self._rc_read and not has_pdbrc():
            return False
        try:
            self._begin(thread)
        except ConsoleBusy:
            return False
        try:
            with self._session(thread) as debugger:
                resumed = self._stop_actions(debugger, thread)
                if resumed:
                    if not debugger.stepped:
                        thread.step('continue')
                    self._resume(debugger, thread)
            self._send_output(self._left)
            return resumed
        finally:
            self._lock.release()

    def location_text(self, thread):
        """What pdb prints when it stops at a place: `> file(line)function()` and `-> source`; at_stop prints it itself."""
        self._begin(thread)
        try:
            with self._session(thread) as debugger:
                debugger.print_place()
            return self._left
        finally:
            self._lock.release()

    # Called on the reader thread ------------------------------------------------------------------

    def input(self, text):
        """A line for whoever prompted; None for the end of the input (Ctrl-D)."""
        self.stdin.feed(text)

    def interrupt(self):
        """Breaks the evaluation that runs, or the prompt that waits. Says whether there was one."""
        return self.stdin.interrupt() or self._interruption.interrupt()

    def close(self):
        """The adapter is gone: prompts end."""
        self.stdin.end_for_good()

    def complete(self, text, column, stackframe):
        """Completions of a console line: commands, and arguments as the command takes them (DAP's CompletionItem list).

        `column` counts from 1, as in DAP's request; `stackframe` is where names are looked up.
        """
        with self._lock:
            debugger = self._debugger()
            if self._use_thread(debugger, stackframe):
                return complete(debugger, text, column)
            return []

    # Sessions: one command, or the actions of one stop --------------------------------------------

    def _begin(self, thread):
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise ConsoleBusy('The console still runs a command on another thread. Break it first (the interrupt button, or '
                              'Ctrl-C in the console), or answer its prompt.')

    @contextlib.contextmanager
    def _session(self, thread):
        self._left = ''
        self.output.start()
        self.stdin.serve(thread)
        try:
            with self._streams:
                with self._interruption.breakable():
                    debugger = self._debugger()
                    debugger.bind(thread)
                    debugger.stepped = False
                    yield debugger
        finally:
            self.stdin.finish()
            self._left = self.output.stop()

    def _debugger(self):
        if self._pdb is None:
            self._base, options, warning = self._choose_base()
            self._nested_options = options
            self._pdb = make_debugger(ConsolePdb, self._base, self._streams.stdin, self._streams.stdout, **options)
            self._pdb.begin(self)
            if warning:
                self._send_output(warning + '\n')
        return self._pdb

    def _choose_base(self):
        if self.engine.settings.get('console') != 'ipdb':
            return pdb.Pdb, {}, None
        from . import console_ipython
        return console_ipython.choose(self.engine.settings)

    def _use_thread(self, debugger, stackframe):
        thread = getattr(stackframe, 'thread', None)
        if thread is None:
            return False
        debugger.bind(thread)
        debugger.look_at_frame(stackframe.frame)
        return True

    def _choose_frame(self, debugger, thread, stackframe):
        """Follows the editor's choice when it has changed; else what `up` and `down` chose stays.

        An editor that is told of a selected frame may still send the one it has shown before.
        """
        if stackframe is None:
            return
        if self._client_frames.get(thread.id) != stackframe.id:
            self._client_frames[thread.id] = stackframe.id
            debugger.look_at_frame(stackframe.frame)
            self._tell_frame(debugger, tell=False)

    def _stop_actions(self, debugger, thread):
        prints_place = self._from_console
        self._from_console = False
        self._client_frames.pop(thread.id, None)
        bp = self._hit(thread)
        if prints_place:
            if bp is not None and bp.temporary:
                debugger.message('Deleted %s' % bp)
            debugger.print_event()
        resumed = self._run_rc(debugger)
        if not resumed and bp is not None and bp.number in debugger.commands:
            prints_place, resumed = debugger.breakpoint_commands(bp.number)
        if not resumed and debugger.places_late:
            resumed = debugger.run_typed(self.stdin.ahead)
            prints_place = prints_place and not resumed
        if prints_place:
            debugger.print_place()
        if not resumed:
            debugger.print_displays()
            resumed = debugger.run_typed(self.stdin.ahead)
        return resumed

    def _hit(self, thread):
        """The breakpoint at which the thread has stopped."""
        return thread.hits[0] if thread.hits else None

    def _run_rc(self, debugger):
        if self._rc_read:
            return False
        self._rc_read = True
        lines, faults = read_rc()
        for fault in faults:
            debugger.message(fault)
        if not lines:
            return False
        self.stdin.ahead.extend(lines)
        return debugger.run_typed(self.stdin.ahead)

    def _resume(self, debugger, thread):
        self._from_console = True
        debugger.release()

    def _shown_value(self, debugger, mark):
        """The value whose repr is all that was printed, as a 1-tuple; None when there is no such value."""
        if len(debugger.shown) != 1:
            return None
        text, value = self.output.text_since(mark), debugger.shown[0]
        debugger.shown = []
        return None if text is None or isinstance(value, (str, bytes, int, float, complex)) else (value,)

    # Called by the debugger while a line runs -----------------------------------------------------

    def after_line(self, debugger):
        """A line has run: the editor follows a change of the selected frame."""
        self._tell_frame(debugger, tell=True)

    def _tell_frame(self, debugger, tell):
        thread = debugger.thread
        stack = thread.stack
        index = len(stack) - 1 - debugger.curindex
        if debugger.stepped or not 0 <= index < len(stack) or index == thread.selected:
            return
        if stack[index].frame is not debugger.curframe:
            return  # `exceptions` looks at another stack
        thread.selected = index
        if tell:
            self.engine.channel.send_event('selectedFrame', {'threadId': thread.id, 'frameId': stack[index].id})

    def jumped(self, thread, line):
        """`jump` has moved the thread to another line."""
        thread.stack[0].line = line
        thread.monitored_stop = False
        self.engine.values_forget()
        self.engine.channel.send_event('stopped', {
            'reason': 'goto', 'threadId': thread.id, 'allThreadsStopped': self.engine.all_stop,
        })

    def restart(self, thread, arguments):
        """`run`: asks the adapter to start the program anew, with these arguments, or the same ones for None."""
        # After the answer to the command: the adapter ends this process.
        thread.jobs.put(lambda: self.engine.channel.send_event('restart', {'arguments': arguments}))

    def nested_debugger(self, outer):
        """The debugger that `debug` runs its code with."""
        nested = make_debugger(NestedPdb, self._base, self._streams.stdin, self._streams.stdout, **self._nested_options)
        nested.begin(outer)
        return nested

    @contextlib.contextmanager
    def engine_muted(self, thread):
        """While code of `debug` runs, the engine does not stop this thread: the nested debugger does."""
        self.engine.muted.add(thread.ident)
        try:
            yield
        finally:
            self.engine.muted.discard(thread.ident)

    # The adapter ----------------------------------------------------------------------------------

    def _send_output(self, text):
        if text:
            self.engine.channel.send_event('output', {'category': 'console', 'output': text})

    def _ask(self, text):
        self.engine.channel.send_event('prompt', {'text': text})
