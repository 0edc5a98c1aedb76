"""The adapter's requests: which thread answers each, and how."""
import linecache
import sys
import _thread

from . import lines, tasks

_ON_THE_THREAD = frozenset((
    'stackTrace', 'scopes', 'variables', 'evaluate', 'setVariable', 'setExpression', 'completions', 'exceptionInfo',
    'dataBreakpointInfo', 'stepInTargets', 'gotoTargets', 'goto',
))


class Requests:
    """Reads the channel until it ends. `on_run` is the program's side of the start: it returns what lets the program go on, or raises ValueError."""

    def __init__(self, engine, on_run=None):
        self.engine = engine
        self.on_run = on_run
        # Held while a request is answered.
        self._answering = _thread.allocate_lock()
        engine.requests = self
        self._targets = {}
        self._next_target = 1

    def serve(self):
        """The reader thread: returns when the adapter is gone or has said that it leaves."""
        for message in self.engine.channel.lines():
            with self._answering:
                if not self._answer(message):
                    return

    def settle(self):
        """Before the process ends: waits for the answer to what made it go on to its end."""
        if _thread.get_ident() not in self.engine.untraced and self._answering.acquire(timeout=1):
            self._answering.release()

    def _answer(self, message):
        """Answers one request; False when it was the last."""
        channel = self.engine.channel
        number, command = message.get('seq'), message.get('command')
        arguments = message.get('arguments') or {}
        if command == 'detach':
            channel.send({'answer': number, 'body': {}})
            return False
        if command == 'run':
            try:
                go = self.on_run() if self.on_run is not None else None
            except ValueError as problem:
                channel.send({'answer': number, 'error': _words(problem)})
                return True
            # Before the program goes on: a short one is over before this thread gets to it again.
            channel.send({'answer': number, 'body': {}})
            if go is not None:
                go()
            return True
        try:
            if command in _ON_THE_THREAD:
                self._later(number, command, arguments)
                return True
            handler = getattr(self, 'do_' + str(command), None)
            if handler is None:
                raise ValueError("the debugger in the program does not know '%s'" % command)
            body = handler(arguments)
        except Exception as problem:
            channel.send({'answer': number, 'error': _words(problem)})
            return True
        channel.send({'answer': number, 'body': body or {}})
        return True

    # Requests for a stopped thread.

    def _later(self, number, command, arguments):
        engine = self.engine
        thread = self._thread_for(command, arguments)

        def job():
            try:
                body = getattr(self, 'on_' + command)(arguments, thread)
            except KeyboardInterrupt:
                engine.channel.send({'answer': number, 'error': 'interrupted'})
            except BaseException as problem:
                answer = {'answer': number, 'error': _words(problem)}
                if getattr(problem, 'details', None):
                    # The traceback of an expression: more than a line of a watch can show.
                    answer['details'] = problem.details
                engine.channel.send(answer)
                if isinstance(problem, (SystemExit, GeneratorExit)):
                    return
            else:
                engine.channel.send({'answer': number, 'body': body or {}})
        real = thread if thread is not None and not isinstance(thread, tasks.TaskThread) else None
        # A thread that is let go on meanwhile answers what was put before that, and nothing more.
        with engine.lock:
            if real is None or not real.stopped:
                stopped = engine.stopped_threads()
                real = stopped[0] if stopped else None
            if real is not None:
                real.jobs.put(job)
                return
        engine.spawn(job)

    def _thread_for(self, command, arguments):
        engine = self.engine
        if 'threadId' in arguments:
            return self._thread(arguments)
        if arguments.get('frameId'):
            frame = engine.frames.by_id(arguments['frameId'])
            if frame is None:
                raise ValueError('this frame has gone on')
            return frame.thread
        stopped = engine.stopped_threads()
        return stopped[0] if stopped else None

    def _thread(self, arguments):
        number = arguments['threadId']
        if number >= tasks.FIRST:
            found = self.engine.tasks.find(number)
            if found is not None:
                return found
        for thread in self.engine.living():
            if thread.id == number:
                return thread
        raise ValueError('the thread has ended')

    def _frame(self, arguments, thread):
        if arguments.get('frameId'):
            frame = self.engine.frames.by_id(arguments['frameId'])
            if frame is None:
                raise ValueError('this frame has gone on')
            return frame
        if thread is None or not thread.stack:
            return None
        return thread.stack[thread.selected]

    def on_stackTrace(self, arguments, thread):
        if isinstance(thread, tasks.TaskThread):
            self.engine.tasks.fill(thread, self.engine.frames._ids)
        return self.engine.frames.stack_trace(thread, arguments)

    def on_scopes(self, arguments, thread):
        frame = self._frame(arguments, thread)
        returned = frame.thread.returned if frame.thread.stack and frame is frame.thread.stack[0] else None
        return {'scopes': self.engine.values.scopes(frame, returned)}

    def on_variables(self, arguments, thread):
        return self.engine.values.variables(arguments)

    def on_evaluate(self, arguments, thread):
        frame = self._frame(arguments, thread)
        if arguments.get('context') == 'repl':
            if frame is None:
                raise ValueError('the program is running: pause it, or wait for a breakpoint')
            if not hasattr(thread, 'jobs') or not thread.stopped:
                raise ValueError('commands need a thread that is stopped: choose one in the call stack')
            body = self.engine.get_console().run(arguments['expression'], thread, frame)
            if body['resumed']:
                # Takes effect after this answer was sent.
                self.engine.resume(thread)
            return body
        return self.engine.values.evaluate(arguments, frame)

    def on_setVariable(self, arguments, thread):
        return self.engine.values.set_variable(arguments)

    def on_setExpression(self, arguments, thread):
        return self.engine.values.set_expression(arguments, self._frame(arguments, thread))

    def on_completions(self, arguments, thread):
        frame = self._frame(arguments, thread)
        return self.engine.values.completions(arguments, frame, self.engine.get_console())

    def on_exceptionInfo(self, arguments, thread):
        if thread is None or not thread.exception:
            raise ValueError('the thread is not stopped at an exception')
        body = self.engine.values.exception_info(thread.exception)
        body.setdefault('breakMode', 'unhandled' if thread.event == 'postmortem' else 'always')
        return body

    def on_dataBreakpointInfo(self, arguments, thread):
        return self.engine.values.data_breakpoint_info(arguments, self._frame(arguments, thread))

    def on_stepInTargets(self, arguments, thread):
        """The functions that the line of a frame calls, by their names as they stand there."""
        frame = self._frame(arguments, thread)
        found = []
        for name, text, start, end in _calls(frame):
            found.append({'id': self._target(name), 'label': text, 'line': start[0], 'column': start[1] + 1, 'endLine': end[0], 'endColumn': end[1] + 1})
        return {'targets': found}

    def on_gotoTargets(self, arguments, thread):
        shown = self.engine.breakpoints.shown
        path, line = arguments['source'].get('path'), arguments['line']
        for each in self.engine.stopped_threads():
            code = each.stack[0].frame.f_code if each.stack and each.event == 'line' else None
            if code is None or not code.co_filename or shown(code.co_filename) != shown(path):
                continue
            start = min((start for start in lines.line_starts(code) if start >= line), default=None)
            if start is not None:
                return {'targets': [{'id': self._target(start), 'label': 'line %d' % start, 'line': start}]}
        return {'targets': []}

    def _target(self, place):
        """The number of a place to step or jump to, for the request that names it."""
        number = self._next_target
        self._next_target += 1
        self._targets[number] = place
        return number

    def on_goto(self, arguments, thread):
        line = self._targets.get(arguments['targetId'])
        if line is None or not thread.stopped:
            raise ValueError('that place is not known any more')
        self.jump(thread, line)
        return {}

    def jump(self, thread, line):
        """Sets the next line of a thread's innermost frame, and tells the adapter. ValueError with Python's reason."""
        thread.stack[0].frame.f_lineno = line
        thread.stack[0].line = line
        thread.monitored_stop = False
        self.engine.values_forget()
        self.engine.channel.send_event('stopped', {'reason': 'goto', 'threadId': thread.id, 'allThreadsStopped': self.engine.all_stop})

    # Requests at any time.

    def do_configure(self, arguments):
        self.engine.configure(arguments)

    def do_setBreakpoints(self, arguments):
        return self.engine.breakpoints.set_lines(arguments)

    def do_setFunctionBreakpoints(self, arguments):
        return self.engine.breakpoints.set_functions(arguments)

    def do_setExceptionBreakpoints(self, arguments):
        return self.engine.exceptions.set(arguments)

    def do_setDataBreakpoints(self, arguments):
        return self.engine.set_watches(arguments)

    def do_breakpointLocations(self, arguments):
        return self.engine.breakpoints.locations(arguments)

    def do_threads(self, arguments):
        engine = self.engine
        found = [{'id': thread.id, 'name': thread.name} for thread in engine.living()]
        if engine.stopped_threads():
            found += [{'id': each.id, 'name': engine.tasks.describe(each)} for each in engine.tasks.listed()]
        return {'threads': found}

    def do_modules(self, arguments):
        from .modules import modules
        return modules(self.engine, arguments)

    def do_loadedSources(self, arguments):
        from .modules import loaded_sources
        return loaded_sources(self.engine)

    def do_source(self, arguments):
        reference = arguments.get('sourceReference') or (arguments.get('source') or {}).get('sourceReference')
        return {'content': self.engine.frames.source_text(reference), 'mimeType': 'text/x-python'}

    def _go(self, arguments, kind):
        thread = self._thread(arguments)
        if isinstance(thread, tasks.TaskThread):
            # A task goes on with the thread of its loop.
            stopped = self.engine.stopped_threads()
            if not stopped:
                raise ValueError('the program is running')
            thread = stopped[0]
        single = bool(arguments.get('singleThread'))
        if kind != 'continue':
            if not thread.stopped:
                if not self.engine.parking:
                    raise ValueError('the thread is running')
                # It is in a call: it steps by stopping at the next line after it.
                thread.pause_asked = True
                self.engine._resume_all()
                self.engine.pause(thread)
                return {}
            target = self._targets.get(arguments.get('targetId'))
            frame = thread.stack[0].frame if thread.stack else None
            thread.step(kind, frame, target=target if isinstance(target, str) else None)
        self.engine.resume(thread, single)
        return {'allThreadsContinued': self.engine.all_stop and not single}

    def do_continue(self, arguments):
        return self._go(arguments, 'continue')

    def do_next(self, arguments):
        return self._go(arguments, 'next')

    def do_stepIn(self, arguments):
        return self._go(arguments, 'step')

    def do_stepOut(self, arguments):
        return self._go(arguments, 'return')

    def do_pause(self, arguments):
        number = arguments.get('threadId')
        threads = self.engine.living()
        thread = next((each for each in threads if each.id == number), threads[0] if threads else None)
        if thread is None:
            raise ValueError('the program has no thread')
        self.engine.pause(thread)

    def do_terminate(self, arguments):
        engine = self.engine
        engine.terminating = True
        engine._resume_all()
        interrupt_main(engine)

    def do_interrupt(self, arguments):
        engine = self.engine
        if engine._values is not None and engine._values.interrupt():
            return
        # Where nothing is evaluated (no longer, or not yet) the program must not be hit in its place.
        if engine._console is not None:
            engine._console.interrupt()

    def do_input(self, arguments):
        console = self.engine._console
        if console is None:
            raise ValueError('nothing waits for input')
        console.input(arguments.get('text', ''))


