"""Exceptions that end a program we did not start ourselves, or one of its threads or processes: they stop when the filter "uncaught" is on."""
import sys
import threading

from . import files, imports, sessions
from .exceptions import text_of

_watching = False


def watch():
    """Once in a process: sys.excepthook, threading.excepthook and processes of multiprocessing are looked at first."""
    global _watching
    if _watching:
        return
    _watching = True
    main_hook = sys.excepthook

    def excepthook(kind, value, traceback):
        stop(sessions.engine, value, traceback, 'uncaught')
        main_hook(kind, value, traceback)
    sys.excepthook = excepthook
    watch_threads(lambda: sessions.engine)
    imports.after('multiprocessing.process', _watch_processes)


def watch_threads(current):
    """Exceptions that end a thread are looked at first. `current`: gives the engine that stops, or None."""
    program_hook = threading.excepthook

    def excepthook(arguments):
        if arguments.exc_type is not SystemExit:
            stop(current(), arguments.exc_value, arguments.exc_traceback, 'uncaught, ends the thread')
        program_hook(arguments)
    threading.excepthook = excepthook


def _watch_processes(module):
    run = module.BaseProcess.run

    def watched(self):
        try:
            run(self)
        except Exception as problem:
            # The process's own code below prints it and ends the process, so that no excepthook sees it.
            stop(sessions.engine, problem, problem.__traceback__, 'uncaught, ends the process')
            raise
    watched.__doc__ = run.__doc__
    module.BaseProcess.run = watched


def stop(engine, value, traceback, how):
    """Stops with the exception, when the person wants to see such ones."""
    if engine is None or value is None or traceback is None or not engine.exceptions.wants('uncaught', type(value)):
        return
    engine.post_mortem(files.own_frames_off(traceback), value, text=text_of(value), description='%s (%s)' % (type(value).__name__, how))
