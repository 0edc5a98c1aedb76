"""The port at which a running program waits for its debugger: loopback only, with a token, for one client at a time.

A client opens with one line, and gets one line:

    → {"attach": {"token": T, "clientName": "..."}}
    ← {"hello": {"pid", "version", "implementation", "executable", "protocol"}}   or   {"error": "why, in words for the user"}

After hello, client and engine speak as they do after a launch (configure, breakpoints, run). Threads here are raw ones, so that the program
does not see them (threading.enumerate(), threading.excepthook), and they run no code of the program.
"""
import _thread
import json
import os
import socket
import time

from . import descriptors, own_threads
from .tokens import same_token

# How long a client may take for its first line, and how many may be at it.
_PATIENCE = 10
_AT_ONCE = 8
_FIRST_LINE = 65536


class Door:
    """Listens from construction on. `serve(sock)` is called on a thread of ours with each client that was let in, one after the other;
    the client has gone when it returns."""

    def __init__(self, host, port, token, hello, serve):
        self.token = token
        self._hello = hello
        self._serve = serve
        self._entering = _thread.allocate_lock()
        self._inside = None
        self._greeting = 0
        family = socket.AF_INET6 if ':' in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            # On Windows this would let others listen on the same port.
            if os.name != 'nt':
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            sock.listen(8)
        except BaseException:
            sock.close()
            raise
        self._sock = descriptors.shelter(sock)
        self.host, self.port = self._sock.getsockname()[:2]
        own_threads.spawn(self._accept, self._sock)

    @property
    def occupied(self):
        """Whether a client is inside."""
        return self._inside is not None

    def close(self):
        """Lets nobody in any more; who is inside stays."""
        sock, self._sock = self._sock, None
        if sock is not None:
            descriptors.forget(sock)
            # Wakes accept(), which close() alone does not.
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def abandon(self):
        """For the child of a fork, where the port is the parent's: closes our copy of it."""
        sock, self._sock = self._sock, None
        if sock is not None:
            descriptors.forget(sock)
            sock.close()

    def _accept(self, sock):
        while self._sock is sock:
            try:
                client, _ = sock.accept()
            except OSError:
                if self._sock is not sock:
                    return
                # No descriptors left, or the client went at once.
                time.sleep(0.1)
                continue
            if self._greeting >= _AT_ONCE:
                client.close()
                continue
            self._greeting += 1
            try:
                own_threads.spawn(self._greet, client)
            except RuntimeError:
                self._greeting -= 1
                client.close()

    def _greet(self, client):
        try:
            refusal = self._check(client)
            if refusal is None and not self._enter(client):
                refusal = 'Another debugger is connected to this program: it has to disconnect first.'
            if refusal is not None:
                _say(client, {'error': refusal})
                # What is unread when a socket closes resets the connection, and the refusal may be lost with it.
                client.shutdown(socket.SHUT_WR)
                client.settimeout(1)
                client.recv(_FIRST_LINE)
        except (OSError, ValueError):
            refusal = 'gone'
        finally:
            self._greeting -= 1
        if refusal is not None:
            client.close()
            return
        try:
            client.settimeout(None)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client = descriptors.shelter(client)
            _say(client, {'hello': self._hello()})
            self._serve(client)
        except OSError:
            pass
        finally:
            descriptors.forget(client)
            client.close()
            self._inside = None

    def _enter(self, client):
        with self._entering:
            if self._inside is not None:
                return False
            self._inside = client
            return True

    def _check(self, client):
        """Reads the first line: why this client is not let in, or None."""
        client.settimeout(_PATIENCE)
        line = b''
        while not line.endswith(b'\n'):
            # Byte by byte, so that nothing of what comes after is taken; peeking finds the end without that many calls.
            data = client.recv(4096, socket.MSG_PEEK)
            if not data or len(line) > _FIRST_LINE:
                raise OSError('no first line')
            end = data.find(b'\n')
            line += client.recv(len(data) if end < 0 else end + 1)
        try:
            attach = json.loads(line.decode('utf-8'))['attach']
            token = attach.get('token')
        except (ValueError, KeyError, TypeError, AttributeError):
            return 'This is the port of a Python program that waits for its debugger (heatline_pdb): it did not understand what was sent.'
        if same_token(token, self.token):
            return None
        if not token:
            return 'A token is needed: the program printed it when it began to listen.'
        return 'This is not the token of this program: it printed the right one when it began to listen.'


def _say(sock, message):
    sock.sendall(json.dumps(message).encode('utf-8') + b'\n')
