// Under our programs a Python program must not be able to tell: same output, same errors, same end.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { skipBecause } from '../tools.ts';
import { interpreters, python3, run, Workplace, type Interpreter, type RunOptions, type ToolName } from './python-run.ts';

/** What a program sees of itself, and a chained error at the end. */
const SELF = `
import os, pickle, sys
class Thing(object):
    pass
if __name__ == '__main__':
    main = sys.modules['__main__']
    print(sys.argv, sys.path, getattr(sys, 'orig_argv', None))
    print(list(globals()), __name__, __file__, __package__, __spec__ and __spec__.name, globals().get('__cached__'), type(__loader__), type(__builtins__))
    print(main.Thing is Thing, type(pickle.loads(pickle.dumps(Thing()))) is Thing, pickle.dumps(Thing(), 0))
    print([name for name in sys.modules if 'heatline' in name], sys.dont_write_bytecode, sys.stdin.read())
    def fail():
        try:
            {}['missing']
        except KeyError:
            raise ValueError('second')
    fail()
`;

const CTRL_C = 'def f():\n    raise KeyboardInterrupt\nf()\n';

/** From 3.12 on os.fork() warns of other threads; os.wait() must find the program's own children only. */
const FORK = `
import os, sys, warnings
warnings.simplefilter('always')
for i in range(2):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        print('child', hasattr(os, 'register_at_fork') and sys.getswitchinterval())
        sys.exit(5)
    print('parent', os.waitpid(pid, 0)[1])
try:
    os.wait()
except OSError as error:
    print(error)
`;

/** With cProfile as a plain interpreter too, unless the program uses what cProfile itself is made of. */
const CASES: readonly { name: string; source: string; sampleOnly?: boolean }[] = [
  { name: 'a syntax error', source: 'print("never")\nx = = 1\n' },
  { name: 'sys.exit with a number', source: 'import sys\nsys.exit(300)\n' },
  { name: 'sys.exit with a message', source: 'import sys\nsys.exit("bad input")\n' },
  { name: 'the order of threads, atexit handlers and output', source: `
import atexit, threading, time
atexit.register(print, 'registered first')
atexit.register(print, 'registered second')
def late():
    time.sleep(0.1)
    print('thread', threading.main_thread().is_alive())
threading.Thread(target=late).start()
print('main', [thread.name for thread in threading.enumerate()])
raise SystemExit(4)
` },
  { name: 'an excepthook of its own', source: 'import sys\ndef hook(kind, error, traceback):\n    print(kind, error, traceback.tb_frame.f_code.co_name, traceback.tb_next)\nsys.excepthook = hook\n1 / 0\n' },
  { name: 'multiprocessing, spawn and fork', source: `
import multiprocessing, os
def square(n):
    return n * n
if __name__ == '__main__':
    for method in ('spawn', 'fork'):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(square, range(5)))
` },
  { name: 'exec of another program', source: `
import os, sys
if len(sys.argv) == 1:
    try:
        os.execv('/does/not/exist', ['x'])
    except OSError as error:
        print(type(error).__name__, flush=True)
    os.execv(sys.executable, [sys.executable, __file__, 'again'])
sum(range(12000000))
print('second', sys.argv[1:])
` },
  { name: 'default actions for all signals', source: `
import signal
for number in range(1, signal.NSIG):
    try:
        signal.signal(number, signal.SIG_DFL)
    except (OSError, ValueError):
        pass
print(sum(range(12000000)))
` },
  { name: 'tracing of its own', sampleOnly: true, source: `
import sys, threading
seen = []
def trace(frame, event, argument):
    seen.append((event, frame.f_code.co_name))
def f():
    return 1
sys.setprofile(trace)
threading.setprofile(trace)
f()
sys.setprofile(None)
print(seen)
` },
];

describe('Python programs under our profilers', () => {
  const check = async (tool: ToolName, python: Interpreter, files: Record<string, string>, words: string[], options: RunOptions = {}) => {
    const place = new Workplace();
    try {
      for (const [name, source] of Object.entries(files)) place.write(name, source);
      const plain = await run(python.command, words, { cwd: place.folder, ...options });
      const ours = await place.profile(tool, python, words, options);
      assert.deepEqual(ours, plain);
    } finally {
      place.remove();
    }
  };
  const all = interpreters();
  if (all.length === 0) it('need an interpreter', function () { skipBecause(this, 'needs Python 3.6 or later'); });
  for (const python of all) {
    for (const tool of ['sample', 'cprofile'] as const) {
      it(`see the same of themselves with ${python.name}, ${tool}`, async () => {
        await check(tool, python, { 'self test.py': SELF }, ['./self test.py', '-x', 'a b'], { input: 'typed' });
        await check(tool, python, { 'pack.py': SELF }, ['-m', 'pack', '-x'], { input: 'typed' });
        await check(tool, python, { 'die.py': CTRL_C }, ['die.py']);
        await check(tool, python, { 'fork.py': FORK }, ['fork.py']);
      });
    }
  }
  if (python3) {
    const python = python3;
    for (const tool of ['sample', 'cprofile'] as const) {
      for (const { name, source } of CASES.filter(({ sampleOnly }) => tool === 'sample' || !sampleOnly)) {
        it(`${name}, ${tool}`, () => check(tool, python, { 'program.py': source }, ['program.py']));
      }
      it(`a folder as program, ${tool}`, () => check(tool, python, { '__main__.py': SELF }, ['.', 'x'], { input: '' }));
      it(`isolated from the folder, ${tool}`, async () => {
        const place = new Workplace();
        try {
          // Names of ours beside the program must not be mistaken for ours, nor the other way round.
          place.write('heatline_runner.py', 'answer = 42\n');
          const file = place.write('program.py', 'import heatline_runner\nprint(heatline_runner.answer)\n');
          assert.equal((await place.profile(tool, python, [file])).stdout, '42\n');
        } finally {
          place.remove();
        }
      });
    }
  }
});
