"""Which task of asyncio a thread is in.

A thread's samples inside a task belong to a lane of their own, `MainThread / Task NAME`: so stacks of all tasks still add up in a flame graph,
and who wants one task alone chooses it as one chooses a thread. Tasks without a name of their own (`Task-17`) are named by their coroutine, or there
would be as many lanes as requests.

The current task is asked for with each look at all threads; stacks seen in between (heatline_exact.py) belong to the task that was seen last with the same
outermost coroutine. That is right in the sum where several tasks run the same one, and each time where they do not. Loops that are not
asyncio's own (uvloop) run tasks without a frame that tells, and get no lanes.

Standard library only, CPython 3.7 and later, and no import that is not built into the interpreter (see heatline_runner.py).
"""

import sys

from heatline_runner import own_file

_MOST_LANES = 1000


class Tasks(object):
    """Finds current tasks. table gives lanes their numbers; root_of(stack) is the function that a stack's task began with, -1 for none."""

    def __init__(self, table, root_of):
        self._table = table
        self._root_of = root_of
        self._module = None
        self._count = 0

    def look(self, threads):
        """Notes which task each thread is in, by its ident and the stack in which it was seen."""
        module = self._module
        if module is None:
            module = self._module = sys.modules.get('asyncio.tasks')
            if module is None:
                return
        current = getattr(module, '_current_tasks', None)
        if not current:
            return
        for loop, task in list(current.items()):
            thread = threads.get(getattr(loop, '_thread_id', None))
            root = self._root_of(thread.seen) if thread is not None and thread.seen >= 0 else -1
            if root >= 0 and task is not None:
                number = self._number(thread, _label(task))
                if thread.tasks is None:
                    thread.tasks = {}
                thread.tasks[root] = number

    def _number(self, thread, label):
        number = thread.lanes.get(label)
        if number is None:
            if self._count >= _MOST_LANES:
                return thread.number
            self._count += 1
            number = thread.lanes[label] = self._table.lane(thread, 'Task ' + label)
        return number


def _label(task):
    name = task.get_name() if hasattr(task, 'get_name') else ''
    if name and not (name.startswith('Task-') and name[5:].isdigit()):
        return str(name)
    coroutine = task.get_coro() if hasattr(task, 'get_coro') else getattr(task, '_coro', None)
    return str(getattr(coroutine, '__qualname__', None) or 'unnamed')


own_file(_label.__code__)
