// What is written as pprof must read back as it was: every total, stack, line and inlining.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { functionCosts } from '../../src/core/functions.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import { perfScript } from '../../src/formats/perfScript.ts';
import { pprof } from '../../src/formats/pprof.ts';
import { pprofWriter } from '../../src/formats/pprofWriter.ts';
import { pstats } from '../../src/formats/pstats.ts';
import { inputOf, readAs, stackProfile, stackTree } from '../stackText.ts';

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
const ALL = ['file', 'line', 'object', 'address', 'inlined'] as const;

/** What the writer makes of a profile, uncompressed. */
async function written(profile: Profile): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of pprofWriter.write(profile, {})) pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece.slice());
  return new Uint8Array(Buffer.concat(pieces));
}

const roundTrip = async (profile: Profile) => readAs(pprof, await written(profile));

/** The stacks with self weight, each as one line with everything that is known of its frames. */
function heavy(profile: Profile, event: number): string[] {
  const { stacks, frames, functions } = profile;
  const rows: string[] = [];
  for (let stack = 0; stack < stacks.length; stack++) {
    if (profile.stackSelf[event][stack] === 0) continue;
    const path: string[] = [];
    for (let row = stack; row >= 0; row = stacks.parent[row]) {
      const frame = stacks.frame[row];
      const func = frames.func[frame];
      path.push([text(profile, functions.name[func]), functions.line[func], text(profile, frames.file[frame]), frames.line[frame], frames.column[frame],
        text(profile, functions.object[func]), frames.address[frame], frames.inlined[frame]].join(' '));
    }
    rows.push(`${path.join(' < ')} = ${profile.stackSelf[event][stack]}`);
  }
  return rows.sort();
}

