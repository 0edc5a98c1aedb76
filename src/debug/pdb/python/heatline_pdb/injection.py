"""Runs a script in a running interpreter below Python 3.14, through gdb, on Linux.

gdb only puts a request into the interpreter (Py_AddPendingCall), which runs the script the next time its main thread may: safe wherever that
thread is. A main thread that waits in a system call does not come by; it holds no locks of the interpreter or the C library then, and the
script is run there at once, with the interpreter's lock taken as any thread would.
"""
import os
import re
import signal
import subprocess
import time

from .attach import await_answer

# Seconds until the main thread should have come by when it runs Python code; that it may take in C; that gdb may take.
_SOON, _LATE, _PATIENCE = 1, 20, 30


class Failed(Exception):
    """Why gdb could not; `forbidden` when the system does not let it."""

    def __init__(self, words, forbidden=False):
        Exception.__init__(self, words)
        self.forbidden = forbidden


def run(pid, gdb, folder, script, answer):
    """Runs the script in the process; returns what it answered."""
    code = os.path.join(folder, 'code')
    with open(code, 'wb') as file:
        # May also come late, when nobody asks any more and the file is gone: whatever happens is not the program's concern.
        text = "try:\n exec(compile(open({0}, encoding='utf-8').read(), {0}, 'exec'), {{'__name__': 'heatline_attach'}})\nexcept BaseException:\n pass\n"
        file.write(text.format(ascii(script)).encode('ascii') + b'\0')
    memory = [
        'set $memory = (unsigned long) ((void *(*)(void *, unsigned long, int, int, int, long)) mmap)(0, 65536, 3, 0x22, -1, 0)',
        'restore %s binary $memory' % code,
    ]
    said = _gdb(pid, gdb, folder, memory + [
        'printf "heatline %d\\n", ((int (*)(void *, void *)) Py_AddPendingCall)((void *) PyRun_SimpleString, (void *) $memory)',
    ])
    if '\nheatline 0' not in said:
        raise _complaint(pid, said)
    found = await_answer(pid, answer, _SOON, quietly=True)
    if found is None and _main_thread_waits(pid):
        _gdb(pid, gdb, folder, memory + [
            'set $state = ((int (*)(void)) PyGILState_Ensure)()',
            'set $result = ((int (*)(void *)) PyRun_SimpleString)((void *) $memory)',
            'call ((void (*)(int)) PyGILState_Release)($state)',
        ])
    return found if found is not None else await_answer(pid, answer, _LATE)


def _gdb(pid, gdb, folder, commands):
    """Runs gdb's commands in the process, and detaches; returns what it said. An error ends the commands; a call that hangs is taken back."""
    file = os.path.join(folder, 'commands')
    with open(file, 'w') as stream:
        stream.write('\n'.join(['set unwindonsignal on', 'sharedlibrary libpython', 'sharedlibrary libc.so'] + commands + ['']))
    # Symbols of libraries that are not needed, and what files beside them want to run, only take time.
    quick = [word for command in ('set auto-solib-add off', 'set auto-load off', 'set confirm off', 'set width 0') for word in ('-iex', command)]
    child = subprocess.Popen([gdb, '-nx', '-batch'] + quick + ['-p', str(pid), '-x', file], cwd=folder, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        said, _ = child.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        # Interrupted, gdb undoes the call and detaches. It is never killed: that would leave the process in the middle of it.
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate()
    return said.decode('utf-8', 'replace')


def _complaint(pid, said):
    if re.search('ptrace: Operation not permitted|Could not attach', said):
        return Failed('The system does not let gdb look into process %d.' % pid, forbidden=True)
    missing = re.search(r'No symbol "(\w+)"', said)
    if missing:
        return Failed('Process %d does not show where its interpreter is (no symbol %s): its Python is built in without symbols.' % (pid, missing.group(1)))
    return Failed('gdb could not ask the interpreter of process %d to let the debugger in: %s.' % (pid, (said.strip().splitlines() or ['it said nothing'])[-1].rstrip('.')))


def _main_thread_waits(pid):
    """Whether the main thread is inside one system call, and has been for a while."""
    def look():
        try:
            with open('/proc/%d/task/%d/syscall' % (pid, pid)) as file:
                call = file.read()
            with open('/proc/%d/task/%d/status' % (pid, pid)) as file:
                switches = re.search(r'^voluntary_ctxt_switches:\s*(\d+)', file.read(), re.M)
        except OSError:
            return None
        return None if call.startswith('running') else (call, switches and switches.group(1))
    before = look()
    time.sleep(0.3)
    return before is not None and before == look()
