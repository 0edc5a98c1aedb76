"""listen(): a program that runs by itself opens a port for a debugger.

While nobody is attached nothing is traced, and the engine is not even loaded. Loopback only: whoever can talk to the debugger can run any code
as the program's user, and a token in clear text is no protection on a network.
"""
import atexit
import os
import sys

_session = None


class Refused(ValueError):
    """An address that is not offered; words for the user."""


def parse_address(text):
    """('127.0.0.1', 5678) of '5678', 'localhost:5678' or '[::1]:5678'. ValueError with words for the user."""
    host, colon, port = str(text).rpartition(':')
    try:
        number = int(port)
    except ValueError:
        raise ValueError("'%s' is no port: say PORT or HOST:PORT, such as 5678" % text)
    return loopback(host.strip('[]') if colon else ''), checked_port(number)


def checked_port(port):
    """The port. ValueError when it cannot be one."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port < 65536:
        raise ValueError('%r is no port: ports are 0 (any free one) to 65535' % (port,))
    return port


def loopback(host):
    """The host as a loopback address. Refused for all others, with the way that there is."""
    if host in ('', 'localhost', '127.0.0.1'):
        return '127.0.0.1'
    if host == '::1':
        return host
    raise Refused(
        "heatline_pdb listens on the loopback interface only, and %s is not on it: whoever reaches the debugger can run any code here. "
        'For a program in a container or on another machine, listen on 127.0.0.1 there, and let the editor connect through '
        '`docker exec -i CONTAINER python -m heatline_pdb --relay PORT` or `ssh HOST python -m heatline_pdb --relay PORT`.' % host)


def listen(port=0, token=None, wait=False):
    """See heatline_pdb.listen."""
    global _session
    if isinstance(port, (tuple, list)):
        host, number = port
        address = loopback(host), checked_port(number)
    elif isinstance(port, str):
        address = parse_address(port)
    else:
        address = '127.0.0.1', checked_port(port)
    if token is not None and (not isinstance(token, str) or not token):
        raise ValueError('a token is a string that is not empty')
    from . import sessions, tokens
    if _session is None:
        if sessions.engine is not None:
            # Launched by an editor, or a child of such a program: a debugger is here already.
            return address
        given, token = token is not None, token or tokens.new_token()
        _session = sessions.open_door(address[0], address[1], token)
        _publish(_session.door, token, given)
        _prepare(_session)
    if wait:
        wait_for_client()
    return _session.door.host, _session.door.port


def listen_quietly(token):
    """For a debugger that attaches from outside (attach.py): {host, port, token} of this process. ValueError when it is being debugged."""
    global _session
    from . import sessions
    if sessions.engine is not None:
        raise ValueError('a debugger is connected to it already')
    if _session is None:
        _session = sessions.open_door('127.0.0.1', 0, token)
        _prepare(_session)
    door = _session.door
    return {'host': door.host, 'port': door.port, 'token': door.token}


def wait_for_client(timeout=None):
    """See heatline_pdb.wait_for_client."""
    from . import sessions
    if _session is None:
        if sessions.engine is not None:
            return True
        raise RuntimeError('the program does not listen: call heatline_pdb.listen() first')
    return _session.wait(timeout)


def _publish(door, token, given):
    from . import tokens
    path = tokens.write_token(door.port, token)
    if path is not None:
        pid = os.getpid()

        def remove():
            # A forked child that ends leaves its parent's file alone.
            if os.getpid() == pid:
                tokens.remove_token(path, token)
        atexit.register(remove)
    if sys.stderr is None:
        return
    words = 'heatline_pdb: process %d listens on %s:%d' % (os.getpid(), door.host, door.port)
    if not given:
        words += ', token %s' % token
    if path is None:
        words += ' (no folder was found to write the token to: give it to the editor)'
    try:
        sys.stderr.write(words + '\n')
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def _prepare(session):
    from . import children, forks, own_threads
    children.on_fork(_in_child)
    forks.install(children.forked, own_threads.idents)


def _in_child():
    """The port is the parent's."""
    global _session
    _session = None


def run(make_code, names, wait):
    """Runs a program (as program.prepare has made it) that listens; returns its exit code. Clients come and go, so no engine is its own."""
    from . import program, uncaught
    uncaught.watch()
    code = program.compiled(make_code)
    if code is None:
        return 1
    try:
        if wait:
            wait_for_client()
        exec(code, names)
    except SystemExit as problem:
        return program.exit_code(problem)
    except BaseException as problem:
        return program.failed(problem)
    return 0
