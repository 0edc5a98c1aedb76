// Memory of Python programs whose use of it is known, compared with what tracemalloc itself says in the same program.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import type { Profile } from '../../src/core/profile.ts';
import { pythonMemory } from '../../src/profilers/pythonMemory.ts';
import { skipBecause } from '../tools.ts';
import { interpreters, python3 } from './python-run.ts';
import { Bench, byLine, namesOf, selfByLine } from './pythonProfile-run.ts';

const MB = 1e6;

/** Holds 30 MB for a while, frees them, and leaks 10 MB. Prints what tracemalloc says of its lines, at the peak and at the end. */
const KNOWN = `import json, sys, time, tracemalloc
KEPT = []
def fill():
    return [bytes(100000) for _ in range(300)]
def leak():
    KEPT.append([bytes(50000) for _ in range(200)])
def work():
    big = fill()
    time.sleep(0.9)
    at_peak = tracemalloc.take_snapshot()
    del big
    time.sleep(0.4)
    leak()
    time.sleep(0.4)
    at_end = tracemalloc.take_snapshot()
    for snapshot in (at_peak, at_end):
        sums = {}
        for trace in snapshot.filter_traces([tracemalloc.Filter(True, __file__)]).traces:
            line = 'known.py:%d' % trace.traceback[-1 if sys.version_info >= (3, 7) else 0].lineno
            sums[line] = sums.get(line, 0) + trace.size
        print(json.dumps(sums))
work()
`;
const FILL = 'known.py:4';
const LEAK = 'known.py:6';

async function onBench(work: (bench: Bench) => Promise<void>): Promise<void> {
  const bench = new Bench();
  try {
    await work(bench);
  } finally {
    bench.remove();
  }
}

function near(actual: number, expected: number, part: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= expected * part, `${what}: ${actual} instead of about ${expected}`);
}

describe('memory of Python programs', function () {
  this.timeout(60_000);
  // What a noisy neighbour spoiled is measured again.
  this.retries(2);
  const all = interpreters();
  const chosen = all.filter(({ version }, index) => index === 0 || index === all.length - 1 || [308, 311].includes(version));
  if (all.length === 0) it('needs an interpreter', function () { skipBecause(this, 'needs Python 3.6 or later'); });

  for (const python of chosen) {
    it(`holds what tracemalloc says at the peak and at the end, with ${python.name}`, () => onBench(async (bench) => {
      const { outcome, profile } = await bench.record(pythonMemory, python, bench.write('known.py', KNOWN));
      assert.equal(outcome.code, 0, outcome.stderr);
      const [peak, end] = outcome.stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, number>);
      near(peak[FILL], 30 * MB, 0.01, 'tracemalloc at the peak');
      const ours = { peak: selfByLine(profile, 'peak'), end: selfByLine(profile, 'end') };
      near(ours.peak[FILL], peak[FILL], 0.01, 'the line that fills');
      assert.ok((ours.peak[LEAK] ?? 0) < MB);
      near(ours.end[LEAK], end[LEAK], 0.01, 'the line that leaks');
      assert.ok((ours.end[FILL] ?? 0) < MB);
      near(selfByLine(profile, 'peak blocks')[FILL], 300, 0.02, 'blocks of the line that fills');
      near(selfByLine(profile, 'end blocks')[LEAK], 200, 0.02, 'blocks of the line that leaks');
      // The tree of the peak is one of the snapshots, and there are trees of the course.
      assert.equal(profile.snapshots.filter(({ isPeak }) => isPeak).length, 1);
      assert.ok(profile.snapshots.length >= 4);
      const last = profile.snapshots[profile.snapshots.length - 1];
      assert.deepEqual(byLine(profile, last.stack, last.weight), ours.end);
      for (const [index, snapshot] of profile.snapshots.entries()) assert.ok(index === 0 || snapshot.x >= profile.snapshots[index - 1].x);
      // Who called it is told, by name.
      const stack = profile.stackSelf[0].reduce((most, weight, row) => (weight > profile.stackSelf[0][most] ? row : most), 0);
      assert.deepEqual(namesOf(profile, stack).slice(0, 3), ['<module>', 'work', 'fill']);
      assert.deepEqual([profile.truncated, profile.warnings], [false, []]);
      for (const file of profile.strings) assert.ok(!/heatline_\w+\.py/.test(file), file);
    }));

    it(`tells how memory rises and falls, with ${python.name}`, () => onBench(async (bench) => {
      const { profile } = await bench.record(pythonMemory, python, bench.write('known.py', KNOWN.replace('json, sys, time, tracemalloc', 'time').replaceAll('tracemalloc.take_snapshot()', 'None').replace(/    for snapshot[^]*print.*\n/, '')));
      const [held, resident] = profile.series;
      near(Math.max(...held.y), 30 * MB, 0.03, 'the most');
      const high = Array.from(held.x).filter((_, i) => held.y[i] > 29 * MB);
      assert.ok(high[high.length - 1] - high[0] >= 0.6, 'it was held for a while');
      const after = Array.from(held.y).filter((_, i) => held.x[i] > high[high.length - 1]);
      assert.ok(Math.min(...after) < 2 * MB, 'it was freed');
      near(held.y[held.y.length - 1], 10 * MB, 0.2, 'what was leaked');
      if (process.platform === 'linux') {
        assert.ok(Math.max(...resident.y) >= 30 * MB);
        assert.ok(resident.y.every((value) => value > MB));
      }
      const fact = new Map(profile.meta.facts).get('Costs at the peak are of') ?? '';
      assert.ok(Number(/\((\d+\.\d) %/.exec(fact)?.[1]) >= 99, fact);
    }));
  }
  if (python3) more();
});

