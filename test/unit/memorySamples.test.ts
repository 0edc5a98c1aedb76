// The recording of memory over time: what it becomes, and what is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { text, type Profile } from '../../src/core/profile.ts';
import { FormatError } from '../../src/formats/format.ts';
import { memorySamples } from '../../src/formats/memorySamples.ts';
import { fixture } from '../cliProgram.ts';
import { inputOf } from '../stackText.ts';

const read = (content: string) => memorySamples.read([inputOf('x.heatline-memory', content, 7)]);
const HEAD = 'heatline-memory 1\nh {"tool":"heatline","pid":10,"argv":["a","b"],"start_unix_ms":1000,"interval_ms":50,"attached":false}\n';
const END = 'e {"duration_us":300000,"spent_us":3000,"exit":3,"signal":null}\n';
const BODY = 'p 0 -1 10 "sh"\ns 0 0 100 80 60 0\np 1 0 11 "a"\np 0 -1 10 "main"\ns 100000 0 100 50 20 0 1 100 90 80 4\ns 200000 0 100 80 60 0\n';

function points(profile: Profile, name: string): number[][] {
  const found = profile.series.find((series) => series.name === name)!;
  return Array.from(found.x, (x, at) => [x, found.y[at]]);
}

function names(profile: Profile): string[] {
  return Array.from({ length: profile.functions.length }, (_, row) => text(profile, profile.functions.name[row]));
}

describe('memory of processes', () => {
  it('is series of all and of each, and the tree of processes at the peak', async () => {
    const profile = await read(HEAD + BODY + END);
    assert.deepEqual([profile.warnings, profile.truncated], [[], false]);
    assert.deepEqual(points(profile, 'RSS'), [[0, 102400], [0.1, 204800], [0.2, 102400]]);
    assert.deepEqual(points(profile, 'PSS'), [[0, 81920], [0.1, 140 * 1024], [0.2, 81920]]);
    assert.deepEqual(points(profile, 'USS of 11 a'), [[0.1, 81920], [0.2, 0]]);
    assert.deepEqual(points(profile, 'PSS of 10 main').length, 3);
    assert.deepEqual(points(profile, 'processes'), [[0, 1], [0.1, 2], [0.2, 1]]);
    assert.deepEqual(profile.events.map(({ name }, row) => [name, profile.totals[row]]), [['PSS', 140 * 1024], ['USS', 102400], ['RSS', 204800], ['swap', 4096]]);
    assert.deepEqual([...profile.stacks.parent], [-1, 0]);
    assert.deepEqual(names(profile), ['10 main', '11 a']);
    assert.deepEqual(profile.snapshots.map(({ x, isPeak }) => [x, isPeak]), [[0, false], [0.1, true], [0.2, false]]);
    const facts = new Map(profile.meta.facts);
    assert.equal(facts.get('Peak of PSS'), '140 KiB after 0.1 s, in 2 processes'.replace('0.1 s', '0.100 s'));
    assert.equal(facts.get('Exit code'), '3');
    assert.equal(facts.get('Looking took'), '1.0 % of one processor');
    assert.deepEqual([profile.meta.command, profile.meta.pid, profile.meta.startTime, profile.meta.duration], ['a b', 10, 1000, 300_000_000]);
  });

  it('shows resident sizes where nothing else is known', async () => {
    const profile = await read(`${HEAD}p 0 -1 10 "x"\ns 0 0 100 -1 -1 0\nw "no more is known"\n${END}`);
    assert.equal(profile.events[profile.defaultEvent].name, 'RSS');
    assert.deepEqual(profile.totals, [0, 0, 102400, 0]);
    assert.deepEqual(profile.warnings, ['no more is known']);
  });

  it('keeps what a killed recording has', async () => {
    const whole = HEAD + BODY;
    for (let length = HEAD.length; length < whole.length; length++) {
      const profile = await read(whole.slice(0, length));
      assert.equal(profile.truncated, true);
      assert.ok(profile.snapshots.length <= 3);
    }
    assert.equal((await read(HEAD + BODY)).snapshots.length, 3);
  });

  it('refuses what is wrong, by its line', async () => {
    for (const line of ['p 1 0 5 "x"', 'p 0 0 5 "x"', 'p 0 -1 5 x', 's 0 7 1 1 1 1', 's 0 0 1 1 1', 's x', 'q', 'h []', 'z 1', `s 0 0 ${'9'.repeat(16)} 1 1 1`]) {
      await assert.rejects(read(`${HEAD}${line}\n${END}`), (error: unknown) => error instanceof FormatError && error.place === 'line 3', line);
    }
    await assert.rejects(read(`${HEAD}p 0 -1 1 "x"\ns 5 0 1 1 1 1\ns 4 0 1 1 1 1\n`), /line 5: expected a time not before/);
    await assert.rejects(read('heatline-memory 2\n'), FormatError);
  });

  it('reads a recording of a fork whose child wrote into its copy', async () => {
    const profile = await read(readFileSync(fixture('heatline-memory/fork.heatline-memory'), 'utf8'));
    assert.deepEqual([profile.stacks.length, profile.truncated], [2, false]);
    const child = points(profile, profile.series.map(({ name }) => name).find((name) => name.startsWith('USS of') && name !== `USS of ${names(profile)[0]}`)!);
    assert.ok(child.some(([, bytes]) => bytes >= 8 * 2 ** 20));
  });
});
