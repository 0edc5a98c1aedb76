// The reader of what heatline_memory.py writes: a recording of CPython 3.13, and small files with something wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { pythonMemory } from '../../src/formats/pythonMemory.ts';
import { inputOf, readAs } from '../stackText.ts';
import { namesOf, selfByLine } from './pythonProfile-run.ts';

const recording = readFileSync(new URL('../fixtures/python-memory/store.python-memory', import.meta.url), 'utf8');

const HEAD = 'python-memory 1\nh {"tool":"python-memory","depth":2}\np 0 "/src/a.py"\ns 0 0 0 3 0 9\ns 1 1 0 4\n';
const TREES = 'm 1000 500 -1\nt 1000 500 5 2\nb 0 400 4\nb 1 100 1\nm 2000 90 4096\nt 2000 90 1 1\nb 1 90 1\ne {"duration_ns":2500,"exit":0}\n';
const NAMES = 'python-memory 1\nn 2 ["f","/src/a.py",[3,4]]\nn 1 ["<module>","/src/a.py",[9]]\n';

const stackNames = (profile: Profile) => Array.from({ length: profile.stacks.length }, (_, row) => namesOf(profile, row).join(' ')).sort();

describe('python-memory files', () => {
  it('give the trees of a real recording', async () => {
    const profile = await readAs(pythonMemory, recording, 'store.python-memory', 7);
    assert.deepEqual([profile.truncated, profile.warnings], [false, []]);
    assert.deepEqual(profile.events.map(({ name, unit }) => [name, unit]), [['peak', 'bytes'], ['peak blocks', 'count'], ['end', 'bytes'], ['end blocks', 'count']]);
    const [peak, end] = [selfByLine(profile, 'peak'), selfByLine(profile, 'end')];
    // 100 objects of 10,000 to 10,099 bytes and their 33 bytes of head; then 25.
    assert.ok(peak['store.py:6'] > 1_008_000 && peak['store.py:6'] < 1_011_000, JSON.stringify(peak));
    assert.ok(end['store.py:6'] > 250_000 && end['store.py:6'] < 253_000, JSON.stringify(end));
    const [, peakTree] = recording.split('\n').filter((line) => line.startsWith('t ')).map((line) => line.split(' ').map(Number)).sort((a, b) => a[2] - b[2]).at(-1)!.slice(1);
    assert.equal(profile.totals[0], peakTree);
    assert.equal(profile.snapshots.length, recording.match(/^t /gm)?.length);
    assert.equal(profile.snapshots.find(({ isPeak }) => isPeak)?.weight.reduce((sum, weight) => sum + weight, 0), peakTree);
    assert.deepEqual(profile.series.map(({ name }) => name), ['held', 'resident']);
    assert.deepEqual(profile.seriesAxis, { label: 'Time', unit: 'seconds' });
  });

  it('take the names of functions from a second file, in any order', async () => {
    const bare = await readAs(pythonMemory, HEAD + TREES);
    assert.deepEqual(stackNames(bare), ['(callers further out)', '(callers further out) a.py', 'a.py', 'a.py a.py']);
    for (const order of [[HEAD + TREES, NAMES], [NAMES, HEAD + TREES]]) {
      const named = await pythonMemory.read(order.map((content, i) => inputOf(`part ${i}`, content)));
      assert.deepEqual(stackNames(named), ['(callers further out)', '(callers further out) f', '<module>', '<module> f']);
      assert.deepEqual(selfByLine(named, 'peak'), { 'a.py:3': 400, 'a.py:4': 100 });
      assert.deepEqual(selfByLine(named, 'end blocks'), { 'a.py:4': 1 });
      assert.equal(text(named, named.functions.file[0]), '/src/a.py');
    }
  });

  it('find the largest tree where it was written after later ones', async () => {
    const profile = await readAs(pythonMemory, `${HEAD}t 2000 90 1 1\nb 1 90 1\nt 1000 500 5 2\nb 0 400 4\nb 1 100 1\n`);
    assert.deepEqual(profile.snapshots.map(({ x, isPeak }) => [x, isPeak]), [[1e-6, true], [2e-6, false]]);
    assert.deepEqual([profile.totals[0], profile.totals[2]], [500, 90]);
  });

  it('say how far the largest tree is from the peak', async () => {
    const profile = await readAs(pythonMemory, `${HEAD}m 500 2000 -1\n${TREES.replace('m 1000', 'm 1001')}`);
    assert.match(profile.warnings.join(), /hold 500 B of the 1\.95 KiB \(25\.0 %\)/);
  });

  it('keep what is whole of a file that was cut anywhere', async () => {
    const whole = HEAD + TREES;
    for (let end = whole.indexOf('b 0'); end < whole.length - 2; end++) {
      const profile = await readAs(pythonMemory, whole.slice(0, end));
      assert.equal(profile.truncated, true, String(end));
      assert.ok([0, 500].includes(profile.totals[0]) && [0, 90, 500].includes(profile.totals[2]), `${end}: ${profile.totals.join()}`);
    }
    assert.equal((await readAs(pythonMemory, whole.slice(0, -1))).truncated, false);
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['of another version', 'python-memory 2\n', /line 1: expected "python-memory 1"/],
    ['with an unknown record', `${HEAD}q 1\n`, /line 6: expected a record of the letters/],
    ['with a stack of an unknown file', `${HEAD}s 2 0 1 3\n`, /line 6: expected a file that was defined before/],
    ['with a part of no tree', `${HEAD}b 0 1 1\n`, /line 6: expected a tree before/],
    ['with a part of an unknown stack', `${HEAD}t 1 1 1 1\nb 7 1 1\n`, /line 7: expected a stack/],
    ['with time that goes back', `${HEAD}m 5 1 1\nm 4 1 1\n`, /line 7: expected a time/],
    ['with ids out of order', `${HEAD}p 7 "x"\n`, /line 6: expected file 1/],
    ['that is empty', '', /line 1: expected "python-memory 1"/],
  ];
  for (const [what, content, message] of wrong) {
    it(`refuse a file ${what}`, async () => {
      await assert.rejects(readAs(pythonMemory, content), (error) => error instanceof FormatError && message.test(error.message));
    });
  }

  it('refuse two recordings as one', async () => {
    await assert.rejects(pythonMemory.read([inputOf('a', HEAD + TREES), inputOf('b', HEAD + TREES)]), /a single recording of memory/);
  });
});
