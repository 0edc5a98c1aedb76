// cProfile under our program: the same numbers as python -m cProfile, and no statistics lost.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { skipBecause } from '../tools.ts';
import { interpreters, python3, run, Workplace, type Interpreter } from './python-run.ts';

const WORK = `
def f(n):
    return sum(g(i) for i in range(n))
def g(i):
    return len(str(i))
def rec(n):
    return 0 if n == 0 else rec(n - 1)
class A(object):
    def m(self):
        return sorted([3, 1, 2], key=lambda x: -x)
for i in range(400):
    f(700)
    rec(5)
    A().m()
exec('x = 1')
`;

/** By function, as "file:line:name" without folders: primitive calls, calls, and the same of each caller. */
type Statistics = Readonly<Record<string, { calls: readonly [number, number]; self: number; total: number; callers: Readonly<Record<string, readonly number[]>> }>>;

const READ = `
import json, os, pstats, sys
def name(key):
    return '%s:%d:%s' % ((os.path.basename(key[0]),) + key[1:])
stats = pstats.Stats(sys.argv[1]).stats
print(json.dumps(dict((name(key), {'calls': row[:2], 'self': row[2], 'total': row[3],
    'callers': dict((name(caller), value[:2]) for caller, value in row[4].items())}) for key, row in stats.items())))
`;

async function read(python: Interpreter, file: string): Promise<Statistics> {
  const { stdout, stderr } = await run(python.command, ['-c', READ, file]);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Statistics;
}

const EXEC = '~:0:<built-in method builtins.exec>';
const DISABLE = "~:0:<method 'disable' of '_lsprof.Profiler' objects>";

async function inPlace(work: (place: Workplace) => Promise<void>): Promise<void> {
  const place = new Workplace();
  try {
    await work(place);
    const leftover = readdirSync(place.folder).filter((name) => name.endsWith('.part'));
    assert.deepEqual(leftover, []);
  } finally {
    place.remove();
  }
}

const LOOP = "import os, signal, sys, time\ndef spin():\n    while True:\n        time.sleep(0.001)\nopen('running', 'w').close()\n";
const known = (statistics: Statistics, name: string) => Object.keys(statistics).some((key) => key.endsWith(`:${name}`));

describe('cProfile under our program', function () {
  // What a noisy neighbour spoiled is measured again.
  this.retries(2);
  const all = interpreters();
  if (all.length === 0) it('needs an interpreter', function () { skipBecause(this, 'needs Python 3.6 or later'); });
  for (const python of all) {
    it(`counts what python -m cProfile counts with ${python.name}`, () => inPlace(async (place) => {
      const file = place.write('work.py', WORK);
      await run(python.command, ['-m', 'cProfile', '-o', 'reference', file], { cwd: place.folder });
      const reference = await read(python, path.join(place.folder, 'reference'));
      assert.equal((await place.profile('cprofile', python, [file])).code, 0);
      const ours = await read(python, place.out('cprofile'));
      // cProfile's own call of exec() and disable() are all that differs.
      const root = Object.keys(ours).find((key) => key.startsWith('work.py:') && key.endsWith(':<module>')) ?? '';
      assert.deepEqual(ours[root].callers, {});
      const differing = Object.keys({ ...reference, ...ours }).filter((key) => ![root, EXEC, DISABLE].includes(key));
      const counts = (statistics: Statistics) => differing.map((key) => [key, statistics[key]?.calls, statistics[key]?.callers]);
      assert.deepEqual(counts(ours), counts(reference));
      assert.ok(differing.some((key) => key.endsWith(':rec')));
      assert.deepEqual([ours[EXEC].calls[0], reference[EXEC].calls[0], DISABLE in ours], [1, 1, false]);
    }));
  }
  if (python3) more(python3);
});

function more(python: Interpreter): void {
  const ends: readonly { name: string; source: string; code: number | null; signal?: NodeJS.Signals; stop?: boolean; kill?: NodeJS.Signals }[] = [
    { name: 'an exception', source: 'def spin():\n    1 / 0\nspin()\n', code: 1 },
    { name: 'sys.exit', source: 'import sys\ndef spin():\n    sys.exit(3)\nspin()\n', code: 3 },
    { name: 'os._exit', source: 'import os\ndef spin():\n    os._exit(4)\nspin()\n', code: 4 },
    { name: 'os.execv', source: "import os, sys\ndef spin():\n    os.execv(sys.executable, [sys.executable, '-c', 'import sys; sys.exit(5)'])\nspin()\n", code: 5 },
    { name: 'the stop file', source: `${LOOP}spin()\n`, code: null, signal: 'SIGINT', stop: true },
    { name: 'the stop file when the program goes on', source: `${LOOP}while True:\n    try:\n        spin()\n    except KeyboardInterrupt:\n        pass\n`, code: 130, stop: true },
    { name: 'SIGTERM', source: `${LOOP}spin()\n`, code: null, signal: 'SIGTERM', kill: 'SIGTERM' },
    { name: 'SIGTERM with a handler of the program', source: `${LOOP}signal.signal(signal.SIGTERM, lambda *a: sys.exit(6))\nopen('ready', 'w').close()\nspin()\n`, code: 6, kill: 'SIGTERM' },
    { name: 'SIGINT', source: `${LOOP}spin()\n`, code: null, signal: 'SIGINT', kill: 'SIGINT' },
  ];
  for (const { name, source, code, signal = null, stop, kill } of ends) {
    it(`writes its statistics after ${name}`, () => inPlace(async (place) => {
      const meanwhile = async (pid: number) => {
        if (!stop && !kill) return;
        await place.waitFor(source.includes("'ready'") ? 'ready' : 'running');
        if (stop) place.stop();
        if (kill) process.kill(pid, kill);
      };
      const outcome = await place.profile('cprofile', python, [place.write('end.py', source)], { meanwhile });
      assert.deepEqual([outcome.code, outcome.signal], [code, signal], outcome.stderr);
      const statistics = await read(python, place.out('cprofile'));
      assert.ok(known(statistics, 'spin'), Object.keys(statistics).join('\n'));
      for (const key of Object.keys(statistics)) assert.ok(!key.startsWith('heatline_'), key);
    }));
  }

  it('adds up functions that share file, line and name', () => inPlace(async (place) => {
    const file = place.write('twins.py', 'a, b = (lambda: 1), (lambda: 2)\nfor i in range(3):\n    a()\nb()\n');
    await place.profile('cprofile', python, [file]);
    const statistics = await read(python, place.out('cprofile'));
    const lambdas = Object.keys(statistics).filter((key) => key.endsWith(':<lambda>'));
    assert.deepEqual(lambdas.map((key) => statistics[key].calls), [[4, 4]]);
  }));

  it('leaves the file of the parent alone in forked children', () => inPlace(async (place) => {
    const source = `
import os
def child():
    pass
def parent():
    os.wait()
if os.fork() == 0:
    child()
    os._exit(0)
parent()
`;
    assert.equal((await place.profile('cprofile', python, [place.write('fork.py', source)])).code, 0);
    const statistics = await read(python, place.out('cprofile'));
    assert.deepEqual([known(statistics, 'parent'), known(statistics, 'child')], [true, false]);
  }));

  it('says so when it cannot write', async () => {
    const place = new Workplace();
    const file = place.write('one.py', 'import shutil, sys\nshutil.rmtree(sys.argv[1])\n');
    const outcome = await place.profile('cprofile', python, [file, place.folder]);
    assert.equal(outcome.code, 0);
    assert.match(outcome.stderr, /^heatline: cannot write .*calls\.pstats/);
    assert.ok(!existsSync(place.folder));
  });
}
