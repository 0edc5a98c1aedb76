// perf on Python programs whose hot functions are known, in Python and below it in C.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, describe, it } from 'mocha';
import { FunctionKind, text, type Profile } from '../../src/core/profile.ts';
import { descendants } from '../../src/profilers/process.ts';
import { perfAbility } from '../../src/profilers/perf.ts';
import { pythonPerf } from '../../src/profilers/pythonPerf.ts';
import { foldInterpreter } from '../../src/profilers/pythonPerfScript.ts';
import { needsTool, skipBecause } from '../tools.ts';
import { interpreters } from './python-run.ts';
import { Bench, namesOf } from './pythonProfile-run.ts';

/** About half in `spin`, the rest in zlib for `squeeze` and in sorting for `order`. */
const HOT = `import sys, time, zlib

def spin(n):
    total = 0
    for i in range(n):
        total += i * i % 7
    return total


class Work:
    def squeeze(self):
        return zlib.compress(DATA, 9)

    def order(self):
        return sorted(ITEMS, key=lambda item: -item % 1009)

    def all(self):
        spin(400000)
        self.squeeze()
        self.order()


DATA = bytes(range(256)) * 8000
ITEMS = list(range(60000))


def main(seconds):
    if len(sys.argv) > 2:
        open(sys.argv[2], 'w').close()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        Work().all()


main(float(sys.argv[1]))
`;
const LINES: Readonly<Record<string, number>> = { spin: 3, 'Work.squeeze': 11, 'Work.order': 14, 'Work.order.<locals>.<lambda>': 15, 'Work.all': 17, main: 27 };

/** What perf and Python leave in the folders that they do not let anyone choose. */
function leftovers(): string[] {
  return [...readdirSync('/tmp').filter((name) => /^(?:jit|jitted|perf)-\d/.test(name)), ...list(path.join(os.homedir(), '.debug', 'jit'))].sort();
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

interface Share {
  readonly self: number;
  readonly total: number;
}

/** Shares of the samples by function, of stacks that pass. */
function shares(profile: Profile, passes: (names: string[]) => boolean): Share {
  const event = profile.defaultEvent;
  let [self, total] = [0, 0];
  profile.stackSelf[event].forEach((weight, row) => {
    if (weight === 0) return;
    const names = namesOf(profile, row);
    if (passes(names)) total += weight;
    if (passes(names.slice(-1))) self += weight;
  });
  return { self: self / profile.totals[event], total: total / profile.totals[event] };
}

async function onBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = new Bench();
  try {
    await work(bench);
  } finally {
    bench.remove();
  }
}

describe('perf on Python programs', function () {
  this.timeout(90_000);
  // What a noisy neighbour spoiled is measured again.
  this.retries(2);
  before(async function () {
    needsTool(this, 'perf');
    const bench = new Bench();
    try {
      if (!('event' in (await perfAbility(bench.context())))) skipBecause(this, 'perf may not be used here');
    } finally {
      bench.remove();
    }
  });

  const able = interpreters().filter(({ version }) => version >= 312);
  if (able.length === 0) it('needs an interpreter', function () { skipBecause(this, 'needs Python 3.12 or later'); });
  for (const python of able) {
    it(`finds the hot functions of Python and what is below them, with ${python.name}`, () => onBench(async (bench) => {
      const before = leftovers();
      const file = bench.write('hot work.py', HOT);
      const { outcome, profile, notes } = await bench.record(pythonPerf, python, file, { target: { args: ['1.5'] } });
      assert.equal(outcome.code, 0, outcome.stderr);
      assert.deepEqual(leftovers(), before);
      // Each function has its file and the line of its def.
      for (const [name, line] of Object.entries(LINES)) {
        const rows = Array.from(profile.functions.name.keys())
          .filter((row) => text(profile, profile.functions.name[row]) === name && profile.functions.kind[row] === FunctionKind.Python)
          // Modules that Python starts with have a main of their own.
          .filter((row) => !text(profile, profile.functions.file[row]).startsWith('<frozen'));
        // Without whole stacks only who runs itself is seen.
        if (python.version === 312 && rows.length === 0 && ['main', 'Work.all'].includes(name)) continue;
        assert.equal(rows.length, 1, `${name}: ${rows.length} functions`);
        assert.deepEqual(
          [text(profile, profile.functions.file[rows[0]]), profile.functions.line[rows[0]], profile.functions.kind[rows[0]], profile.functions.object[rows[0]]],
          [file, line, FunctionKind.Python, -1], name,
        );
      }
      const spin = shares(profile, (names) => names.includes('spin'));
      const squeeze = shares(profile, (names) => names.includes('Work.squeeze'));
      const order = shares(profile, (names) => names.includes('Work.order') || names.includes('Work.order.<locals>.<lambda>'));
      assert.ok(spin.total > 0.15 && squeeze.total > 0.1 && order.total > 0.05, JSON.stringify({ spin, squeeze, order }));
      assert.ok(spin.total + squeeze.total + order.total > 0.75, JSON.stringify({ spin, squeeze, order }));
      // Evaluating is the function's own; compressing is a library's, below the function.
      assert.ok(spin.self > 0.05, JSON.stringify(spin));
      assert.ok(squeeze.self < squeeze.total / 5, JSON.stringify(squeeze));
      const below = new Set<string>();
      profile.stackSelf[profile.defaultEvent].forEach((_, row) => {
        const at = namesOf(profile, row).indexOf('Work.squeeze');
        for (let stack = row, depth = profile.stacks.depth[row]; at >= 0 && depth > at; stack = profile.stacks.parent[stack], depth--) {
          below.add(path.basename(text(profile, profile.functions.object[profile.frames.func[profile.stacks.frame[stack]]])));
        }
      });
      assert.ok([...below].some((object) => /zlib|libz/.test(object)), [...below].join());
      if (python.version >= 313) {
        const whole = shares(profile, (names) => names.join().startsWith('<module>,main,Work.all,spin'));
        assert.ok(whole.total > spin.total * 0.9, JSON.stringify({ whole, spin }));
      } else if (notes.some((note) => note.includes('frame pointers'))) {
        assert.ok(shares(profile, (names) => names.includes('main') && names.includes('spin')).total < spin.total / 2);
      }
      for (let row = 0; row < profile.functions.length; row++) {
        if (profile.functions.kind[row] === FunctionKind.Python) assert.notEqual(text(profile, profile.functions.file[row]), '');
      }
    }));
  }
  if (able.length > 0) more();
});

