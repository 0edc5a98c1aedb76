"""Names that can be imported, without importing anything: loaded modules, and what lies in the folders of sys.path."""
import os
import re
import sys

from . import statics

_IMPORT = re.compile(r'\s*import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*([\w.]*)$')
_FROM = re.compile(r'\s*from\s+([\w.]*)$')
_NAMES = re.compile(r'\s*from\s+([\w.]+)\s+import\s*\(?\s*(?:\w+(?:\s+as\s+\w+)?\s*,\s*)*(\w*)$')
_SUFFIXES = ('.py', '.so', '.pyd')
_MOST_FILES = 5000


def completed(before):
    """[(name, whether it is a module)] for a line that is an import statement up to the cursor; None for other lines."""
    found = _NAMES.match(before)
    if found:
        module = found.group(1)
        return _attributes(module) + [(name, True) for name in _below(module)]
    found = _IMPORT.match(before) or _FROM.match(before)
    if not found:
        return None
    parent = found.group(1).rpartition('.')[0]
    names = _below(parent) if parent else _top()
    return [(name, True) for name in sorted(names)]


def _attributes(module):
    loaded = sys.modules.get(module)
    if loaded is None or not statics.inherits(loaded, type(sys)):
        return []
    return [(name, False) for name in list(statics.module_dict(loaded)) if type(name) is str and name.isidentifier()]


def _top():
    names = set(sys.builtin_module_names) | set(getattr(sys, 'stdlib_module_names', ()))
    names |= {name.partition('.')[0] for name in list(sys.modules) if type(name) is str}
    for folder in list(sys.path):
        if type(folder) is str:
            names |= _in_folder(folder or os.curdir)
    return {name for name in names if name.isidentifier() and name != '__main__'}


def _below(package):
    """The submodules of a package, loaded or not."""
    loaded = sys.modules.get(package)
    folders = []
    if loaded is not None and statics.inherits(loaded, type(sys)):
        path = statics.module_dict(loaded).get('__path__')
        try:
            folders = [each for each in list(path or ()) if type(each) is str]
        except Exception:
            folders = []  # a path that computes itself
    else:
        folders = [os.path.join(folder or os.curdir, *package.split('.')) for folder in list(sys.path) if type(folder) is str]
    names = {name[len(package) + 1:].partition('.')[0] for name in list(sys.modules) if type(name) is str and name.startswith(package + '.')}
    for folder in folders:
        names |= _in_folder(folder)
    return {name for name in names if name.isidentifier()}


def _in_folder(folder):
    found = set()
    try:
        with os.scandir(folder) as entries:
            for count, entry in enumerate(entries):
                if count >= _MOST_FILES:
                    break
                name = entry.name
                if name.endswith(_SUFFIXES):
                    found.add(name.partition('.')[0])
                elif '.' not in name and name != '__pycache__' and entry.is_dir():
                    found.add(name)
    except OSError:
        pass
    found.discard('__init__')
    found.discard('__main__')
    return found
