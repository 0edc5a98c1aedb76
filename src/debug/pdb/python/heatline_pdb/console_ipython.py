"""ipdb's commands: IPython's debugger class in the place of pdb's, for the console only.

Imported when the configuration asks for it, because IPython takes a fifth of a second to load.
"""
import contextlib
import pdb
import sys


def choose(settings):
    """(class, options of its constructor, warning): IPython's debugger, or pdb's with a warning why."""
    try:
        base = _ipython_class(settings)
    except ImportError as error:
        return pdb.Pdb, {}, (
            "ipdb's commands need IPython, which this interpreter does not have (%s). Install it with\n"
            '    %s -m pip install ipdb\n'
            "and start again; until then the console takes pdb's commands." % (error, sys.executable))
    except Exception as error:  # IPython is there and fails to start, because of its own configuration for example
        return pdb.Pdb, {}, "IPython does not start here (%s: %s); the console takes pdb's commands." % (type(error).__name__, error)
    return base, {'context': _context()}, None


def _context():
    """The lines of context that ipdb shows: IPDB_CONTEXT_SIZE, or ipdb's own 3."""
    import os
    try:
        return max(1, int(os.environ.get('IPDB_CONTEXT_SIZE', '3')))
    except ValueError:
        return 3


def _ipython_class(settings):
    from IPython.core.debugger import Pdb
    from IPython.core.getipython import get_ipython
    if get_ipython() is None:
        _make_shell(bool(settings.get('ansi')))
    return Pdb


def _make_shell(ansi):
    """IPython's debugger wants a shell: one without terminal, history file and pager."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config
    config = Config()
    config.HistoryManager.enabled = False
    if not ansi:
        config.InteractiveShell.colors = _no_colour()
    with _kept(sys.modules, '__main__'):
        shell = InteractiveShell.instance(config=config)
    shell.set_hook('show_in_pager', _print_page, priority=0)


def _no_colour():
    """`nocolor` since IPython 9, `NoColor` before."""
    import IPython
    return 'nocolor' if IPython.version_info[0] >= 9 else 'NoColor'


def _print_page(_shell, data, *_more, **_options):
    """Prints what IPython would show in a pager, which would take the program's terminal."""
    text = data.get('text/plain', '') if isinstance(data, dict) else str(data)
    print(text)


@contextlib.contextmanager
def _kept(table, name):
    """IPython puts a module of its own in the place of __main__, which is the program."""
    kept = table.get(name)
    try:
        yield
    finally:
        if kept is not None:
            table[name] = kept
