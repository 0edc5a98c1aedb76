"""asyncio: tasks as threads of a list of their own, and who awaits the one that is stopped."""
import sys

from .threads import StackFrame

# Ids of tasks in the list of threads begin here, above those of threads.
FIRST = 1000000
_MOST = 500


def _all_tasks():
    """Every unfinished task of every loop. asyncio is not imported for the question."""
    asyncio = sys.modules.get('asyncio')
    found = getattr(sys.modules.get('asyncio.tasks'), '_all_tasks', None)
    if asyncio is None:
        return []
    tasks = []
    try:
        tasks = [task for task in list(found or ()) if not task.done()]
        for name in ('_scheduled_tasks', '_eager_tasks'):
            tasks += [task for task in list(getattr(asyncio.tasks, name, ())) if not task.done() and task not in tasks]
    except Exception:
        # The sets change while other threads run.
        return tasks
    return sorted(tasks, key=_name)


def _name(task):
    name = getattr(task, 'get_name', None)
    return name() if name else 'Task'


def _coroutine(task):
    """What a task runs; tasks of other libraries may lack the method."""
    return task.get_coro() if hasattr(task, 'get_coro') else task._coro


def _chain(coroutine):
    """The frames of a suspended coroutine, the outermost first."""
    frames = []
    seen = 0
    while coroutine is not None and seen < 1000:
        seen += 1
        frame = getattr(coroutine, 'cr_frame', None) or getattr(coroutine, 'gi_frame', None) or getattr(coroutine, 'ag_frame', None)
        if frame is not None:
            frames.append(frame)
        awaited = getattr(coroutine, 'cr_await', None) or getattr(coroutine, 'gi_yieldfrom', None) or getattr(coroutine, 'ag_await', None)
        coroutine = awaited
    return frames


class TaskThread:
    """A suspended task in the list of threads: it has a stack, and goes on with its loop's thread."""

    def __init__(self, number, task):
        self.id = number
        self.task = task
        self.stack = []
        self.stopped = True
        self.event = 'line'
        self.returned = None
        self.exception = None
        self.arg = None
        self.selected = 0


class Tasks:
    """Ids of tasks, which stay the same while the task lives."""

    def __init__(self, engine):
        self.engine = engine
        self._known = {}
        self._next = FIRST

    def listed(self):
        """The suspended tasks as TaskThreads; empty while nothing is stopped."""
        found = []
        for task in _all_tasks()[:_MOST]:
            coroutine = _coroutine(task)
            if getattr(coroutine, 'cr_running', False) or not _chain(coroutine):
                continue
            found.append(self.of(task))
        return found

    def of(self, task):
        """The TaskThread of a task, made when it is new."""
        known = self._known.get(id(task))
        if known is None or known.task is not task:
            known = self._known[id(task)] = TaskThread(self._next, task)
            self._next += 1
        return known

    def describe(self, task_thread):
        """Name in the list of threads."""
        task = task_thread.task
        coroutine = _coroutine(task)
        return '%s (%s, waiting)' % (_name(task), getattr(coroutine, '__qualname__', type(coroutine).__name__))

    def find(self, number):
        """The TaskThread of an id, or None."""
        for known in self._known.values():
            if known.id == number:
                return known
        return None

    def fill(self, task_thread, ids):
        """Takes the stack of a task, the innermost frame first."""
        frames = _chain(_coroutine(task_thread.task))
        old = {each.frame: each for each in task_thread.stack}
        task_thread.stack = [old.get(frame) or StackFrame(next(ids), frame, frame.f_lineno, task_thread) for frame in reversed(frames)]

    def all(self):
        """Those that were listed."""
        return list(self._known.values())

    def forget(self):
        """When the program goes on."""
        self._known.clear()


def awaiting(engine, thread, describe, ids):
    """Frames to show below a stack that runs in a task: those of the tasks that await it, each chain under a label."""
    asyncio = sys.modules.get('asyncio')
    if asyncio is None or not thread.stack:
        return []
    running = {each.frame for each in thread.stack}
    tasks = _all_tasks()
    current = next((task for task in tasks if getattr(_coroutine(task), 'cr_frame', None) in running), None)
    shown = []
    seen = set()
    while current is not None and id(current) not in seen and len(seen) < 50:
        seen.add(id(current))
        waiting = [task for task in tasks if _waits_for(task, current)]
        if not waiting:
            break
        parent = waiting[0]
        shown.append({'id': next(ids), 'name': 'awaited by %s' % _name(parent), 'line': 0, 'column': 0, 'presentationHint': 'label'})
        known = engine.tasks.of(parent)
        engine.tasks.fill(known, ids)
        shown += [describe(each) for each in known.stack]
        current = parent
    return shown


def _waits_for(task, other):
    waiter = getattr(task, '_fut_waiter', None)
    if waiter is other:
        return True
    # gather() puts a future of its own between.
    children = getattr(waiter, '_children', None)
    return bool(children) and other in children
