"""A sampling profiler that runs inside the profiled program.

    python [options] heatline_sample.py --out FILE [--stop FILE] [--interval SECONDS] [--cpu auto|thread|process|none]
                                        -- script.py args...    or    -- -m module args...
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
from heatline_exact import ExactPositions, exact_positions_needed
from heatline_forks import ForkGuard
from heatline_recording import Output, Recording
from heatline_sampler import WITHOUT_EXACT, Sampler
sys.dont_write_bytecode = _writes_bytecode
runner.forget_own_folder(_FOLDER)

DEFAULT_INTERVAL = '0.004'
CPU_SOURCES = ('auto', 'thread', 'process', 'none')


def main():
    """Runs the program that the command line names, with a sampler beside it."""
    options = {'out': None, 'stop': None, 'interval': DEFAULT_INTERVAL, 'cpu': 'auto'}
    options, words = runner.parse_command_line(sys.argv[1:], options)
    if options['out'] is None:
        runner.usage_error('--out is missing')
    if options['cpu'] not in CPU_SOURCES:
        runner.usage_error('--cpu must be one of ' + ', '.join(CPU_SOURCES))
    try:
        interval = float(options['interval'])
    except ValueError:
        interval = 0.0
    if not 0.0001 <= interval <= 10.0:
        runner.usage_error('--interval must be a number of seconds from 0.0001 to 10')
    try:
        output = Output(os.path.abspath(options['out']))
    except OSError as error:
        runner.usage_error('cannot write %s: %s' % (options['out'], error.strerror))
    recording = Recording(output)
    stop = options['stop'] and os.path.abspath(options['stop'])
    exact = ExactPositions(recording) if exact_positions_needed() else None
    if exact is not None and not exact.prepare():
        exact = None
    switch = sys.getswitchinterval()

    def in_child():
        output.close()
        sys.setswitchinterval(switch)
    forks = ForkGuard(in_child)
    sampler = Sampler(recording, int(interval * 1e9), stop, options['cpu'], exact, forks.tidy)
    program = runner.load(words)
    if words[0] == '-m':
        recording.leave_out_runpy()

    def begin():
        recording.record('h', {
            'tool': 'python-sample', 'python': '%d.%d.%d' % sys.version_info[:3], 'implementation': sys.implementation.name,
            'executable': sys.executable, 'platform': sys.platform, 'pid': os.getpid(), 'argv': words, 'cwd': os.getcwd(),
            'interval_ns': int(interval * 1e9), 'start_unix_ns': int(time.time() * 1e9), 'cpu': sampler.cpu,
            'exact': exact is not None})
        if sampler.cpu != 'thread':
            recording.record('w', CPU_WARNINGS[sampler.cpu])
        if exact is None and exact_positions_needed():
            recording.record('w', 'For cpu time ' + WITHOUT_EXACT)
        sampler.begin()

    # The first handler that is registered is the last that is called: after the program's own, and after its threads have ended.
    atexit.register(sampler.end)
    sampler.start()

    def end(error):
        sampler.exit_code = runner.exit_code(error)
    runner.run(program, begin, end)


CPU_WARNINGS = {
    'process': 'On this platform cpu time is known only while the program has one Python thread.',
    'none': 'On this platform, or with this option, cpu time is not known.',
}

if __name__ == '__main__':
    runner.own_file(main.__code__)
    main()
