"""Heatline's debugger inside a Python program: a bridge between pdb and an editor.

A program that wants to be debugged while it runs says

    import heatline_pdb
    heatline_pdb.listen(5678)            # then attach with the editor
    heatline_pdb.wait_for_client()       # if it should wait
    heatline_pdb.breakpoint()            # stops when a client is there

or is started with `python -m heatline_pdb --listen 5678 program.py`. Nothing else is loaded before it is used.
"""

__all__ = ('breakpoint', 'connected', 'listen', 'wait_for_client')


def listen(port=0, token=None, wait=False):
    """Lets a debugger attach: `port` is a number (0: any free one) or (host, port) with a loopback host. Returns (host, port).

    The token proves that a client may attach; it is made up unless it is given, printed once, and written to a file that only this
    user can read. With `wait` the call returns when a client has come and let the program run. Calling it again changes nothing.
    ValueError: another address than loopback. OSError: the port is taken.
    """
    from .listening import listen as begin
    return begin(port, token, wait)


def wait_for_client(timeout=None):
    """Waits until a client is attached and has sent its breakpoints; False when none has come within `timeout` seconds.

    RuntimeError when the program does not listen."""
    from .listening import wait_for_client as wait
    return wait(timeout)


def breakpoint():
    """Stops the debugger that is attached at the next line; does nothing when there is none."""
    import sys
    sessions = sys.modules.get(__name__ + '.sessions')
    if sessions is not None and sessions.engine is not None:
        from . import hooks
        hooks.stop_in(sys._getframe(1), 'heatline_pdb.breakpoint()')


def connected():
    """Whether a debugger is attached."""
    import sys
    sessions = sys.modules.get(__name__ + '.sessions')
    return sessions is not None and sessions.engine is not None and sessions.engine.channel.connected