def interrupt_main(engine):
    """KeyboardInterrupt in the main thread, also out of a call that waits where the system can interrupt it."""
    import signal
    if hasattr(signal, 'pthread_kill') and signal.getsignal(signal.SIGINT) not in (signal.SIG_IGN, None):
        signal.pthread_kill(engine.main_ident, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _calls(frame):
    """(name, text, (line, column), (line, column)) of the calls in the statement that stands on a frame's line, in order of evaluation."""
    import ast
    filename = frame.frame.f_code.co_filename
    text = ''.join(linecache.getlines(filename, frame.frame.f_globals))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    best = None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= frame.line <= node.end_lineno:
            if best is None or node.lineno >= best.lineno:
                best = node
    if best is None:
        return []
    found = []
    waiting = [best]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, 'id', None)
            if name is not None:
                source = ast.get_source_segment(text, node.func) or name
                found.append((name, source.replace('\n', ' ') + '(…)', (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)))
        for child in ast.iter_child_nodes(node):
            # What is defined on the line does not run on it; the body of a compound statement is other lines.
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
                continue
            if isinstance(child, ast.stmt) and isinstance(node, ast.stmt):
                continue
            waiting.append(child)
    # Arguments are called before the function they are given to.
    return sorted(found, key=lambda call: (call[3], call[2]))


def _words(problem):
    text = str(problem)
    if isinstance(problem, (ValueError, RuntimeError)) and text:
        return text
    return '%s: %s' % (type(problem).__name__, text) if text else type(problem).__name__
