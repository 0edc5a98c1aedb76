"""Has Python programs that this one starts find our sitecustomize (the folder `child` beside this package), whoever starts them.

What they need stands in two variables: PYTHONPATH, with that folder in front, and HEATLINE_PDB_CHILD. Both are in the process's real
environment, which children inherit, but not in os.environ: the program sees its own PYTHONPATH. Where a program passes an
environment of its own to a child (subprocess, os.exec*e, os.posix_spawn), the variables are added on the way.

Not reached are programs started with python -I, -E or -S, or by code in C with an environment of its own.
"""
import os
import sys

VARIABLE = 'HEATLINE_PDB_CHILD'
FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'child')

# The text of VARIABLE for children of this process; None while children are not followed.
_told = None
_published = None


def publish(text):
    """Tells children from now on; None: no more."""
    global _told
    _told = text
    if text is None:
        _withdraw()
    else:
        _put()
        _wrap()


def take():
    """In a child: the text that its parent published, which then is no longer seen in os.environ; None when there is none."""
    text = os.environ.pop(VARIABLE, None)
    path = os.environ.get('PYTHONPATH')
    if path is not None:
        left = [folder for folder in path.split(os.pathsep) if folder != FOLDER]
        if any(left):
            os.environ['PYTHONPATH'] = os.pathsep.join(left)
        else:
            del os.environ['PYTHONPATH']
    return text


def _path(own):
    return FOLDER + os.pathsep + own if own else FOLDER


def _put():
    """Into the real environment; again when the program has set a PYTHONPATH of its own, which replaced ours there."""
    global _published
    own = os.environ.get('PYTHONPATH')
    if _published != (own, _told):
        _published = (own, _told)
        os.putenv('PYTHONPATH', _path(own))
        os.putenv(VARIABLE, _told)


def _withdraw():
    global _published
    if _published is not None:
        _published = None
        own = os.environ.get('PYTHONPATH')
        if own is not None:
            os.putenv('PYTHONPATH', own)
        else:
            os.unsetenv('PYTHONPATH')
        os.unsetenv(VARIABLE)


def with_ours(env):
    """A mapping of str or bytes for a child, with our variables."""
    if _told is None:
        return env
    try:
        env = dict(env)
        as_bytes = any(isinstance(name, bytes) for name in env)
        if as_bytes:
            own = env.pop('PYTHONPATH', None) or env.get(b'PYTHONPATH')
            own = os.fsdecode(own) if own else None
            env[b'PYTHONPATH'], env[os.fsencode(VARIABLE)] = os.fsencode(_path(own)), os.fsencode(_told)
        else:
            env['PYTHONPATH'], env[VARIABLE] = _path(env.get('PYTHONPATH')), _told
    except (TypeError, ValueError, AttributeError):
        # What the original will complain about in its own words.
        pass
    return env


def _list_with_ours(lines):
    """The same for the list of b'NAME=value' that subprocess makes."""
    if _told is None:
        return lines
    if lines is None:
        _put()
        return None
    path, name = b'PYTHONPATH=', os.fsencode(VARIABLE) + b'='
    own = [line[len(path):] for line in lines if line.startswith(path)]
    rest = [line for line in lines if not line.startswith((path, name))]
    return rest + [path + os.fsencode(_path(os.fsdecode(own[0]) if own else None)), name + os.fsencode(_told)]


_wrapped = False


def _wrap():
    """Once in a process: the functions through which a program can pass an environment of its own."""
    global _wrapped
    if _wrapped:
        return
    _wrapped = True
    _replace(os, 'execve', _with_environment)
    _replace(os, 'execv', _refreshed)
    _replace(os, 'posix_spawn', _with_environment)
    _replace(os, 'posix_spawnp', _with_environment)
    _replace(os, 'system', _refreshed)
    try:
        import _posixsubprocess
    except ImportError:
        # Windows: the environment reaches children through _winapi.CreateProcess.
        try:
            import _winapi
        except ImportError:
            return
        _replace(_winapi, 'CreateProcess', lambda original: _with_item(original, 6, with_ours))
        return
    _replace(_posixsubprocess, 'fork_exec', lambda original: _with_item(original, 5, _list_with_ours))
    subprocess = sys.modules.get('subprocess')
    if subprocess is not None and hasattr(subprocess, '_fork_exec'):
        subprocess._fork_exec = _posixsubprocess.fork_exec


def _replace(module, name, wrap):
    original = getattr(module, name, None)
    if original is None:
        return
    ours = wrap(original)
    ours.__name__ = ours.__qualname__ = name
    ours.__doc__, ours.__module__ = original.__doc__, original.__module__
    # os.supports_fd and its like are sets of functions, which programs ask.
    if module is os:
        for each in (os.supports_fd, os.supports_effective_ids, os.supports_dir_fd, os.supports_follow_symlinks):
            if original in each:
                each.add(ours)
    setattr(module, name, ours)


def _with_environment(original):
    def wrapped(path, argv, env, *rest, **named):
        # The same object as os.environ: what children inherit anyway.
        return original(path, argv, with_ours(env) if env is not None else env, *rest, **named)
    return wrapped


def _refreshed(original):
    def wrapped(*arguments, **named):
        if _told is not None:
            _put()
        return original(*arguments, **named)
    return wrapped


def _with_item(original, index, change):
    def wrapped(*arguments, **named):
        if len(arguments) > index:
            arguments = arguments[:index] + (change(arguments[index]),) + arguments[index + 1:]
        return original(*arguments, **named)
    return wrapped
