"""JSON lines between this process and the debug adapter (or whoever attached): one object a line, UTF-8."""
import json
import socket
import threading

from . import descriptors

# An answer larger than this is an error of ours: an editor asks for pages.
MAX_LINE = 64 * 1024 * 1024


# Not json.dumps: where the program has a breakpoint, our own sending must not come to it.
_encode = json.JSONEncoder(separators=(',', ':')).encode
_decode = json.JSONDecoder().decode


class Channel:
    """A connected socket. Sending is safe from every thread; reading belongs to one.

    A channel without a socket (nobody is attached) swallows what is sent.
    """

    def __init__(self, sock=None):
        self.sock = sock
        # Re-entrant: a signal handler of the program may run while the main thread is sending.
        self._lock = threading.RLock()

    @property
    def connected(self):
        return self.sock is not None

    def send(self, message):
        """Sends one object; False when the other side has gone."""
        sock = self.sock
        if sock is None:
            return False
        try:
            data = _encode(message).encode('ascii') + b'\n'
        except (TypeError, ValueError) as problem:
            if 'answer' not in message:
                return False
            data = _encode({'answer': message['answer'], 'error': 'the answer cannot be sent: %s' % problem}).encode('ascii') + b'\n'
        try:
            with self._lock:
                sock.sendall(data)
            return True
        except (OSError, ValueError):
            return False

    def send_event(self, name, body=None):
        """Tells the adapter something it did not ask for."""
        return self.send({'event': name, 'body': body or {}})

    def lines(self):
        """The objects that arrive, until the other side goes. What is not an object on a line ends the connection."""
        rest = b''
        sock = self.sock
        while sock is not None:
            try:
                data = sock.recv(65536)
            except OSError:
                return
            if not data:
                return
            rest += data
            if b'\n' not in data:
                if len(rest) > MAX_LINE:
                    return
                continue
            *whole, rest = rest.split(b'\n')
            for line in whole:
                if not line:
                    continue
                try:
                    message = _decode(line.decode('utf-8'))
                except ValueError:
                    return
                if not isinstance(message, dict):
                    return
                yield message

    def close(self):
        """Ends the connection for both sides."""
        sock, self.sock = self.sock, None
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            descriptors.forget(sock)
            sock.close()

    def abandon(self):
        """For the child of a fork: forgets the parent's connection without ending it for the parent."""
        sock, self.sock = self.sock, None
        self._lock = threading.RLock()
        if sock is not None:
            sock.close()


def connect(host, port):
    """A channel to an adapter that listens there; OSError when nobody does."""
    sock = socket.create_connection((host, port), timeout=20)
    sock.settimeout(None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Channel(descriptors.shelter(sock))
