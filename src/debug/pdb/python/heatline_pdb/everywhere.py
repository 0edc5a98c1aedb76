"""Below Python 3.12: puts the trace function on threads that run already, when a debugger attaches. Each thread has its own, and Python
code can set only that of the current thread.

3.9 to 3.11 have a function for it, _PyEval_SetTrace(thread, function, argument). It wants the C function behind sys.settrace and the
thread's structure, for which there are no functions: both are found in the structures of threads by values that are known (the current
thread's ident, the trace function it has just set), and are used only when they prove right for all threads. Otherwise, and in 3.8, the
main thread alone is reached: the interpreter calls us on it at its next safe point (Py_AddPendingCall).
"""
import _thread
import sys
import threading

from . import own_threads

# Words of a thread's structure that are looked at; all versions have more.
_WORDS = 32

# A callback must live until it was called.
_pending = []


def set_everywhere(function, in_main):
    """Makes `function` the trace function of all threads but the current one and ours. `in_main()` is called later on the main thread when
    it cannot be reached from here. Returns the idents of threads that were not reached."""
    current = _thread.get_ident()
    wanted = {ident for ident in sys._current_frames() if ident != current and ident not in own_threads.idents}
    if not wanted:
        return set()
    try:
        import ctypes
    except ImportError:
        return wanted
    if (3, 9) <= sys.version_info[:2] <= (3, 11):
        try:
            reached = _by_structure(ctypes, function, wanted)
        except (AttributeError, ValueError, OSError):
            reached = set()
        wanted -= reached
    main = threading.main_thread().ident
    if main in wanted and _ask_main(ctypes, in_main):
        wanted.discard(main)
    return wanted


def _ask_main(ctypes, in_main):
    def call(_):
        del _pending[:]
        try:
            in_main()
        except Exception:
            pass
        return 0
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(call)
    _pending.append(callback)
    # The queue is short: when it is full, once more.
    for _ in range(20):
        if ctypes.pythonapi.Py_AddPendingCall(callback, None) == 0:
            return True
        import time
        time.sleep(0.05)
    return False


def _by_structure(ctypes, function, wanted):
    """Sets the trace function of the wanted threads; returns the idents of those it was set for."""
    api = ctypes.pythonapi
    pointer = ctypes.c_void_p
    set_trace = api._PyEval_SetTrace
    set_trace.argtypes, set_trace.restype = (pointer, pointer, ctypes.py_object), ctypes.c_int
    api.PyThreadState_Get.restype = pointer
    api.PyThreadState_Get.argtypes = ()
    api.PyInterpreterState_Get.restype = pointer
    api.PyInterpreterState_Get.argtypes = ()
    api.PyInterpreterState_ThreadHead.restype = pointer
    api.PyInterpreterState_ThreadHead.argtypes = (pointer,)
    api.PyThreadState_Next.restype = pointer
    api.PyThreadState_Next.argtypes = (pointer,)

    def words(state):
        return list((ctypes.c_size_t * _WORDS).from_address(state))

    own = api.PyThreadState_Get()
    trampoline = _trampoline(lambda: words(own))
    if trampoline is None:
        return set()
    # Nothing below lets another thread run between looking at the list and using it: no Python code blocks or gives way in ctypes.pythonapi,
    # which keeps the interpreter's lock, and the switch interval is far longer than this takes.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(10)
    try:
        states = []
        each = api.PyInterpreterState_ThreadHead(api.PyInterpreterState_Get())
        while each:
            states.append(each)
            each = api.PyThreadState_Next(each)
        running = set(sys._current_frames())
        place = [index for index, word in enumerate(words(own)) if word == _thread.get_ident()]
        for index in place:
            idents = {words(state)[index]: state for state in states}
            # Threads that run no Python code at the moment have a structure, and no frame.
            if len(idents) == len(states) and running <= set(idents):
                break
        else:
            return set()
        reached = set()
        for ident in wanted & set(idents):
            if set_trace(idents[ident], trampoline, function) == 0:
                reached.add(ident)
        return reached
    finally:
        sys.setswitchinterval(interval)


def _trampoline(words):
    """The address of the C function behind sys.settrace(); None when it does not show itself."""
    def probe(frame, event, arg):
        return None
    settrace = getattr(sys.settrace, 'heatline', sys.settrace)
    settrace(probe)
    try:
        traced = words()
    finally:
        settrace(None)
    untraced = words()
    for index, word in enumerate(traced):
        # c_profilefunc, c_tracefunc, c_profileobj, c_traceobj
        if word == id(probe) and index >= 3 and traced[index - 2] and not untraced[index] and not untraced[index - 2]:
            return traced[index - 2]
    return None
