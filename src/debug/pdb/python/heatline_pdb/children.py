"""Child processes of the debugged program: each gets a session of its own in the editor.

A forked child drops its parent's debugger (forks.py), a started Python program finds us through its sitecustomize (environment.py). Both then
open a door on the loopback interface (door.py) and tell the adapter's child server where: one line
`{"child": {"pid", "name", "host", "port", "token"}, "key": K}`, and close that connection. They wait for their client for some seconds and go
on without a debugger when none comes. The parent waits for nothing. Children of a child work the same; when a parent ends, its children
go on or end as they would without a debugger.
"""
import json
import os
import socket
import sys

from . import environment, forks, own_threads

# Seconds that a child waits for its client, unless the settings say otherwise.
_WAIT = 10
# Helpers of multiprocessing, which only wait.
_IDLE = ('from multiprocessing.resource_tracker import', 'from multiprocessing.semaphore_tracker import')
_FORK_AND_EXEC = (('subprocess', '_execute_child'), ('os', '_spawnvef'))
_FORK_SERVER = 'from multiprocessing.forkserver import'

# What else has to be put right in a forked child.
_in_child = []
# {host, port, key, wait} of the adapter's child server; None while children are not followed.
_server = None


def install(engine, settings):
    """Called before the program runs, and when a client attaches: from now on children are debugged, if the settings want it."""
    from . import sessions
    server = settings.get('childServer')
    if settings.get('subProcess') is False:
        follow(None)
    elif server:
        follow(dict(server, wait=settings.get('childTimeout') or _WAIT))
    forks.install(forked, own_threads.idents)
    sessions.guard_ends()
    if os.name != 'nt':
        from . import descriptors
        descriptors.guard()


def follow(server):
    """Sets the child server for this process and all that it starts from now on; None: children run without a debugger."""
    global _server
    _server = server
    environment.publish(json.dumps(server) if server else None)


def go_on():
    """For a started child, called by its sitecustomize before the program's first instruction."""
    told = environment.take()
    if told is None:
        return
    command = _command()
    if any(word.startswith(_IDLE) for word in command):
        return
    server = json.loads(told)
    follow(server)
    if any(word.startswith(_FORK_SERVER) for word in command):
        forks.install(forked, own_threads.idents)
        return
    _open(server)


def on_fork(function):
    """Calls a function in forked children."""
    if function not in _in_child:
        _in_child.append(function)


def forked():
    """In a forked child, in its only thread, before os.fork() returns there."""
    from . import sessions
    for function in _in_child:
        function()
    stopped_here = sessions.abandon()
    if _server is None or _only_execs():
        return
    # A child that was forked by what a person typed in the console is what that person is looking at already.
    if not stopped_here:
        _open(_server)


def _only_execs():
    """True in a child that is about to become another program: of subprocess with a preexec_fn, whose parent waits for that, and of os.spawn*()."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get('__package__') == __package__:
        frame = frame.f_back
    return frame is not None and (frame.f_globals.get('__name__'), frame.f_code.co_name) in _FORK_AND_EXEC


def _open(server):
    from . import sessions
    from .tokens import new_token
    wait = server.get('wait') or _WAIT
    session = sessions.open_door('127.0.0.1', 0, new_token())
    try:
        _announce(server, session.door)
    except OSError:
        # The adapter has gone: as without a debugger, and this process's children need not try.
        session.close()
        follow(None)
        return
    came = session.wait(wait)
    # One session for a child; its place among the editor's is not there for another.
    session.close()
    if not came and not session.visited:
        _say('the child process %d runs without a debugger: no session came for it within %g seconds.' % (os.getpid(), wait))


def _announce(server, door):
    sock = socket.create_connection((server['host'], server['port']), timeout=5)
    try:
        child = {'pid': os.getpid(), 'parent': os.getppid(), 'name': process_name(), 'host': door.host, 'port': door.port, 'token': door.token}
        sock.sendall(json.dumps({'child': child, 'key': server['key']}).encode('utf-8') + b'\n')
    finally:
        sock.close()


def _say(words):
    if sys.stderr is not None:
        try:
            sys.stderr.write('heatline_pdb: %s\n' % words)
        except (OSError, ValueError):
            pass


def _command():
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
    if words[0] not in ('', '-c', '-m'):
        return os.path.basename(words[0])
    command = _command()
    for word in command:
        if word.startswith('from multiprocessing.'):
            return 'multiprocessing (%s)' % word.split()[1].rpartition('.')[2]
    for index, word in enumerate(command[1:], 1):
        if word == '-m' and index + 1 < len(command):
            return 'python -m ' + command[index + 1]
        if word in ('-c', '-'):
            return 'python -c' if word == '-c' else 'python'
        if word in ('-W', '-X', '--check-hash-based-pycs'):
            continue
        if not word.startswith('-') and command[index - 1] not in ('-W', '-X', '--check-hash-based-pycs'):
            return os.path.basename(word) or 'python'
    return 'python'
