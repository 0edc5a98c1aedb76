"""Stands between perf and the Python program that it profiles.

    python -I -S heatline_shield.py PID_FILE PROGRAM ARGUMENT...

perf ends its program by SIGTERM, also when Ctrl-C has just reached both. Python then dies with the last names of its functions unwritten (perf_jit
writes them in pieces of 4 KB), so that its hottest ones are often without name. Here SIGTERM becomes an interrupt, which Python ends from in
good order; when the terminal has sent one already it gets no second. A second SIGTERM is handed on as it is. PID_FILE gets our process id, so that our
own samples can be left out. Ends as the program ends.

Standard library only, CPython 3.12 and later, Linux.
"""

import os
import signal
import sys


def main():
    """Runs the program and ends as it does."""
    state = {'interrupted': False, 'terminated': False, 'pid': 0}

    def interrupt(_signal, _frame):
        state['interrupted'] = True

    def terminate(_signal, _frame):
        if state['pid'] and state['terminated']:
            os.kill(state['pid'], signal.SIGTERM)
        elif state['pid'] and not state['interrupted']:
            os.kill(state['pid'], signal.SIGINT)
        state['terminated'] = True

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, terminate)
    with open(sys.argv[1], 'w') as stream:
        stream.write(str(os.getpid()))
    words = sys.argv[2:]
    try:
        state['pid'] = os.posix_spawnp(words[0], words, os.environ, setsigdef=[signal.SIGINT, signal.SIGTERM, signal.SIGPIPE])
    except OSError as error:
        sys.exit('heatline: cannot start %s: %s' % (words[0], error.strerror))
    if state['terminated']:
        os.kill(state['pid'], signal.SIGINT)
    _, status = os.waitpid(state['pid'], 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


if __name__ == '__main__':
    main()
