"""Calls us when a module has been imported, and makes modules that are not installed."""
import sys

_waiting = {}
_stand_ins = {}


def after(name, patch):
    """Calls patch(module) now when the module is there, else as soon as it has been imported."""
    module = sys.modules.get(name)
    # A module that is being imported right now is not complete.
    if module is not None and not getattr(getattr(module, '__spec__', None), '_initializing', False):
        patch(module)
        return
    _waiting[name] = patch
    if _FIRST not in sys.meta_path:
        sys.meta_path.insert(0, _FIRST)


def stand_in(name, fill):
    """When nothing else provides the module, `import name` gives one that fill(module) has filled."""
    _stand_ins[name] = fill
    if _LAST not in sys.meta_path:
        sys.meta_path.append(_LAST)


class _First:
    """Finds what the other finders find, with a loader that calls us at its end."""

    def find_spec(self, name, path=None, target=None):
        patch = _waiting.pop(name, None)
        if patch is None:
            return None
        if not _waiting and self in sys.meta_path:
            # Not while the list is gone through: the import system has its own reference to it by index.
            pass
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, 'find_spec'):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            _waiting[name] = patch
            return None
        if spec.loader is not None and hasattr(spec.loader, 'exec_module'):
            spec.loader = _Loader(spec.loader, patch, spec)
        return spec

    def invalidate_caches(self):
        pass


class _Loader:
    """The real loader; steps out of the module's sight as soon as it has done its work."""

    def __init__(self, loader, patch, spec):
        self._loader = loader
        self._patch = patch
        self._spec = spec

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._patch(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)


class _Last:
    def find_spec(self, name, path=None, target=None):
        if name not in _stand_ins:
            return None
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        _stand_ins[module.__name__](module)

    def invalidate_caches(self):
        pass


_FIRST, _LAST = _First(), _Last()
