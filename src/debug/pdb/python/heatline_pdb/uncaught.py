"""Exceptions that end a program we did not start ourselves, or one of its threads or processes: they stop when the filter "uncaught" is on."""
import sys
import threading

from . import files, imports, sessions

_watching = False


def watch():
    """Once in a process: sys.excepthook, threading.excepthook and processes of multiprocessing are looked at first."""
    global _watching
    if _watching:
        return
    _watching = True
    main_hook, thread_hook = sys.excepthook, threading.excepthook

    def excepthook(kind, value, traceback):
        stop(value, traceback, 'uncaught')
        main_hook(kind, value, traceback)

    def thread_excepthook(arguments):
        if arguments.exc_type is not SystemExit:
            stop(arguments.exc_value, arguments.exc_traceback, 'uncaught, ends the thread')
        thread_hook(arguments)
    sys.excepthook, threading.excepthook = excepthook, thread_excepthook
    imports.after('multiprocessing.process', _watch_processes)


def _watch_processes(module):
    run = module.BaseProcess.run

    def watched(self):
        try:
            run(self)
        except Exception as problem:
            # The process's own code below prints it and ends the process, so that no excepthook sees it.
            stop(problem, problem.__traceback__, 'uncaught, ends the process')
            raise
    watched.__doc__ = run.__doc__
    module.BaseProcess.run = watched


def stop(value, traceback, how):
    """Stops with the exception, when the person wants to see such ones."""
    engine = sessions.engine
    if engine is None or value is None or traceback is None or not engine.exceptions.wants('uncaught', type(value)):
        return
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(files.OWN):
        traceback = traceback.tb_next
    engine.post_mortem(traceback, value, text=text_of(value), description='%s (%s)' % (type(value).__name__, how))


def text_of(value):
    """str() of an exception, however it goes."""
    try:
        return str(value)[:1000]
    except BaseException as problem:
        return '<str() failed: %s>' % type(problem).__name__
