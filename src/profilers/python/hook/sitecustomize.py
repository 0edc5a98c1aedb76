"""Found by Python programs that a profiled program starts, through PYTHONPATH: goes on with profiling in them (heatline_children.py).

Runs in any Python, however old, and must not be noticed: this folder leaves sys.path, and the sitecustomize that would have been
found without it is imported in our place, with the same outcome.
"""

import sys


def _leave():
    import os
    hook = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if not path or os.path.abspath(path) != hook]
    sys.path_importer_cache.pop(hook, None)
    return os.path.dirname(hook)


def _go_on(folder):
    if sys.version_info < (3, 6):
        return
    writes_bytecode = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    sys.path.insert(0, folder)
    try:
        import heatline_children
        heatline_children.go_on()
    except (Exception, SystemExit):
        # No profile of this process, but the program must run.
        pass
    finally:
        sys.dont_write_bytecode = writes_bytecode
        while folder in sys.path:
            sys.path.remove(folder)
        sys.path_importer_cache.pop(folder, None)
        for name in [name for name in sys.modules if name.startswith('heatline_')]:
            del sys.modules[name]


_folder = _leave()
sys.modules.pop('sitecustomize', None)
try:
    import sitecustomize
finally:
    _go_on(_folder)
