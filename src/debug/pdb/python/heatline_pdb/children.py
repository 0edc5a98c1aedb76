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
# Adapters that a child of a child of a child still knows.
_MOST_SERVERS = 4
# Helpers of multiprocessing, which only wait.
_IDLE = ('from multiprocessing.resource_tracker import', 'from multiprocessing.semaphore_tracker import')
_FORK_AND_EXEC = (('subprocess', '_execute_child'), ('os', '_spawnvef'))
_FORK_SERVER = 'from multiprocessing.forkserver import'

# What else has to be put right in a forked child.
_in_child = []
# {host, port, key, wait} of the adapters' child servers; empty while children are not followed. A child has its parent's before the one of its own
# session: that session ends with the process, which may be about to leave its children alone, or to become another program.
_servers = []


def install(engine, settings):
    """Called before the program runs, and when a client attaches: from now on children are debugged, if the settings want it."""
    from . import sessions
    server = settings.get('childServer')
    if settings.get('subProcess') is False:
        follow([])
    elif server:
        own = dict(server, wait=settings.get('childTimeout') or _WAIT)
        follow([each for each in _servers if each['port'] != own['port']][:_MOST_SERVERS] + [own])
    forks.install(forked, own_threads.idents)
    sessions.guard_ends()
    if os.name != 'nt':
        from . import descriptors
        descriptors.guard()


def follow(servers):
    """Sets the child servers for this process and all that it starts from now on; none: children run without a debugger."""
    global _servers
    _servers = servers
    environment.publish(json.dumps(servers) if servers else None)


def go_on():
    """For a started child, called by its sitecustomize before the program's first instruction."""
    told = environment.take()
    if told is None:
        return
    command = _command()
    if any(word.startswith(_IDLE) for word in command):
        return
    follow(json.loads(told))
    if any(word.startswith(_FORK_SERVER) for word in command):
        forks.install(forked, own_threads.idents)
        return
    _open()


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
    if not _servers or _only_execs():
        return
    # A child that was forked by what a person typed in the console is what that person is looking at already.
    if not stopped_here:
        _open()


def _only_execs():
    """True in a child that is about to become another program: of subprocess with a preexec_fn, whose parent waits for that, and of os.spawn*()."""
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get('__package__') == __package__:
        frame = frame.f_back
    return frame is not None and (frame.f_globals.get('__name__'), frame.f_code.co_name) in _FORK_AND_EXEC


def _open():
    from . import sessions
    from .tokens import new_token
    session = sessions.open_door('127.0.0.1', 0, new_token())
    wait = None
    for server in list(_servers):
        try:
            _announce(server, session.door)
        except OSError:
            # This adapter has gone: this process's children need not ask it.
            _servers.remove(server)
            continue
        wait = server.get('wait') or _WAIT
        break
    follow(_servers)
    if wait is None:
        session.close()
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