function more(): void {
  const python = interpreters().at(-1)!;

  it('shows a peak that no tree was quick enough for, and says so', () => onBench(async (bench) => {
    const file = bench.write('spike.py', 'import time\nkeep = bytearray(5000000)\ntime.sleep(0.5)\nbytearray(40000000)\ntime.sleep(0.3)\n');
    const { profile } = await bench.record(pythonMemory, python, file);
    const held = profile.series[0];
    if (python.version >= 309) near(Math.max(...held.y), 45 * MB, 0.02, 'the spike');
    near(selfByLine(profile, 'peak')['spike.py:2'], 5 * MB, 0.02, 'what was held all the time');
    if (!(selfByLine(profile, 'peak')['spike.py:4'] > 0)) assert.ok(profile.warnings.some((warning) => warning.includes('faster than trees can be taken')), profile.warnings.join());
  }));

  it('keeps what was so far when the program is killed, and when it is stopped', () => onBench(async (bench) => {
    const source = `import time\nkeep = [bytes(10000) for _ in range(1000)]\nopen('running', 'w').close()\nwhile True:\n    time.sleep(0.01)\n`;
    const file = bench.write('loop.py', source);
    const waitForRunning = async () => {
      for (let i = 0; i < 500 && !existsSync(path.join(bench.folder, 'running')); i++) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 900));
    };
    const killed = await bench.record(pythonMemory, python, file, {
      meanwhile: async (pid) => {
        await waitForRunning();
        process.kill(pid, 'SIGKILL');
      },
    });
    assert.equal(killed.outcome.signal, 'SIGKILL');
    assert.equal(killed.profile.truncated, true);
    for (const event of ['peak', 'end']) near(selfByLine(killed.profile, event)['loop.py:2'], 10 * MB, 0.02, event);
    const stopped = await bench.record(pythonMemory, python, file, {
      meanwhile: async (_pid, stop) => {
        await waitForRunning();
        await stop();
      },
    });
    assert.equal(stopped.outcome.signal, 'SIGINT');
    assert.deepEqual([stopped.profile.truncated, new Map(stopped.profile.meta.facts).get('Ended') !== undefined], [false, true]);
    near(selfByLine(stopped.profile, 'end')['loop.py:2'], 10 * MB, 0.02, 'at the end');
  }));

  it('runs modules, cuts stacks at the depth and leaves runpy out', () => onBench(async (bench) => {
    bench.write('deep.py', 'def go(n):\n    return go(n - 1) if n else bytes(3000000)\nkept = go(30)\n');
    const target = { module: 'deep' };
    const first = await bench.record(pythonMemory, python, '', { target, options: { 'pythonMemory.depth': 5 } });
    const largest = (profile: Profile) => profile.stackSelf[0].reduce((most, weight, row) => (weight > profile.stackSelf[0][most] ? row : most), 0);
    assert.deepEqual(namesOf(first.profile, largest(first.profile)), ['(callers further out)', 'go', 'go', 'go', 'go', 'go']);
    const second = await bench.record(pythonMemory, python, '', { target, options: { 'pythonMemory.depth': 100 } });
    assert.deepEqual(namesOf(second.profile, largest(second.profile)), ['<module>', ...Array.from({ length: 31 }, () => 'go')]);
  }));

  it('leaves forked children alone, and survives a program that ends tracing', () => onBench(async (bench) => {
    const fork = bench.write('fork.py', 'import os, time\nif os.fork() == 0:\n    kept = bytes(50000000)\n    os._exit(0)\nos.wait()\nkept = bytes(2000000)\ntime.sleep(0.1)\n');
    const { outcome, profile } = await bench.record(pythonMemory, python, fork);
    assert.deepEqual([outcome.code, outcome.stderr], [0, '']);
    assert.ok(Math.max(...profile.series[0].y) < 10 * MB);
    const ends = bench.write('ends.py', 'import tracemalloc, time\nkept = bytes(2000000)\ntime.sleep(0.5)\ntracemalloc.stop()\ntime.sleep(0.2)\n');
    const ended = await bench.record(pythonMemory, python, ends);
    assert.equal(ended.outcome.code, 0);
    assert.ok(ended.profile.warnings.some((warning) => warning.includes('ended tracing')));
    near(selfByLine(ended.profile, 'peak')['ends.py:2'], 2 * MB, 0.1, 'what was held');
  }));

  it('leaves nothing but its recording', () => onBench(async (bench) => {
    const { recording } = await bench.record(pythonMemory, python, bench.write('one.py', 'kept = bytes(1000000)\n'));
    assert.deepEqual(readdirSync(bench.runFolder).sort(), [...recording!.files].sort());
  }));

  it('says what an interpreter without tracemalloc lacks', () => onBench(async (bench) => {
    const other = bench.write('other', `#!${process.execPath}\nif (process.argv[3].includes('_tracemalloc')) process.exit(1);\nprocess.stdout.write('3.10');\n`);
    chmodSync(other, 0o755);
    const problem = await pythonMemory.preflight({ language: 'python', file: '/a.py', args: [], cwd: '/', env: {}, interpreter: [other] }, bench.context());
    assert.equal(problem?.code, 'python-no-tracemalloc');
  }));
}

