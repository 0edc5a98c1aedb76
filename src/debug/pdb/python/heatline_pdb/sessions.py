"""Debuggers that come to a running program: children of a debugged one, and programs that listen.

A Session is a door (door.py) and what is behind it: each client that is let in gets an engine of its own; when it goes, nothing of
the debugger is left on the program's threads.
"""
import atexit
import os
import sys
import threading

from . import descriptors, own_threads
from .door import Door

# The engine of the client that is there, also of the adapter that launched the program; None without one.
engine = None
_ends_guarded = False
_exit = os._exit


def adopt(new_engine):
    """Notes the engine of this process."""
    global engine
    engine = new_engine
    if new_engine is not None and new_engine.untraced is not own_threads.idents:
        own_threads.idents |= new_engine.untraced
        new_engine.untraced = own_threads.idents


class Session:
    """A program that listens. `ready` is set while a client is there that has let the program run."""

    def __init__(self, host, port, token):
        self.ready = threading.Event()
        # Whether a client has been there.
        self.visited = False
        self.door = Door(host, port, token, _hello, self._serve)
        _open.append(self)
        atexit.unregister(_settle)
        atexit.register(_settle)

    def wait(self, timeout=None):
        """Waits, on the program's thread, until a client lets it run; False when none does in time (one that has begun may take longer)."""
        door = self.door
        if not self.ready.wait(timeout):
            if not door.occupied:
                return False
            # Somebody is here, and sends breakpoints.
            while not self.ready.wait(0.5):
                if not door.occupied:
                    return False
        enter(sys._getframe(1))
        return True

    def close(self):
        """Lets nobody in any more."""
        self.door.close()
        if self in _open:
            _open.remove(self)

    def abandon(self):
        """In the child of a fork."""
        self.door.abandon()

    def _serve(self, sock):
        """A client, from its first request to its last; on a thread of ours."""
        from . import wire
        from .engine import Engine
        from .requests import Requests
        self.visited = True
        new = Engine(wire.Channel(sock))
        adopt(new)
        started = []

        def run():
            if not started:
                started.append(True)
                self._start(new)
            self.ready.set()
        try:
            Requests(new, lambda: run).serve()
        except BaseException:
            import traceback
            new.output('stderr', 'The debugger in the program failed:\n' + traceback.format_exc())
        finally:
            self.ready.clear()
            adopt(None)
            new.detach()
            new.channel.close()
            _forget_breakpoints()

    def _start(self, new):
        """The client has sent its breakpoints: from here on they count, on all threads."""
        from . import uncaught
        install(new, new.settings)
        uncaught.watch()
        new.start()
        if sys.version_info < (3, 12):
            from .everywhere import set_everywhere
            left = set_everywhere(new.tracer.trace, lambda: enter(sys._getframe(1)))
            if left:
                names = sorted(new.thread_of(ident).name for ident in left)
                new.output('important', 'Python %d.%d lets a debugger into threads only when they start: %s ran before and %s not debugged.\n' % (
                    sys.version_info[0], sys.version_info[1], ', '.join(names), 'is' if len(names) == 1 else 'are'))
        new.update()


# Sessions that listen in this process.
_open = []


def _settle():
    current = engine
    if current is not None and current.requests is not None and current.channel.connected:
        current.requests.settle()


def install(new_engine, settings):
    """What the program may do that concerns a debugger: called before it runs, and when a client has attached."""
    from . import children, hooks
    adopt(new_engine)
    children.install(new_engine, settings)
    hooks.install(new_engine, settings)


def enter(frame):
    """On a thread of the program: what its engine traces, it traces from `frame` on."""
    current = engine
    if current is not None and not current.detached and current.tracer is not None:
        current.run_free(current.current(), frame)


def abandon():
    """In the child of a fork: the debugger, its connection and its threads are the parent's. True when the fork was made at a stop of this thread."""
    global engine
    own_threads.idents.clear()
    for session in _open:
        session.abandon()
    del _open[:]
    old, engine = engine, None
    if old is None:
        return False
    if old.channel.sock is not None:
        descriptors.forget(old.channel.sock)
    old.channel.abandon()
    # Whatever other threads held at the moment of the fork is held for ever.
    old.lock = threading.RLock()
    stopped = [thread for thread in old._threads.values() if thread.ident == threading.get_ident() and thread.stopped]
    tracer, old.tracer = old.tracer, None
    old.detached = True
    old.parking = old.any_pause = False
    if tracer is not None:
        tracer.stop()
    from .stepping import untrace
    untrace(sys._getframe(1))
    for thread in stopped:
        thread.stopped = False
        # Its loop ends as soon as what was asked for is done.
        thread.jobs.put(None)
    _forget_breakpoints()
    return bool(stopped)


def _forget_breakpoints():
    """The next client brings its own."""
    bdb = sys.modules.get('bdb')
    if bdb is not None:
        bdb.Breakpoint.bpbynumber[:] = [None]
        bdb.Breakpoint.bplist.clear()
        bdb.Breakpoint.next = 1


def _hello():
    from .command import hello
    body = hello('')['hello']
    body.pop('token', None)
    return body


def guard_ends():
    """Before os._exit() and os.exec*(), which leave no time later, the editor is told what happens."""
    global _ends_guarded
    if _ends_guarded:
        return
    _ends_guarded = True

    def leave(status):
        _tell_end('os._exit', 'The program called os._exit(%s).' % (status,), status)
        _exit(status)
    leave.__name__, leave.__doc__ = '_exit', os._exit.__doc__
    os._exit = leave
    for name in ('execv', 'execve'):
        if hasattr(os, name):
            setattr(os, name, _told_before(getattr(os, name)))


def _told_before(original):
    def execute(path, *arguments, **named):
        _tell_end('exec', 'The program replaced itself by %s (os.exec).' % (os.fsdecode(path) if isinstance(path, (str, bytes)) else path,))
        return original(path, *arguments, **named)
    execute.__name__, execute.__doc__ = original.__name__, original.__doc__
    return execute


def _tell_end(reason, message, status=None):
    current = engine
    if current is None or not current.channel.connected:
        return
    try:
        current.requests.settle()
        if not (reason == 'os._exit' and _is_worker()):
            current.channel.send_event('terminating', {'reason': reason, 'message': message})
        if status is not None:
            current.channel.send_event('exited', {'exitCode': status})
    except Exception:
        # Whatever it is: the program ends here.
        pass


def _is_worker():
    """Processes of multiprocessing end by os._exit(): nothing worth a word."""
    module = sys.modules.get('multiprocessing.process')
    return getattr(module, '_parent_process', None) is not None


def open_door(host, port, token):
    """A session that listens there. OSError when it cannot."""
    return Session(host, port, token)
