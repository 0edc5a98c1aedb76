"""A sampling profiler that runs inside the profiled program.

    python [options] heatline_sample.py --out FILE [--stop FILE] [--interval SECONDS] [--cpu auto|thread|process|none]
                                        [--children yes|no] -- script.py args...    or    -- -m module args...

What stands after `--` is what would stand after `python`, and runs as it would there (heatline_runner.py). When the file named by
--stop appears, the program is ended as by Ctrl-C, and two seconds later, if it still runs, by os._exit(130) with its profile kept.

What is measured
- All threads, by line; from Python 3.11 on also by column. The clock begins with the program's first instruction and ends after its last
  atexit handler. Neither the sampler's own thread nor the frames that started the program are in it.
- Each sample carries the time since the thread's last one by the clock, and the thread's cpu time in it. Nothing is counted: a call
  of C that keeps the interpreter's lock for a second is one sample of a second.
- On Linux cpu time is each thread's own cpu clock. Elsewhere it is the process's, as long as there is one Python thread, and unknown (-1)
  when there are more. Threads that Python did not start may be unknown too.
- Where a thread is: up to 3.9 the sampler asks the interpreter, each --interval (0.005), and has the lock handed over within 0.5 ms by
  sys.setswitchinterval(), unless several threads are busy. From 3.10 on threads let others in at calls, starts of functions and ends of loops only, and would
  only be seen there: a function that calls nothing would have no time at all, and the next one that is called would have it. So on Linux a
  helper process looks each --interval at the threads that run (heatline_exact.py); the sampler asks each 10 ms for the rest,
  and leaves the switch interval alone. Elsewhere, and where that cannot be done, a warning in the profile says so.
- When the machine has less cpu to give than the program wants, or threads wait for the interpreter's lock, that time is put down to where
  they ran before and after, not to where they were put off.
- Tasks of asyncio are lanes of their thread, `MainThread / Task NAME` (heatline_tasks.py).
- Children are recorded with --children yes, each in a file of its own (heatline_children.py). Other interpreters in the process are not.

Measured on two shared cores, Linux 6.18 (test/bench/python-overhead.ts): a cpu-bound program 20 calls deep is 1 to 3 % slower up to 3.9, and not
measurably from 3.10 on (-4 to +3 %); with four busy threads the same, with 100 waiting ones up to 7 % and 4 %. The shares of three
functions in runs of 1.2 s were right to 2 percentage points in the middle, 7 at worst. The start takes 12 ms, with the helper 35 ms. When
samples cost much (many threads, deep stacks) the interval is stretched, so that the sampler uses 1.5 % of a cpu; the helper uses at
most 5 % of another.

The file, "heatline-samples 1": one record a line, ASCII, only ever appended to, written at least each half second and a sample; all times
in nanoseconds. What is referred to was defined before; ids count from 0. After SIGKILL, os._exit() or a crash there is no end
record, and the last line may be torn.

    heatline-samples 1
    h {...}                     tool, python, implementation, executable, platform, pid, argv, cwd, interval_ns, start_unix_ns;
                                parent: 0 in the first process, else the pid of the one that forked or started it;
                                cpu: thread, process or none; exact: whether running threads were looked at from outside
    f ID LINE ["name", "file"]  function, by its full name where Python has it; LINE is its first
    r ID FUNCTION LINE COLUMN   frame; COLUMN counts UTF-8 bytes from 1, 0 is unknown
    s ID PARENT FRAME           stack: FRAME called from stack PARENT, -1 for none
    p "name"                    process, in children. Again when the name changes
    t ID TID "name"             thread; TID is 0 when unknown. Again when its name or TID becomes known or changes
    x TIME THREAD STACK WALL CPU   sample: the thread spent WALL in this stack until TIME (since the start), CPU of it on the cpu; -1: unknown.
                                A thread's samples follow one another without gaps, and each other's in order of time only roughly
    w "text"                    for the person who reads the profile
    e {...}                     end: duration_ns, exit (code), samples (x records), stopped (by --stop), cpu_ns (of the process, sampler
                                included), ticks (times that all threads were looked at), sampler_cpu_ns

Samples of a thread that follow one another with the same stack are merged as long as they agree in whether it mostly ran or mostly waited,
and for 0.4 s at most: a thread that waits for an hour writes 2.5 lines a second, and the time line loses nothing, since WALL tells
the span.
"""

import os
import sys

if sys.version_info < (3, 6):
    sys.exit('heatline: profiling needs Python 3.6 or later, this is %s' % sys.version.split()[0])

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_writes_bytecode = sys.dont_write_bytecode
# Nothing is left behind in this folder, which may not be writable either.
sys.dont_write_bytecode = True
sys.path.insert(0, _FOLDER)
import heatline_runner as runner
from heatline_exact import START_SECONDS
from heatline_recording import Output
from heatline_session import CPU_SOURCES, DEFAULT_INTERVAL, Session, publish_session
sys.dont_write_bytecode = _writes_bytecode
runner.forget_own_folder(_FOLDER)


def main():
    """Runs the program that the command line names, with a sampler beside it."""
    options = {'out': None, 'stop': None, 'interval': DEFAULT_INTERVAL, 'cpu': 'auto', 'children': 'no'}
    options, words = runner.parse_command_line(sys.argv[1:], options)
    if options['out'] is None:
        runner.usage_error('--out is missing')
    if options['cpu'] not in CPU_SOURCES:
        runner.usage_error('--cpu must be one of ' + ', '.join(CPU_SOURCES))
    if options['children'] not in ('yes', 'no'):
        runner.usage_error('--children must be yes or no')
    try:
        interval = float(options['interval'])
    except ValueError:
        interval = 0.0
    if not 0.0001 <= interval <= 10.0:
        runner.usage_error('--interval must be a number of seconds from 0.0001 to 10')
    out = os.path.abspath(options['out'])
    try:
        output = Output(out)
    except OSError as error:
        runner.usage_error('cannot write %s: %s' % (options['out'], error.strerror))
    stop = options['stop'] and os.path.abspath(options['stop'])
    follows = options['children'] == 'yes'
    session = Session(out, stop, interval, options['cpu'], follows)
    session.prepare(output, START_SECONDS)
    program = runner.load(words)
    if words[0] == '-m':
        session.recording.leave_out_runpy()
    if follows:
        publish_session(_FOLDER, out, stop, interval, options['cpu'])
    session.sampler.start()

    runner.run(program, lambda: session.begin(words), lambda error: session.ended(runner.exit_code(error)))


if __name__ == '__main__':
    runner.own_file(main.__code__)
    main()
