"""cProfile for a whole program, without losing the profile when the program ends badly.

    python [options] heatline_cprofile.py --out FILE [--stop FILE] [--children yes|no]
                                          -- script.py args...    or    -- -m module args...

What stands after `--` is what would stand after `python`, and runs as it would there (heatline_runner.py). FILE gets the statistics
in the format of the pstats module. The file is written under another name and then renamed: it is whole or not there. It
is written when

- the program's main thread ends: by its last line, an exception, sys.exit() or Ctrl-C;
- the file named by --stop appears: KeyboardInterrupt is raised in the main thread, and two seconds later, when the program still runs,
  the statistics are written and the process ends with exit code 130;
- SIGTERM arrives and the program has no handler for it (with one, the program decides); the process then dies of the signal;
- the program calls os._exit() or one of os.exec*(), which are wrapped for this.

SIGKILL, os.abort() and crashes lose everything, since cProfile keeps its numbers in memory until then.

What is in it: up to Python 3.11 the main thread alone. From 3.12 on the calls of all threads, but cProfile keeps one stack for all of
them, so times of programs with several busy threads are not to be trusted. Calls are timed by the clock, waiting included.
The numbers begin at the program's `<module>`: unlike with python -m cProfile, there is no exec() around it, and our own
functions are left out. For -m, runpy and the search for the module are in it, as they are there. Functions with the same
file, line and name (two lambdas on one line) are added up; cProfile's own writer keeps only the last of them.
With --children yes forked children and started Python programs write files of their own (heatline_children.py), which are to be added up.
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
from heatline_calls import CallProfile, publish_calls
sys.dont_write_bytecode = _writes_bytecode
runner.forget_own_folder(_FOLDER)


def main():
    """Runs the program that the command line names, under the profiler."""
    options, words = runner.parse_command_line(sys.argv[1:], {'out': None, 'stop': None, 'children': 'no'})
    if options['out'] is None:
        runner.usage_error('--out is missing')
    if options['children'] not in ('yes', 'no'):
        runner.usage_error('--children must be yes or no')
    out = os.path.abspath(options['out'])
    stop = options['stop'] and os.path.abspath(options['stop'])
    follows = options['children'] == 'yes'
    profile = CallProfile(out, stop, follows, False)
    program = runner.load(words)
    if follows:
        publish_calls(_FOLDER, out, stop)
    profile.guard()
    profile.watch()

    def end(_error):
        profile.write()
    runner.run(program, profile.begin, end)


if __name__ == '__main__':
    runner.own_file(main.__code__)
    main()
