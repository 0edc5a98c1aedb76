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


def own_set_trace(debugging):
    """Called when `_pytest.debugging` has been imported: pytest.set_trace(), which pytest also puts in pdb's place, stops in the editor."""
    original = debugging.pytestPDB.set_trace

    def set_trace(*args, **kws):
        if not hooks.active():
            # It looks for its caller one frame up, so it is called as pdb would be.
            pdb = debugging.pytestPDB._init_pdb('set_trace', *args, **kws) if hasattr(debugging.pytestPDB, '_init_pdb') else None
            return pdb.set_trace(sys._getframe(1)) if pdb is not None else original(*args, **kws)
        return hooks.stop_in(sys._getframe(1), 'set_trace()', kws.get('header'))
    set_trace.heatline = True
    debugging.pytestPDB.set_trace = staticmethod(set_trace)
    for module, name in ((sys.modules.get('pytest'), 'set_trace'), (sys.modules.get('pdb'), 'set_trace')):
        if getattr(module, name, None) == original:
            setattr(module, name, set_trace)

