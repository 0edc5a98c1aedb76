"""Names of files: what breakpoints, frames and the editor call the same file, and which of them is the user's code."""
import fnmatch
import os
import sys

OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep

_keys = {}


def key_of(filename, module_globals=None):
    """One key for all spellings of a file: absolute, links followed, case folded where the system does.

    Names that are no files ('<string>') stay as they are. Modules frozen into the interpreter have their file in their globals.
    """
    known = _keys.get(filename)
    if known is not None:
        return known
    if filename.startswith('<'):
        path = path_of(filename, module_globals)
        # Before its globals are complete a frozen module has no file yet: not to be remembered.
        return filename if path == filename else key_of(path)
    # A relative name is relative to the folder of the moment, which the program may change.
    key = os.path.normcase(os.path.realpath(filename))
    _keys[filename] = key
    return key


def path_of(filename, module_globals=None):
    """A code object's file as an absolute path; '<...>' stays, unless it is a frozen module that has a file."""
    if filename.startswith('<frozen ') and module_globals is not None:
        file = module_globals.get('__file__')
        return file if isinstance(file, str) else filename
    if filename.startswith('<'):
        return filename
    return filename if os.path.isabs(filename) else os.path.abspath(filename)


def _library_folders():
    site = sys.modules.get('site')
    packages = getattr(site, 'getsitepackages', None)
    if packages is not None:
        # The same folders as sysconfig's, which reads the interpreter's whole build configuration for them.
        folders = {os.path.dirname(os.__file__), *packages()}
    else:
        import sysconfig
        paths = sysconfig.get_paths()
        folders = {paths[name] for name in ('stdlib', 'platstdlib', 'purelib', 'platlib') if name in paths}
    if site is not None:
        user = getattr(site, 'USER_SITE', None)
        if user:
            folders.add(user)
    return tuple(os.path.normcase(os.path.realpath(folder)) + os.sep for folder in folders)


def _is_generated(filename):
    """True for code that a library made and of which there is no text to show: the methods of data classes and named tuples."""
    import linecache
    # The examples of a doctest are the person's, and doctest shows their text in its own way.
    return filename.startswith('<') and filename not in linecache.cache and not filename.startswith('<doctest ')


class Visibility:
    """Which files stepping stops in: all but our own, those the `skip` globs name, and with justMyCode libraries."""

    def __init__(self, skip=(), just_my_code=False):
        self._skip = [os.path.normcase(pattern) for pattern in skip]
        self._just_my_code = just_my_code
        self._libraries = None
        self._known = {}

    def hidden(self, filename):
        """True for a file that stepping passes by."""
        known = self._known.get(filename)
        if known is None:
            known = self._known[filename] = self._look(filename)
        return known

    def _look(self, filename):
        if filename.startswith(OWN):
            return True
        # The import system's own frames are never where anyone wants to step to.
        if filename.startswith('<frozen importlib') or filename.startswith('<frozen runpy') or filename == '<frozen zipimport>':
            return True
        key = key_of(filename)
        for pattern in self._skip:
            if fnmatch.fnmatchcase(key, pattern) or fnmatch.fnmatchcase(os.path.normcase(filename), pattern):
                return True
            if os.sep not in pattern and '/' not in pattern and fnmatch.fnmatchcase(os.path.basename(key), pattern):
                return True
        return self._just_my_code and (self.library(filename) or _is_generated(filename))

    def library(self, filename):
        """True for the standard library and installed packages, whatever is skipped."""
        if filename.startswith('<frozen ') or filename.startswith(OWN):
            return True
        if filename.startswith('<'):
            return False
        if self._libraries is None:
            self._libraries = _library_folders()
        return key_of(filename).startswith(self._libraries)
