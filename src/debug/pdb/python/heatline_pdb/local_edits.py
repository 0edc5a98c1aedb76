"""Assignments from the console to the variables of a function that runs.

From 3.13 frame.f_locals writes through. Before, it is a dict that is filled anew from the frame whenever somebody reads
f_locals, so that what was put into it is lost unless PyFrame_LocalsToFast takes it over.
"""
import ctypes
import inspect
import sys

_WRITES_THROUGH = sys.version_info >= (3, 13)


class LocalEdits:
    """What happens to the variables of a frame between its making and write_back()."""

    def __init__(self, frame, names):
        """`names` is the frame's f_locals, which is edited from now on."""
        self._frame = None
        if _WRITES_THROUGH or frame is None or not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            return
        self._frame = frame
        self._names = names
        self._before = dict(names)

    def write_back(self):
        """Writes what has changed to the frame, and nothing else: a nested function may have changed other variables."""
        if self._frame is None:
            return
        before, names = self._before, self._names
        absent = object()
        changed = {name: value for name, value in names.items() if before.get(name, absent) is not value}
        deleted = [name for name in before if name not in names]
        if not changed and not deleted:
            return
        current = self._frame.f_locals  # filled anew
        current.update(changed)
        for name in deleted:
            current.pop(name, None)
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(self._frame), ctypes.c_int(bool(deleted)))
