"""`python -m heatline_pdb --attach PID`: has a running Python process of the same user listen for a debugger.

Prints one line: {"listening": {"host", "port", "token"}}, or {"error": "why not, and what to do"}. From Python 3.14 on the interpreter itself
runs a script that others hand to it (sys.remote_exec); below, on Linux, gdb asks it to (gdb.py).
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

# Seconds for the process's main thread to come by.
_LATE = 20
_OWN_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_INSTEAD = 'Let the program listen itself: start it with `python -m heatline_pdb --listen 5678 PROGRAM`, or let it call heatline_pdb.listen(5678).'

# What runs in the process; it has FOLDER, ANSWER and TOKEN.
_SCRIPT = '''
def _attach():
    import json, os, sys
    if os.path.exists(ANSWER):
        return
    try:
        if sys.version_info < (3, 8):
            raise ValueError('it is Python %s, and Heatline debugs 3.8 and later' % sys.version.split()[0])
        if FOLDER not in sys.path:
            sys.path.append(FOLDER)
        from heatline_pdb.listening import listen_quietly
        answer = {'listening': listen_quietly(TOKEN)}
    except BaseException as problem:
        answer = {'error': '%s' % problem if isinstance(problem, ValueError) else '%s: %s' % (type(problem).__name__, problem)}
    with open(ANSWER + '.part', 'w') as file:
        file.write(json.dumps(answer))
    os.rename(ANSWER + '.part', ANSWER)
_attach()
del _attach
'''


class Refused(Exception):
    """Why it cannot be done, and what to do; words for the user."""


def attach(pid):
    """Prints the answer; returns the exit code."""
    try:
        answer = {'listening': let_listen(pid)}
    except Refused as problem:
        answer = {'error': str(problem)}
    print(json.dumps(answer), flush=True)
    return 1 if 'error' in answer else 0


def let_listen(pid):
    """{host, port, token} of the process, which listens from now on. Refused when it cannot be."""
    from .tokens import new_token
    _check(pid)
    version = python_version(pid)
    if version is None:
        raise Refused('Process %d runs no Python interpreter, as far as can be seen. Choose the process of the interpreter itself, not the one that started it.' % pid)
    folder = tempfile.mkdtemp(prefix='heatline-attach-')
    try:
        script, answer = os.path.join(folder, 'attach.py'), os.path.join(folder, 'answer')
        with open(script, 'w', encoding='utf-8') as file:
            names = ('FOLDER', _OWN_FOLDER), ('ANSWER', answer), ('TOKEN', new_token())
            file.write(''.join('%s = %s\n' % (name, ascii(value)) for name, value in names) + _SCRIPT)
        if version >= (3, 14):
            _remote_exec(pid, version, script)
            found = await_answer(pid, answer, _LATE)
        else:
            found = _by_gdb(pid, version, folder, script, answer)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if 'error' in found:
        raise Refused('Process %d cannot be debugged: %s' % (pid, found['error']))
    return found['listening']


def is_running(pid):
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _check(pid):
    if pid == os.getpid():
        raise Refused('%d is the process that asks.' % pid)
    if not 0 < pid < 1 << 31 or (os.name != 'nt' and not is_running(pid)):
        raise Refused('There is no process %d.' % pid)
    try:
        owner = os.stat('/proc/%d' % pid).st_uid
        if owner != os.getuid():
            raise Refused('Process %d belongs to another user (%d): attach as that user.' % (pid, owner))
        if os.readlink('/proc/%d/ns/mnt' % pid) != os.readlink('/proc/self/ns/mnt'):
            raise Refused('Process %d runs in a container, or sees other files than the editor does: attach from inside, or let it listen and go through `--relay`.' % pid)
        with open('/proc/%d/status' % pid) as file:
            tracer = re.search(r'^TracerPid:\s*([1-9]\d*)', file.read(), re.M)
        if tracer:
            raise Refused('Process %d is looked into by process %s already (a debugger, strace): only one can at a time.' % (pid, tracer.group(1)))
    except OSError:
        # Not Linux, or it has just ended: what follows says so.
        pass


def python_version(pid):
    """(major, minor) of the interpreter in a process, by the names of its files; None when it shows none. Away from Linux: our own version."""
    if not os.path.isdir('/proc/self'):
        return sys.version_info[:2]
    try:
        names = [os.path.basename(os.path.realpath('/proc/%d/exe' % pid))]
        with open('/proc/%d/maps' % pid) as file:
            names += [os.path.basename(line.strip()) for line in file if 'libpython' in line]
    except OSError:
        return None
    for name in names:
        found = re.search(r'python(\d)\.(\d+)', name)
        if found:
            return int(found.group(1)), int(found.group(2))
    return None


def _remote_exec(pid, version, script):
    """From 3.14 on. It has to be asked by the same version, so the process's own interpreter does it."""
    interpreter = os.path.realpath('/proc/%d/exe' % pid) if os.path.isdir('/proc/self') else sys.executable
    code = 'import sys; sys.remote_exec(int(sys.argv[1]), sys.argv[2])'
    try:
        done = subprocess.run([interpreter, '-I', '-c', code, str(pid), script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=_LATE, universal_newlines=True)
    except (OSError, subprocess.SubprocessError) as problem:
        raise Refused('Python %d.%d could not hand the debugger to process %d: %s' % (version + (pid, problem)))
    if done.returncode == 0:
        return
    words = done.stderr.strip().splitlines()[-1:] or ['exit code %d' % done.returncode]
    if 'Permission' in words[0] or 'not permitted' in words[0]:
        raise Refused('The system does not let one process look into another (%s). %s %s' % (words[0], _permission(), _INSTEAD))
    if 'disabled' in words[0]:
        raise Refused('Process %d was started with remote debugging disabled (PYTHON_DISABLE_REMOTE_DEBUG, or -X disable-remote-debug). %s' % (pid, _INSTEAD))
    raise Refused('Python %d.%d could not hand the debugger to process %d: %s' % (version + (pid, words[0])))


def _permission():
    try:
        with open('/proc/sys/kernel/yama/ptrace_scope') as file:
            scope = int(file.read())
    except (OSError, ValueError):
        scope = 0
    if scope in (1, 2):
        return 'kernel.yama.ptrace_scope is %d: `sudo sysctl -w kernel.yama.ptrace_scope=0` permits it until the next start of the machine.' % scope
    return 'The process or this container is protected against it.'


def _by_gdb(pid, version, folder, script, answer):
    if not sys.platform.startswith('linux'):
        raise Refused('Process %d runs Python %d.%d, which lets nobody in from outside: that came with 3.14. %s' % ((pid,) + version + (_INSTEAD,)))
    gdb = shutil.which('gdb')
    if gdb is None:
        raise Refused('Process %d runs Python %d.%d. Python lets a debugger in from outside from 3.14 on; below, gdb can do it, and gdb was not found: install it. Or: %s'
                      % ((pid,) + version + (_INSTEAD[0].lower() + _INSTEAD[1:],)))
    from . import injection
    try:
        return injection.run(pid, gdb, folder, script, answer)
    except injection.Failed as problem:
        permission = ' ' + _permission() if problem.forbidden else ''
        raise Refused('%s%s %s' % (problem, permission, _INSTEAD))


def await_answer(pid, answer, seconds, quietly=False):
    """What the script has written. Refused when the process ends or does not come by; with `quietly` None for the latter."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with open(answer) as file:
                return json.load(file)
        except OSError:
            pass
        if os.name != 'nt' and not is_running(pid):
            raise Refused('Process %d has ended.' % pid)
        if time.monotonic() > deadline:
            if quietly:
                return None
            raise Refused('The main thread of process %d runs no Python code at the moment: it is inside a long call of C. Try again later.' % pid)
        time.sleep(0.02)
