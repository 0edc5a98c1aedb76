"""What is changed in pytest when it is imported: it loads our plugin, and its set_trace() stops in the editor. pytest itself is not imported."""
import functools
import sys

from . import hooks

_PLUGIN = __package__ + '.pytest_plugin'


def register(config_module):
    """Called when `_pytest.config` has been imported: each configuration gets this plugin."""
    get_config = config_module.get_config

    @functools.wraps(get_config)
    def with_plugin(*args, **kws):
        config = get_config(*args, **kws)
        if not config.pluginmanager.hasplugin(_PLUGIN):
            from . import pytest_plugin
            config.pluginmanager.register(pytest_plugin, _PLUGIN)
        return config
    config_module.get_config = with_plugin


def own_debugger(debugging):
    """Called when `_pytest.debugging` has been imported: pytest.set_trace(), which pytest also puts in pdb's place, and --trace stop in the editor."""
    kind = debugging.pytestPDB
    original = kind.__dict__.get('_init_pdb')
    original_set_trace = kind.set_trace

    def set_trace(*args, **kws):
        if hooks.active():
            return hooks.stop_in(sys._getframe(1), 'set_trace()', kws.get('header'))
        # It looks for its caller one frame up: without a debugger we do what it does, for the right one.
        if original is None:
            return original_set_trace(*args, **kws)
        return kind._init_pdb('set_trace', *args, **kws).set_trace(sys._getframe(1))
    set_trace.heatline = True
    for module in (sys.modules.get('pytest'), sys.modules.get('pdb')):
        if getattr(module, 'set_trace', None) == original_set_trace:
            module.set_trace = set_trace
    kind.set_trace = staticmethod(set_trace)
    if original is not None:
        def init_pdb(cls, method, *args, **kws):
            return _Editor() if hooks.active() else original.__func__(cls, method, *args, **kws)
        kind._init_pdb = classmethod(init_pdb)


class _Editor:
    """What pytest uses of the Pdb that it makes for --trace, and for what else asks for one."""

    quitting = False

    def runcall(self, function, *args, **kws):
        return hooks.stepping(function, *args, **kws)

    def set_trace(self, frame=None):
        hooks.stop_in(frame if frame is not None else sys._getframe(1), 'set_trace()')

    def reset(self):
        pass

    def interaction(self, frame, traceback):
        hooks.stop_at(traceback)
