"""pytest under the debugger: set_trace() and breakpoint() stop in the editor, a failing test stops where it failed, and what pytest captures
stays captured: capturing is suspended while the program is stopped, and taken up again after.

Registered with every configuration that pytest makes in this process (hooks in `_pytest.config`), so that `python -m pytest`, a script that
calls pytest.main(), and the workers of pytest-xdist are the same to us. Works with pytest 4 and later.
"""
import pytest

from . import failing, hooks, sessions

_capture = None


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    """pytest's own debugger, which --pdb asks for, reads from the terminal: ours is there in its place."""
    plugins = config.pluginmanager
    plugin = plugins.getplugin('pdbinvoke')
    if plugin is not None and hooks.active():
        plugins.unregister(plugin)
    global _capture
    _capture = _Capture(config)
    engine = sessions.engine
    if engine is not None and _capture.suspend not in engine.at_stop:
        engine.at_stop.append(_capture.suspend)
        engine.at_go_on.append(_capture.resume)


def pytest_unconfigure(config):
    engine = sessions.engine
    if engine is not None and _capture is not None and _capture.config is config and _capture.suspend in engine.at_stop:
        engine.at_stop.remove(_capture.suspend)
        engine.at_go_on.remove(_capture.resume)


class _Capture:
    """Capturing of one configuration, suspended while any thread is stopped."""

    def __init__(self, config):
        self.config = config
        self.stops = 0

    def suspend(self):
        self.stops += 1
        if self.stops > 1:
            return
        manager = self.config.pluginmanager.getplugin('capturemanager')
        if manager is not None:
            manager.suspend(in_=True)
        self._tell('pytest_enter_pdb')

    def resume(self):
        self.stops -= 1
        if self.stops > 0:
            return
        manager = self.config.pluginmanager.getplugin('capturemanager')
        if manager is not None:
            manager.resume()
        self._tell('pytest_leave_pdb')

    def _tell(self, name):
        """Plugins that watch the time of a test (pytest-timeout) leave one that is being debugged alone."""
        hook = getattr(self.config.hook, name, None)
        if hook is None:
            return
        try:
            hook(config=self.config, pdb=None)
        except Exception as problem:
            hooks.say('A plugin of pytest failed in %s: %s: %s' % (name, type(problem).__name__, problem))


@pytest.hookimpl(tryfirst=True)
def pytest_exception_interact(node, call, report):
    """A test, a fixture, or the import of a test file has failed."""
    if call.excinfo is None or not hooks.active():
        return
    exc = call.excinfo.value
    # What wraps the exception of the program's own: doctest's, and that of a conftest.
    exc_info = getattr(exc, 'exc_info', None) if type(exc).__name__ == 'UnexpectedException' else None
    inner = exc_info[1] if exc_info else getattr(exc, 'cause', None) if type(exc).__name__ == 'ConftestImportFailure' else None
    if isinstance(inner, BaseException):
        exc = inner
    when = getattr(call, 'when', None)
    what = 'Failed' if when in (None, 'call') else 'Failed in %s' % when
    _stop(exc, '%s: %s' % (what, getattr(node, 'nodeid', node)), node.config.getvalue('usepdb'))


def _stop(exc, description, asked):
    import bdb
    try:
        failing.stop(exc, exc.__traceback__, description, asked)
    except bdb.BdbQuit:
        pytest.exit('the debugger was told to quit')


def pytest_runtest_teardown(item):
    """After the command q no other test runs."""
    engine = sessions.engine
    if engine is not None and engine.terminating:
        item.session.shouldstop = 'the debugger was told to quit'
