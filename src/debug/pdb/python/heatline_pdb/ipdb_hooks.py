"""ipdb and IPython: their set_trace() and post-mortems stop in the editor, also where ipdb is not installed."""
import sys

from . import hooks


def patch_ipdb(ipdb):
    for module in (ipdb, sys.modules.get('ipdb.__main__')):
        if module is not None:
            hooks.replace(module, 'set_trace', _ipdb_set_trace)
            hooks.replace(module, 'post_mortem', hooks.post_mortem_of)
            hooks.replace(module, 'pm', hooks.pm_of)
            for name in ('run', 'runeval', 'runcall'):
                hooks.replace(module, name, hooks.running(name))
    if hasattr(ipdb, 'sset_trace'):
        hooks.replace(ipdb, 'sset_trace', _ipdb_set_trace)


def _ipdb_set_trace(original):
    def set_trace(frame=None, context=None, cond=True, *args, **kws):
        if not hooks.active():
            return original(frame if frame is not None else sys._getframe(1), context, cond, *args, **kws)
        if cond:
            return hooks.stop_soon(frame if frame is not None else hooks.caller(), what='ipdb.set_trace()')
        return None
    return set_trace


def patch_ipython(debugger):
    def make(original):
        def set_trace(frame=None, *args, **kws):
            if not hooks.active():
                return original(frame if frame is not None else sys._getframe(1), *args, **kws)
            return hooks.stop_soon(frame if frame is not None else hooks.caller(), what='set_trace()')
        return set_trace
    hooks.replace(debugger, 'set_trace', make)


def fill_ipdb(module):
    """Code that says `import ipdb; ipdb.set_trace()` stops in the editor where ipdb is not installed, too."""
    from contextlib import contextmanager

    import pdb

    @contextmanager
    def launch_ipdb_on_exception():
        try:
            yield
        except Exception:
            module.post_mortem(sys.exc_info()[2])

    def set_trace(frame=None, context=None, cond=True):
        if cond:
            pdb.Pdb().set_trace(frame if frame is not None else sys._getframe(1))

    module.set_trace = _ipdb_set_trace(set_trace)
    module.sset_trace = module.set_trace
    for name in ('post_mortem', 'pm', 'run', 'runeval', 'runcall'):
        setattr(module, name, getattr(pdb, name))
    module.launch_ipdb_on_exception = launch_ipdb_on_exception
    module.iex = launch_ipdb_on_exception()
    module.__doc__ = "Stands in for ipdb, which is not installed here: the editor's debugger answers."
