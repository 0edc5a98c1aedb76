"""DAP's modules and loadedSources, from what sys.modules holds: nothing is imported, and no module runs code."""
import os
import sys

from . import statics


# Frozen under other names than those of their files.
_FROZEN = {'_frozen_importlib': 'importlib._bootstrap', '_frozen_importlib_external': 'importlib._bootstrap_external'}


def _loaded():
    """(name, globals) of the modules, in the order in which they were imported."""
    for name, module in list(sys.modules.items()):
        if type(name) is str and module is not None and statics.inherits(module, type(sys)):
            names = statics.module_dict(module)
            if not _text(names.get('__name__')).startswith('heatline_pdb'):
                yield name, names


def _text(value):
    return value if type(value) is str else ''


def _path(names):
    """A module's file: of the source where there is one, not of what was compiled from it."""
    file = _text(names.get('__file__')) or _frozen_file(names)
    if file.endswith('.pyc') and os.path.exists(file[:-1]):
        return file[:-1]
    return os.path.abspath(file) if file else ''


def _frozen_file(names):
    """The file that a module frozen into the interpreter was made from."""
    loader = names.get('__loader__')
    if not issubclass(type(loader), type) or statics.type_name(loader) != 'FrozenImporter':
        return ''
    name = _text(names.get('__origname__')) or _text(names.get('__name__'))
    parts = _FROZEN.get(name, name).split('.')
    base = os.path.join(os.path.dirname(os.__file__), *parts)
    for file in (base + '.py', os.path.join(base, '__init__.py')):
        if os.path.exists(file):
            return file
    return ''


def modules(engine, arguments):
    """DAP's modules: all, or those of a page."""
    found = []
    for name, names in _loaded():
        path = _path(names)
        record = {'id': name, 'name': name, 'package': name.partition('.')[0]}
        if path:
            record['path'] = path
            record['isUserCode'] = not engine.visibility.library(path)
        else:
            record['isUserCode'] = name == '__main__'
        version = _text(names.get('__version__'))
        if version:
            record['version'] = version[:100]
        found.append(record)
    start = arguments.get('startModule') or 0
    count = arguments.get('moduleCount') or len(found)
    return {'modules': found[start:start + count], 'totalModules': len(found)}


def loaded_sources(engine):
    """DAP's loadedSources: the files of modules that have Python source."""
    sources, seen = [], set()
    for _name, names in _loaded():
        path = _path(names)
        if path.endswith(('.py', '.pyw')) and path not in seen:
            seen.add(path)
            sources.append(engine.frames.source(path, names))
    return {'sources': sources}
