"""Programs that break by themselves: breakpoint(), pdb.set_trace(), pdb.post_mortem(), ipdb and their kind stop in the editor.

As without us, breakpoint() asks PYTHONBREAKPOINT each time, and a sys.breakpointhook that the program puts there is left in peace. The methods of
pdb.Pdb are replaced as well as the functions of the module, so that names imported before us, and programs that make a Pdb of their own, come here
too; a Pdb with its own input and output (a remote pdb, one in a test) is left to work as it is.
"""
import linecache
import os
import sys

from . import files, imports

_engine = None
# How many strings pdb.run() and its kind were given.
_ran = 0
# pdb stops on the line that calls it from 3.13 on, and on the next one before.
_AT_CALL = sys.version_info >= (3, 13)


def install(engine, settings):
    """Called by the engine before the program runs, and again when another client attaches."""
    global _engine
    _engine = engine
    from . import failing, ipdb_hooks, pytest_hooks, settrace
    if sys.breakpointhook is sys.__breakpointhook__:
        sys.breakpointhook = breakpointhook
    imports.after('pdb', _patch_pdb)
    imports.after('ipdb', ipdb_hooks.patch_ipdb)
    imports.after('IPython.core.debugger', ipdb_hooks.patch_ipython)
    imports.after('doctest', _patch_doctest)
    imports.stand_in('ipdb', ipdb_hooks.fill_ipdb)
    imports.after('unittest.result', failing.patch_unittest)
    imports.after('_pytest.config', pytest_hooks.register)
    imports.after('_pytest.debugging', pytest_hooks.own_debugger)
    if sys.version_info < (3, 12):
        settrace.watch(say)


def active():
    """Whether there is someone to stop for."""
    return _engine is not None and not _engine.detached and _engine.channel.connected


def say(text):
    """A line of ours in the console."""
    if active():
        _engine.output('console', text + '\n')


def breakpointhook(*args, **kws):
    """sys.breakpointhook: as CPython's own, but what ends in pdb or ipdb stops in the editor."""
    wanted = None if sys.flags.ignore_environment else os.environ.get('PYTHONBREAKPOINT')
    if wanted == '0':
        return None
    if active() and (not wanted or wanted in ('pdb.set_trace', 'ipdb.set_trace', 'IPython.core.debugger.set_trace')):
        return stop_soon(caller(), *args, **kws)
    return sys.__breakpointhook__(*args, **kws)


