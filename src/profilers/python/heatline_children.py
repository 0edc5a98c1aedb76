"""Takes profiling into the processes that a profiled program makes.

Forked children go on with a profile of their own (heatline_session.py, heatline_cprofile.py). Python programs that are started find,
through PYTHONPATH, our sitecustomize in the folder `hook`, which calls go_on(); what they shall do stands in one variable of the
environment. Programs in other languages see two variables that mean nothing to them. Not followed are programs
that are started with an environment without these, or with python -I, -E or -S.

Each process writes a file beside the first one: `samples-PID.ending`, or `samples-PID-2.ending` when one PID made several (os.exec).

Standard library only, CPython 3.6 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import os
import sys

from heatline_runner import own_file

VARIABLE = 'HEATLINE_PYTHON'
# Helpers of multiprocessing, which only wait.
_IDLE = ('from multiprocessing.resource_tracker import', 'from multiprocessing.semaphore_tracker import')
_FORK_SERVER = 'from multiprocessing.forkserver import'

_exit, _getpid = os._exit, os.getpid


def publish(folder, words):
    """Has Python programs started from now on call the tool named by the first word, whose start_child() gets the others."""
    os.environ[VARIABLE] = '\n'.join(words)
    hook, path = os.path.join(folder, 'hook'), os.environ.get('PYTHONPATH')
    if not path:
        os.environ['PYTHONPATH'] = hook
    elif hook not in path.split(os.pathsep):
        os.environ['PYTHONPATH'] = hook + os.pathsep + path


def go_on():
    """For the started program, before its first instruction."""
    own_file(sys._getframe(1).f_code)
    words = os.environ.get(VARIABLE, '').split('\n')
    command = command_words()
    if len(words) < 2 or any([word.startswith(_IDLE) for word in command]):
        return
    only_forks = any([word.startswith(_FORK_SERVER) for word in command])
    if words[0] == 'sample':
        import heatline_session as tool
    else:
        import heatline_calls as tool
    tool.start_child(words[1:], only_forks)


def file_of_child(path, attempt=0):
    """The name of this process's file, given the first process's."""
    stem, ending = os.path.splitext(path)
    return '%s-%d%s%s' % (stem, _getpid(), '-%d' % (attempt + 1) if attempt else '', ending)


def command_words():
    """What this process was started with, options of the interpreter included."""
    try:
        with open('/proc/self/cmdline', 'rb') as stream:
            return [os.fsdecode(word) for word in stream.read().split(b'\0')[:-1]]
    except OSError:
        return list(getattr(sys, 'orig_argv', None) or getattr(sys, 'argv', None) or [])


def process_name():
    """What a person would call this process: its name in multiprocessing, else its program."""
    module = sys.modules.get('multiprocessing.process')
    name = getattr(getattr(module, '_current_process', None), '_name', None)
    if name and name != 'MainProcess':
        return str(name)
    words = getattr(sys, 'argv', None) or ['']
    if words[0] in ('-c', '-m', ''):
        command = command_words()
        if '-m' in command[:-1]:
            return 'python -m ' + command[command.index('-m') + 1]
        return 'python -c' if '-c' in command else 'python'
    return os.path.basename(words[0]) or 'python'


def guard_exits(end, again):
    """Calls end() before os._exit() and os.exec*(), which leave no time later, and again() when an os.exec*() has failed."""
    def leave(status):
        end()
        _exit(status)
    leave.__name__ = '_exit'
    leave.__doc__ = os._exit.__doc__
    os._exit = leave
    # All of os.exec* end in these two.
    for name in ('execv', 'execve'):
        setattr(os, name, _ended_before(end, again, getattr(os, name)))


def _ended_before(end, again, original):
    def execute(*arguments, **named):
        end()
        try:
            return original(*arguments, **named)
        finally:
            again()
    execute.__name__ = original.__name__
    execute.__doc__ = original.__doc__
    return execute


own_file(command_words.__code__)