describe('pprof writer', () => {
  it('keeps stacks with files, lines, objects, addresses and inlining', async () => {
    const profile = stackProfile(`
      weights: 5                                           3                                  2
      main[file:/s/a.c][line:3][object:/bin/a][address:10] main[file:/s/a.c][line:3][object:/bin/a][address:10] main[file:/s/a.c][line:4][object:/bin/a][address:14]
      outer[file:/s/a.c][line:7][object:/bin/a][address:20] outer[file:/s/a.c][line:7][object:/bin/a][address:20] lib[object:/lib/libx.so.1][address:99]
      mid[file:/s/a.h][line:1][object:/bin/a][address:20][inlined] mid[file:/s/a.h][line:2][object:/bin/a][address:20][inlined] -
      leaf[file:/s/a.h][line:9][object:/bin/a][address:20][inlined] - -
    `.replaceAll(/\] (?=\S)/g, ']  '));
    const again = await roundTrip(profile);
    assert.equal(stackTree(again, ALL), stackTree(profile, ALL));
    assert.deepEqual(again.events, profile.events);
    assert.deepEqual(pprofWriter.losses?.(profile, {}), ['when each sample was taken']);
  });

  it('keeps every event, the one that is shown first, and threads', async () => {
    const builder = new ProfileBuilder([{ name: 'cpu', unit: 'nanoseconds' }, { name: 'alloc', unit: 'bytes' }, { name: 'cycles', unit: 'count' }]);
    builder.defaultEvent = 1;
    const stack = builder.stack(-1, builder.frame(builder.func({ name: 'f' })));
    const [one, two] = [builder.thread(7, 8, 'worker'), builder.thread(7, 9, '')];
    builder.sample(stack, [10, 0, 3], NaN, one);
    builder.sample(stack, [10, -4, 0], NaN, one);
    builder.sample(stack, [2 ** 40, 2 ** 52, 1], NaN, two);
    builder.sample(stack, [1, 1, 1]);
    const profile = builder.finish({ format: 'x', startTime: 1_700_000_000_123.5, duration: 5e9, command: 'prog -x', frequency: 100 });
    const again = await roundTrip(profile);
    assert.deepEqual(again.totals, profile.totals);
    assert.equal(again.defaultEvent, 1);
    assert.deepEqual(again.events.map(({ name, unit }) => [name, unit]), [['cpu', 'nanoseconds'], ['alloc', 'bytes'], ['cycles', 'count']]);
    assert.deepEqual(again.threads, [{ pid: 7, tid: 8, name: 'worker' }, { pid: 7, tid: 9, name: '' }]);
    assert.deepEqual([...again.samples?.thread ?? []], [0, 1, -1]);
    assert.deepEqual([...again.samples?.weights[1] ?? []], [-4, 2 ** 52, 1]);
    assert.equal(again.meta.startTime, 1_700_000_000_123.5);
    assert.equal(again.meta.duration, 5e9);
    assert.ok(again.meta.facts?.some(([label, value]) => label === 'Comment' && value === 'command: prog -x'));
  });

  it('writes fractions of seconds as nanoseconds, and keeps the total of what must be rounded', async () => {
    const times = stackProfile('weights: 0.25  1.000000001\na  b', [{ name: 'time', unit: 'seconds' }]);
    const again = await roundTrip(times);
    assert.equal(again.events[0].unit, 'nanoseconds');
    assert.equal(stackTree(again), 'b  total 1000000001, self 1000000001\na  total 250000000, self 250000000');
    assert.ok(!pprofWriter.losses?.(times, {}).some((loss) => loss.includes('rounded')));
    const shares = stackProfile('weights: 0.4  0.4  0.4  0.4  0.4\na  b  c  d  e');
    assert.ok(pprofWriter.losses?.(shares, {}).some((loss) => loss.includes('rounded to whole numbers')));
    assert.deepEqual((await roundTrip(shares)).totals, [2]);
  });

  it('writes whole seconds as they are', async () => {
    const profile = stackProfile('weights: 3\na', [{ name: 'time', unit: 'seconds' }]);
    assert.deepEqual((await roundTrip(profile)).events, [{ name: 'time', unit: 'seconds' }]);
  });

  it('writes nothing of stacks without weight, and a profile without stacks', async () => {
    const empty = await roundTrip(stackProfile('weights: 0\nmain'));
    assert.equal(empty.stacks.length, 0);
    assert.deepEqual(empty.warnings, ['test.input has no samples']);
  });

  it('keeps a stack of 100,000 frames', async () => {
    const builder = new ProfileBuilder([{ name: 'n', unit: 'count' }]);
    const frames = [builder.frame(builder.func({ name: 'a' })), builder.frame(builder.func({ name: 'b' }))];
    let stack = -1;
    for (let depth = 0; depth < 100_000; depth++) stack = builder.stack(stack, frames[depth % 2]);
    builder.addSelf(stack, 0, 1);
    const again = await roundTrip(builder.finish({ format: 'x' }));
    assert.equal(again.stacks.length, 100_000);
    assert.equal(again.stackSelf[0][99_999], 1);
  });

  for (const name of ['cpu', 'heap', 'block', 'mutex', 'goroutine', 'heap-diff']) {
    it(`a profile of Go, ${name}, is written as it was read`, async () => {
      const profile = await readAs(pprof, gunzipSync(fixture(`pprof/${name}.pb.gz`)));
      const again = await roundTrip(profile);
      for (let event = 0; event < profile.events.length; event++) assert.deepEqual(heavy(again, event), heavy(profile, event));
      assert.deepEqual(again.totals, profile.totals);
      assert.deepEqual(again.events, profile.events);
      assert.equal(again.defaultEvent, profile.defaultEvent);
    });
  }

  it('stacks of perf read back the same, thread by thread', async () => {
    const profile = await perfScript.read([inputOf('perf.txt', fixture('perf/threads.switch.txt'))]);
    const again = await roundTrip(profile);
    for (let event = 0; event < profile.events.length; event++) assert.equal(stackTree(again, ['object', 'address', 'inlined'], event), stackTree(profile, ['object', 'address', 'inlined'], event));
    const byThread = (of: Profile) => {
      const sums = new Map<string, number>();
      for (let row = 0; row < (of.samples?.length ?? 0); row++) {
        const thread = of.threads[of.samples?.thread[row] ?? -1];
        sums.set(`${thread?.pid}/${thread?.tid}/${thread?.name}`, (sums.get(`${thread?.pid}/${thread?.tid}/${thread?.name}`) ?? 0) + (of.samples?.weights[0][row] ?? 0));
      }
      return [...sums].sort();
    };
    assert.deepEqual(byThread(again), byThread(profile));
  });

  it('call graphs keep the self cost of every function and line, under estimated callers', async () => {
    for (const [format, file] of [[callgrind, 'callgrind/calls.out'], [pstats, 'pstats/cprofile-3.11.pstats']] as const) {
      const profile = await readAs(format, fixture(file));
      const again = await roundTrip(profile);
      const scale = again.events[0].unit === profile.events[0].unit ? 1 : 1e9;
      assert.ok(Math.abs(again.totals[0] - profile.totals[0] * scale) <= 1, `${again.totals[0]} of ${profile.totals[0] * scale}`);
      assert.ok(again.stacks.depth.some((depth) => depth > 1), 'callers are there');
      const graph = profile.graph;
      assert.ok(graph);
      const wanted = new Map<string, number>();
      const found = new Map<string, number>();
      const add = (to: Map<string, number>, of: Profile, func: number, file: number, line: number, value: number) => {
        const key = `${text(of, of.functions.name[func])} ${text(of, file)}:${line}`;
        to.set(key, (to.get(key) ?? 0) + value);
      };
      for (let row = 0; row < graph.lines.length; row++) add(wanted, profile, graph.lines.func[row], graph.lines.file[row], graph.lines.line[row], graph.lines.cost[0][row] * scale);
      const { stacks, frames } = again;
      for (let row = 0; row < stacks.length; row++) add(found, again, frames.func[stacks.frame[row]], frames.file[stacks.frame[row]], frames.line[stacks.frame[row]], again.stackSelf[0][row]);
      for (const [key, value] of wanted) assert.ok(Math.abs((found.get(key) ?? 0) - value) <= (scale === 1 ? 0 : 20), `${key}: ${found.get(key)} for ${value}`);
      assert.ok(pprofWriter.losses?.(profile, {})[0].includes('estimated'));
    }
  });

  it('totals of functions survive as well', async () => {
    const profile = await perfScript.read([inputOf('perf.txt', fixture('perf/shapes.multi.txt'))]);
    const again = await roundTrip(profile);
    const costs = (of: Profile, event: number) => {
      const { self, total } = functionCosts(of, event);
      return Array.from(self, (value, func) => `${text(of, of.functions.name[func])} ${text(of, of.functions.object[func])} ${value} ${total[func]}`).filter((row) => !row.endsWith(' 0 0')).sort();
    };
    for (let event = 0; event < profile.events.length; event++) assert.deepEqual(costs(again, event), costs(profile, event));
  });

  it('yields pieces of bounded size', async () => {
    const builder = new ProfileBuilder([{ name: 'n', unit: 'count' }]);
    for (let i = 0; i < 20_000; i++) builder.addSelf(builder.stack(-1, builder.frame(builder.func({ name: `function number ${i}` }))), 0, 1);
    const profile = builder.finish({ format: 'x' });
    let most = 0;
    for await (const piece of pprofWriter.write(profile, {})) most = Math.max(most, piece.length);
    assert.ok(most < 200_000, String(most));
  });
});
