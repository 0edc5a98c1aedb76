"""Runs code of the program that may be slow or never come back (a repr, a property) on a thread of ours, for a limited time."""
import _thread
import contextvars
import os
from _queue import Empty, SimpleQueue

from . import own_threads
from .async_exceptions import raise_in, settle

# Seconds for a call that names no time.
TIMEOUT = 1.0
# Calls that do not come back (they hang in C, or catch everything) keep their thread; with this many no further call is made.
MOST_ABANDONED = 8
# Seconds after which a thread without work ends.
_IDLE = 10.0

_lock = _thread.allocate_lock()
_idle = []
_abandoned = set()
# Idents of threads that run a call.
_working = set()


class Abandoned(BaseException):
    """Raised inside a call that has taken too long, so that it ends."""


class _Job:
    def __init__(self, function):
        self.function = function
        # The decimal context, context variables: the call sees those of the thread that it stands in for.
        self.context = contextvars.copy_context()
        self.done = _thread.allocate_lock()
        self.done.acquire()
        self.value = self.error = None
        self.is_late = False


class _Worker:
    def __init__(self):
        self.jobs = SimpleQueue()
        self.ident = None

    def serve(self):
        self.ident = _thread.get_ident()
        try:
            while True:
                try:
                    job = self.jobs.get(timeout=_IDLE)
                except Empty:
                    with _lock:
                        if self in _idle:
                            _idle.remove(self)
                            return
                    continue
                if not self._run(job):
                    return
        except Abandoned:
            pass
        finally:
            self._leave()

    def _run(self, job):
        """True when the thread is to go on serving."""
        _working.add(self.ident)
        try:
            job.value = job.context.run(job.function)
        except BaseException as error:
            job.error = error
        _working.discard(self.ident)
        with _lock:
            if job.is_late:
                return False
            _idle.append(self)
        job.done.release()
        return True

    def _leave(self):
        # Asked to end once more while it ends: that must not reach the bottom of the thread.
        while True:
            try:
                settle(Abandoned)
                _working.discard(self.ident)
                with _lock:
                    _abandoned.discard(self)
                settle(Abandoned)
                return
            except Abandoned:
                continue

    def ask_to_end(self):
        """Raises Abandoned in the thread, at its next line of Python."""
        if self in _abandoned and self.ident is not None:
            raise_in(self.ident, Abandoned, lambda: self not in _abandoned)


def _after_fork():
    """The child of a fork has no threads but the one that forked."""
    global _lock
    _lock = _thread.allocate_lock()
    _idle.clear()
    _abandoned.clear()
    _working.clear()


if hasattr(os, 'register_at_fork'):
    os.register_at_fork(after_in_child=_after_fork)


def _take():
    """A worker that waits for a job."""
    with _lock:
        if _idle:
            return _idle.pop()
        late = list(_abandoned)
    for worker in late:
        # It may have swallowed the first one.
        worker.ask_to_end()
    if len(late) >= MOST_ABANDONED:
        raise TimeoutError('%d earlier calls of the program\'s code have not come back: none is made until they do' % len(late))
    worker = _Worker()
    own_threads.spawn(worker.serve)
    return worker


def run_watched(function, timeout=None):
    """What the function returns or raises; TimeoutError when it takes longer than `timeout` seconds.

    The function runs on another thread, neither traced nor stopped, with the caller's context variables. After the time
    an exception asks it to end; a call that hangs in C stays behind, and there may be MOST_ABANDONED of those.
    """
    if _thread.get_ident() in _working:
        # Inside of such a call already.
        return function()
    job = _Job(function)
    worker = _take()
    worker.jobs.put(job)
    seconds = TIMEOUT if timeout is None else max(timeout, 0.001)
    is_done = False
    try:
        is_done = job.done.acquire(True, seconds)
    finally:
        if not is_done:
            _abandon(worker, job)
    if not is_done:
        raise TimeoutError('it took longer than %g s' % seconds)
    error = job.error
    if error is not None:
        job.error = None
        raise error
    return job.value


def _abandon(worker, job):
    with _lock:
        if worker in _idle:
            # It has ended this very moment.
            return
        job.is_late = True
        _abandoned.add(worker)
    worker.ask_to_end()


def abandoned_count():
    """How many calls have been given up and have not come back."""
    return len(_abandoned)
