"""Found by Python programs that a debugged program starts, through PYTHONPATH: lets the debugger into them (heatline_pdb/children.py).

Runs in any Python, however old, and must not be noticed: this folder leaves sys.path, and the sitecustomize that would have been
found without it is imported in our place, with the same outcome.
"""

import sys


def _leave():
    import os
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if not path or os.path.abspath(path) != here]
    sys.path_importer_cache.pop(here, None)
    return os.path.dirname(here)


def _go_on(folder):
    if sys.version_info < (3, 8):
        return
    sys.path.append(folder)
    try:
        from heatline_pdb import children
        children.go_on()
    except (Exception, SystemExit):
        # No debugger in this process, but the program must run.
        error = sys.exc_info()[1]
        if sys.stderr is not None:
            sys.stderr.write('heatline_pdb: this child process runs without a debugger: %s: %s\n' % (type(error).__name__, error))


_folder = _leave()
sys.modules.pop('sitecustomize', None)
try:
    import sitecustomize
finally:
    _go_on(_folder)