function more(): void {
  const python = interpreters().at(-1)!;

  it('shows the interpreter when asked to', () => onBench(async (bench) => {
    const file = bench.write('hot.py', HOT);
    const { profile } = await bench.record(pythonPerf, python, file, { target: { args: ['0.7'] }, options: { 'pythonPerf.foldInterpreter': false } });
    assert.ok(shares(profile, (names) => names.includes('spin') && names.includes('_PyEval_EvalFrameDefault')).total > 0.1);
    const { profile: folded } = await bench.record(pythonPerf, python, file, { target: { args: ['0.7'] } });
    assert.equal(shares(folded, (names) => names.includes('spin') && names.includes('_PyEval_EvalFrameDefault')).total, 0);
  }));

  for (const [how, signal] of [['stopped', undefined], ['killed', 'SIGKILL']] as const) {
    it(`keeps what it has, and leaves no files, when the program is ${how}`, () => onBench(async (bench) => {
      const before = leftovers();
      const { profile } = await bench.record(pythonPerf, python, bench.write('hot.py', HOT), {
        target: { args: ['60', path.join(bench.folder, 'running')] },
        meanwhile: async (pid, stop) => {
          for (let i = 0; i < 500 && !existsSync(path.join(bench.folder, 'running')); i++) await new Promise((resolve) => setTimeout(resolve, 20));
          await new Promise((resolve) => setTimeout(resolve, 1000));
          if (!signal) return stop();
          for (const child of await descendants(pid)) process.kill(child, signal);
        },
      });
      assert.ok(profile.totals[profile.defaultEvent] > 0.2e9);
      if (!signal) assert.ok(shares(profile, (names) => names.includes('spin')).total > 0.1);
      assert.deepEqual(leftovers(), before);
    }));
  }

  it('says which versions can be seen', () => onBench(async (bench) => {
    for (const [answer, code] of [['["/p", [3, 11], "cpython", false, false]', 'python-perf-old'], ['["/p", [3, 13], "cpython", false, false]', 'python-perf-unsupported']]) {
      const other = bench.write('other', `#!${process.execPath}\nprocess.stdout.write(process.argv[3].includes('sysconfig') ? '${answer}' : '3.11');\n`);
      chmodSync(other, 0o755);
      const problem = await pythonPerf.preflight({ language: 'python', file: '/a.py', args: [], cwd: '/', env: {}, interpreter: [other] }, bench.context());
      assert.equal(problem?.code, code);
      assert.ok(/3\.1[23]/.test(`${problem?.message}${problem?.why}`));
      assert.ok(problem?.remedies.some((remedy) => remedy.kind === 'profiler' && remedy.profiler === 'python-sample'));
    }
  }));

  it('folds the interpreter between Python functions, and nothing else', () => {
    const frame = (symbol: string, object: string) => `\t            1234 ${symbol} (${object})`;
    const lib = '/usr/lib/libpython3.13.so.1.0';
    const stack = [
      frame('long_mul', lib), frame('_PyEval_EvalFrameDefault', lib), frame('py::inner:/a.py', '/tmp/jitted-1-2.so'), frame('py_trampoline_evaluator', lib),
      frame('PyObject_Vectorcall', lib), frame('callback', '/x/ext.cpython-313.so'), frame('cfunction_call', lib), frame('list_sort_impl', lib),
      frame('py::outer:/a.py', '/tmp/jitted-1-1.so'), frame('Py_RunMain', lib), frame('main', '/usr/bin/python3.13'), frame('__libc_start_main@@GLIBC_2.34', '/lib/libc.so.6'),
    ];
    assert.deepEqual(foldInterpreter(stack), [stack[0], stack[2], stack[5], stack[8]]);
    assert.deepEqual(foldInterpreter(stack.slice(9)), stack.slice(9));
  });
}
