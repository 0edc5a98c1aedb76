"""Connects the standard input and output of this process with a program that listens on the loopback of the same machine or container:

    docker exec -i CONTAINER python -m heatline_pdb --relay PORT
    ssh HOST python -m heatline_pdb --relay PORT

Bytes go both ways as they are, but for the first line of the client: when it brings no token, the one that the program has written for
its user is added, so that nobody has to copy it out of a container. What cannot be done is said as the program itself would refuse:
one line `{"error": "..."}`.
"""
import json
import os
import socket
import sys

from .tokens import read_token

_FIRST_LINE = 65536


def relay(port, stdin=0, stdout=1):
    """Runs until either side ends; returns the exit code. `stdin` and `stdout` are file descriptors."""
    import _thread
    if not 0 < port < 65536:
        return _refuse(stdout, '%d is no port: ports are 1 to 65535.' % port)
    try:
        sock = socket.create_connection(('127.0.0.1', port), timeout=20)
    except OSError as problem:
        return _refuse(stdout, 'Nothing listens on 127.0.0.1:%d here (%s). Is the program running, and was it started with '
                               '`-m heatline_pdb --listen %d` or does it call heatline_pdb.listen(%d)?' % (port, problem.strerror or problem, port, port))
    sock.settimeout(None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _thread.start_new_thread(_upward, (stdin, sock, port))
    try:
        while True:
            data = sock.recv(65536)
            if not data:
                return 0
            _write(stdout, data)
    except (OSError, KeyboardInterrupt):
        return 1
    finally:
        sock.close()


def _upward(stdin, sock, port):
    """From the client to the program; ends the connection when the client has gone."""
    first = b''
    try:
        while b'\n' not in first and len(first) < _FIRST_LINE:
            data = os.read(stdin, 65536)
            if not data:
                break
            first += data
        line, newline, rest = first.partition(b'\n')
        sock.sendall(with_token(line, port) + newline + rest)
        while True:
            data = os.read(stdin, 65536)
            if not data:
                break
            sock.sendall(data)
    except OSError:
        pass
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def with_token(line, port):
    """The client's first line, with the token of the program on that port when it brings none."""
    try:
        message = json.loads(line.decode('utf-8'))
        attach = message['attach']
        if attach.get('token'):
            return line
    except (ValueError, KeyError, TypeError, AttributeError):
        return line
    token = read_token(port)
    if token is None:
        return line
    attach['token'] = token
    return json.dumps(message).encode('utf-8')


def _write(file, data):
    while data:
        data = data[os.write(file, data):]


def _refuse(stdout, words):
    _write(stdout, json.dumps({'error': words}).encode('utf-8') + b'\n')
    sys.stderr.write('heatline_pdb: %s\n' % words)
    return 1
