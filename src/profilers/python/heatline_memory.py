"""Watches the memory of a Python program from inside, by tracemalloc.

    python [options] heatline_memory.py --out FILE [--stop FILE] [--interval SECONDS] [--depth CALLS] -- script.py args...
                                                                                             or    -- -m module args...

What stands after `--` is what would stand after `python`, and runs as it would there (heatline_runner.py). When the file named by
--stop appears, the program is ended as by Ctrl-C, and two seconds later, if it still runs, by os._exit(130) with its profile kept.

What is measured
- Blocks of memory that Python's allocators gave out since the program's first instruction, with the lines that asked for them: --depth (5) calls
  deep. Memory that C libraries get by themselves is not in it; the resident memory of the whole process, with what tracing itself needs, is told beside it.
- A thread looks each --interval (0.002) at how much is held. Looks are cheap; which line holds it is a tree, which takes
  0.5 to 3 us for each block that lives, while the program waits. heatline_traces.py says when trees are taken: they use a tenth of the time at most
  (a third while memory grows fast), so that with many blocks the tree of the peak is somewhat below the peak. How far is in the profile.
- What comes and goes between two looks is in no tree. From Python 3.9 on it shows in the values over time, since the interpreter notes the
  most that was held; a program that imports tracemalloc itself keeps its own notes, and then only new peaks are seen.
- Our own allocations are left out. Forked children are not watched.

Measured (two shared and very busy cores): a program that does nothing but allocate, or json, is 12 to 15 times slower with 3.8 and --depth 10, 45 to
180 times with 3.11 and 3.13, which look up the line of each frame at once; with --depth 1 it is 6 to 23 times. Calls and arithmetic alone are 1.4 to 5 times
slower, where integers are allocated.

The file, "python-memory 1": one record a line, ASCII, only ever appended to, written at least each half second; times are nanoseconds
since the program's first instruction. What is referred to was defined before; ids count from 0. After SIGKILL, os._exit() or a crash
there is no end record, and the last line may be torn.

    python-memory 1
    h {...}                     tool, python, implementation, executable, platform, pid, argv, cwd, interval_ns, start_unix_ns, depth
    p ID "file"                 source file
    s ID CUT FILE LINE ...      stack, the line that allocated first, then its callers; CUT is 1 when there were more than the depth
    m TIME BYTES RSS            value: bytes held by the program; resident bytes of the process, -1 when not read
    t TIME BYTES BLOCKS COUNT   a tree: what was held then, and how many of the following lines belong to it
    b STACK BYTES BLOCKS        what a stack of the tree holds
    w "text"                    for the person who reads the profile
    e {...}                     end: duration_ns, exit (code), stopped (by --stop), trees (number taken), trees_ns (their cost)
    n LINE ["name", "file", [line ...]]   names of functions, added later in a file of their own: LINE is the first of the function, [line ...] are lines
                                of stacks that are its code
"""

import atexit
import os
import sys
import time

if sys.version_info < (3, 6):
    sys.exit('heatline: profiling needs Python 3.6 or later, this is %s' % sys.version.split()[0])

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_writes_bytecode = sys.dont_write_bytecode
# Nothing is left behind in this folder, which may not be writable either.
sys.dont_write_bytecode = True
sys.path.insert(0, _FOLDER)
import heatline_runner as runner
from heatline_forks import ForkGuard
from heatline_memory_watch import MemoryWatch
from heatline_recording import Output
from heatline_traces import TraceFile, stop_tracing
sys.dont_write_bytecode = _writes_bytecode
runner.forget_own_folder(_FOLDER)

DEFAULT_INTERVAL = '0.002'
DEFAULT_DEPTH = '5'


def main():
    """Runs the program that the command line names, with its memory watched."""
    options, words = runner.parse_command_line(sys.argv[1:], {'out': None, 'stop': None, 'interval': DEFAULT_INTERVAL, 'depth': DEFAULT_DEPTH})
    if options['out'] is None:
        runner.usage_error('--out is missing')
    interval = _number(options['interval'], float)
    if not 0.0001 <= interval <= 10.0:
        runner.usage_error('--interval must be a number of seconds from 0.0001 to 10')
    depth = _number(options['depth'], int)
    if not 1 <= depth <= 1000:
        runner.usage_error('--depth must be a whole number from 1 to 1000')
    try:
        output = Output(os.path.abspath(options['out']))
    except OSError as error:
        runner.usage_error('cannot write %s: %s' % (options['out'], error.strerror))
    traces = TraceFile(output)

    def in_child():
        output.close()
        stop_tracing()
    forks = ForkGuard(in_child)
    stop = options['stop'] and os.path.abspath(options['stop'])
    watch = MemoryWatch(traces, interval, depth, stop, forks.tidy)
    program = runner.load(words)
    if words[0] == '-m':
        traces.leave_out_runpy()

    def begin():
        traces.record('h', {
            'tool': 'python-memory', 'python': '%d.%d.%d' % sys.version_info[:3], 'implementation': sys.implementation.name,
            'executable': sys.executable, 'platform': sys.platform, 'pid': os.getpid(), 'argv': words, 'cwd': os.getcwd(),
            'interval_ns': int(interval * 1e9), 'start_unix_ns': int(time.time() * 1e9), 'depth': depth})
        watch.begin()

    # The first handler that is registered is the last that is called: after the program's own, and after its threads have ended.
    atexit.register(watch.end)
    watch.start()

    def end(error):
        watch.exit_code = runner.exit_code(error)
    runner.run(program, begin, end)


def _number(text, kind):
    try:
        return kind(text)
    except ValueError:
        return 0


if __name__ == '__main__':
    runner.own_file(main.__code__)
    main()