def caller():
    """The program's frame that called into us."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(files.OWN):
        frame = frame.f_back
    return frame


def stop_in(frame, what, header=None):
    """Stops in a frame of the program, where pdb would, if there is someone to stop for."""
    if active():
        stop_soon(frame, header=header, what=what)


def stop_soon(frame, *, header=None, commands=None, what='breakpoint()'):
    if header is not None:
        say(str(header))
    if commands:
        say('The commands given to %s are not run: type them in the console.' % what)
    _engine.break_into(frame, description='Paused at %s' % what, immediately=_AT_CALL)


# pdb.

def _ours(instance):
    """Whether an instance of Pdb talks to the terminal, so that we may answer in its place."""
    kind = type(instance)
    if getattr(instance, 'heatline_console', False):
        return False
    if kind.__module__ == 'doctest':
        return True
    if kind.__name__ == 'PytestPdbWrapper':
        kind = kind.__mro__[1]
    if kind.__module__ != 'pdb' and not kind.__module__.startswith('IPython.'):
        # A class of the program's: when it changes how a stop is talked about, it wants to do that itself.
        for name in ('interaction', 'cmdloop', 'user_line', 'do_continue', 'onecmd'):
            if getattr(kind, name, None) is not getattr(sys.modules['pdb'].Pdb, name, None):
                return False
    return getattr(instance, 'stdin', None) in (sys.stdin, sys.__stdin__) and getattr(instance, 'stdout', None) is not None \
        and getattr(instance, 'stdout', None) in (sys.stdout, sys.__stdout__)


def replace(owner, name, make):
    """Puts make(original) there, once; without a client it does what the original does."""
    original = owner.__dict__.get(name) if isinstance(owner, type) else getattr(owner, name, None)
    if original is None or getattr(original, 'heatline', False):
        return
    ours = make(original)
    ours.heatline = True
    ours.__name__ = name
    ours.__qualname__ = getattr(original, '__qualname__', name)
    ours.__doc__ = original.__doc__
    setattr(owner, name, ours)


def _stopping(what):
    def make(original):
        def set_trace(*args, **kws):
            if not active():
                return original(*args, **kws)
            return stop_soon(caller(), what=what, **kws)
        return set_trace
    return make


def _patch_pdb(pdb):
    replace(pdb, 'set_trace', _stopping('pdb.set_trace()'))
    replace(pdb, 'post_mortem', post_mortem_of)
    replace(pdb, 'pm', pm_of)
    for name in ('run', 'runeval', 'runctx', 'runcall'):
        replace(pdb, name, running(name))
    _patch_class(pdb.Pdb)


def _patch_class(kind):
    def method(original):
        def set_trace(self, frame=None, *args, **kws):
            if not active() or not _ours(self):
                # The original looks at its caller when it is given no frame.
                return original(self, frame if frame is not None else sys._getframe(1), *args, **kws)
            return stop_soon(frame if frame is not None else caller(), what='set_trace()')
        return set_trace

    def interaction(original):
        def interaction(self, frame, traceback=None, *args, **kws):
            # Post-mortem of an instance that the program made: Pdb().interaction(None, tb).
            if frame is None and traceback is not None and active() and _ours(self):
                return stop_at(traceback)
            return original(self, frame, traceback, *args, **kws)
        return interaction

    if 'set_trace' not in kind.__dict__:
        # Inherited from bdb.Bdb, which other debuggers use too.
        inherited = kind.set_trace

        def set_trace(self, frame=None, *args, **kws):
            return inherited(self, frame, *args, **kws)
        set_trace.__doc__ = inherited.__doc__
        kind.set_trace = set_trace
    replace(kind, 'set_trace', method)
    replace(kind, 'interaction', interaction)
    for name in ('run', 'runeval', 'runcall'):
        if name not in kind.__dict__:
            setattr(kind, name, _inherited(kind, name))
        replace(kind, name, _running_method(name))


def _inherited(kind, name):
    original = getattr(kind, name)

    def method(self, *args, **kws):
        return original(self, *args, **kws)
    method.__doc__ = original.__doc__
    return method


def _patch_doctest(doctest):
    """After each example doctest has its debugger go on, which takes the trace function away."""
    kind = getattr(doctest, '_OutputRedirectingPdb', None)
    if kind is None or 'set_continue' not in kind.__dict__:
        return

    def make(original):
        def set_continue(self):
            if not active():
                original(self)
        return set_continue
    replace(kind, 'set_continue', make)


# Post-mortem.

def stop_at(wanted):
    """Stops with a traceback or an exception; returns when the person goes on."""
    if isinstance(wanted, BaseException):
        traceback, exc = wanted.__traceback__, wanted
    else:
        traceback = wanted
        exc = _exception_of(traceback)
    _engine.post_mortem(traceback, exc, description='Post-mortem')


def _exception_of(traceback):
    """The exception that a traceback came with, as far as it can be found: what is handled or was printed, or stands in a variable of the caller."""
    frame = caller()
    known = [sys.exc_info()[1], getattr(sys, 'last_value', None), getattr(sys, 'last_exc', None)]
    for names in (frame.f_locals, frame.f_globals):
        known += [value for value in list(names.values()) if isinstance(value, BaseException)]
    for each in known:
        while each is not None:
            if each.__traceback__ is traceback:
                return each
            each = each.__context__
    return None


def post_mortem_of(original):
    def post_mortem(t=None, *args, **kws):
        if not active():
            return original(t, *args, **kws)
        if t is None:
            t = sys.exc_info()[1]
        if t is None or (isinstance(t, BaseException) and t.__traceback__ is None):
            raise ValueError('A valid traceback must be passed if no exception is being handled')
        return stop_at(t)
    return post_mortem


def pm_of(original):
    def pm(*args, **kws):
        if not active():
            return original(*args, **kws)
        last = getattr(sys, 'last_exc', None) or getattr(sys, 'last_value', None)
        if last is None:
            # It raises AttributeError, as ever.
            return original(*args, **kws)
        return stop_at(last)
    return pm


# Running under the debugger: stops at the first line that runs.

def stepping(function, *args, **kws):
    """Calls a function and stops at the first line of the program that runs in it."""
    thread = _engine.current()
    frame = sys._getframe()
    thread.step('step', frame)
    thread.begin_planned(frame)
    return function(*args, **kws)


def _execute(name, args, kws):
    if name == 'runcall':
        function, args = args[0], args[1:]
        return stepping(function, *args, **kws)
    names = ('statement', 'globals', 'locals') if name != 'runeval' else ('expression', 'globals', 'locals')
    named = dict(zip(names, args))
    named.update(('statement' if name == 'run' and key == 'cmd' else 'expression' if key == 'expr' else key, value) for key, value in kws.items())
    what = named[names[0]]
    scope = named.get('globals')
    if scope is None:
        scope = sys.modules['__main__'].__dict__
    local = named.get('locals')
    if local is None:
        local = scope
    if isinstance(what, str):
        # Under a name of its own, with its text where the editor and stepping look for it.
        global _ran
        _ran += 1
        filename = '<pdb.%s %d>' % (name, _ran)
        linecache.cache[filename] = (len(what), None, what.splitlines(True), filename)
        what = compile(what, filename, 'eval' if name == 'runeval' else 'exec')
    return stepping(eval if name == 'runeval' else exec, what, scope, local)


def running(name):
    def make(original):
        def run(*args, **kws):
            if not active():
                return original(*args, **kws)
            return _execute('run' if name == 'runctx' else name, args, kws)
        return run
    return make


def _running_method(name):
    def make(original):
        def run(self, *args, **kws):
            if not active() or not _ours(self):
                return original(self, *args, **kws)
            return _execute(name, args, kws)
        return run
    return make
