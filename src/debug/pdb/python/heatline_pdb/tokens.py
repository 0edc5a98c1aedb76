"""Tokens of programs that listen: who attaches proves with it that it may, and a client of the same user finds it in a file.

The file is `heatline/pdb-PORT.token` in the first of these folders that can be used (a reader looks in all, in this order):

1. $XDG_RUNTIME_DIR
2. $XDG_CACHE_HOME, or when it is not set: ~/Library/Caches on macOS, %LOCALAPPDATA% on Windows, ~/.cache elsewhere

It holds the token and a newline, is readable by its owner only (0600, in a folder of 0700), and goes with the program.
"""
import os
import sys


def new_token():
    """A token that cannot be guessed: 32 random bytes as hexadecimal digits."""
    return os.urandom(32).hex()


def same_token(one, other):
    """Compares in constant time; False when either is no string, or empty."""
    if not isinstance(one, str) or not isinstance(other, str) or not one:
        return False
    from _operator import _compare_digest
    return _compare_digest(one.encode('utf-8'), other.encode('utf-8'))


def folders():
    """Where token files may be, in order."""
    found = []
    runtime = os.environ.get('XDG_RUNTIME_DIR')
    if runtime and os.path.isabs(runtime):
        found.append(runtime)
    cache = os.environ.get('XDG_CACHE_HOME')
    if cache and os.path.isabs(cache):
        found.append(cache)
    else:
        home = os.path.expanduser('~')
        if sys.platform == 'darwin':
            found.append(os.path.join(home, 'Library', 'Caches'))
        elif os.name == 'nt':
            found.append(os.environ.get('LOCALAPPDATA') or os.path.join(home, 'AppData', 'Local'))
        elif os.path.isabs(home):
            found.append(os.path.join(home, '.cache'))
    return [os.path.join(folder, 'heatline') for folder in found]


def _private(status):
    return os.name == 'nt' or (status.st_uid == os.getuid() and not status.st_mode & 0o077)


def write_token(port, token):
    """Writes the file and returns its path; None when no folder can be used (then the token is only what was printed)."""
    for folder in folders():
        path = os.path.join(folder, 'pdb-%d.token' % port)
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
            # The folder may be shared with other files of ours and be open for reading; nobody else may write there.
            status = os.stat(folder)
            if os.name != 'nt' and (status.st_uid != os.getuid() or status.st_mode & 0o022):
                continue
            if os.path.lexists(path):
                os.unlink(path)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, 'O_NOFOLLOW', 0), 0o600)
            try:
                os.write(file, token.encode('utf-8') + b'\n')
            finally:
                os.close(file)
            return path
        except OSError:
            continue
    return None


def read_token(port):
    """The token of the program that listens on this port, as it is written for this user; None when there is none."""
    for folder in folders():
        try:
            file = os.open(os.path.join(folder, 'pdb-%d.token' % port), os.O_RDONLY | getattr(os, 'O_NOFOLLOW', 0))
        except OSError:
            continue
        try:
            if _private(os.fstat(file)):
                return os.read(file, 4096).decode('utf-8', 'replace').strip() or None
        except OSError:
            pass
        finally:
            os.close(file)
    return None


def remove_token(path, token):
    """Removes the file, unless another program has put its own there."""
    try:
        with open(path, encoding='utf-8') as file:
            if file.read().strip() != token:
                return
        os.unlink(path)
    except OSError:
        pass
