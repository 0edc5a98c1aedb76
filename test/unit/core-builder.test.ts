// The profile builder: what is one function, one frame, one stack; and the depth-first order of the result.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { FunctionKind, isEstimated, text, type Profile } from '../../src/core/profile.ts';
import { dedent, stackProfile, stackTree } from '../stackText.ts';
import { randomProfile } from './core-random.ts';

/** Checks what the doc of StackTable promises. */
function checkOrder({ stacks }: Profile): void {
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row];
    assert.ok(parent < row && parent >= -1);
    assert.equal(stacks.depth[row], parent < 0 ? 0 : stacks.depth[parent] + 1);
    assert.ok(stacks.subtreeEnd[row] > row && stacks.subtreeEnd[row] <= (parent < 0 ? stacks.length : stacks.subtreeEnd[parent]));
  }
  for (let row = 0; row < stacks.length; row++) {
    // Descendants are exactly the rows up to subtreeEnd.
    for (let other = row + 1; other < stacks.length; other++) {
      let up = other;
      while (up > row) up = stacks.parent[up];
      assert.equal(up === row, other < stacks.subtreeEnd[row], `${other} below ${row}`);
    }
  }
}

describe('ProfileBuilder', () => {
  it('merges stacks and adds up their weights', () => {
    const profile = stackProfile(`
      weights: 3  1  2  4
      main  main  main  init
      work  idle  work  -
      -     -     leaf  -`);
    assert.equal(stackTree(profile), dedent(`
      main  total 6
        work  total 5, self 3
          leaf  total 2, self 2
        idle  total 1, self 1
      init  total 4, self 4`));
    assert.deepEqual(profile.totals, [10]);
    assert.deepEqual([...profile.samples?.weights[0] ?? []], [3, 1, 2, 4]);
    checkOrder(profile);
  });

  it('keeps the depth-first order on random trees, and every sample on its stack', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { profile, samples } = randomProfile(seed);
      checkOrder(profile);
      samples.forEach(({ frames }, sample) => {
        const path: [number, number][] = [];
        for (let row = profile.samples!.stack[sample]; row >= 0; row = profile.stacks.parent[row]) {
          const frame = profile.stacks.frame[row];
          path.unshift([profile.frames.func[frame], profile.frames.line[frame]]);
        }
        assert.deepEqual(path, frames);
      });
    }
  });

  it('takes a stack 100,000 frames deep', () => {
    const builder = new ProfileBuilder([{ name: 'samples', unit: 'count' }]);
    const frames = [builder.frame(builder.func({ name: 'even' })), builder.frame(builder.func({ name: 'odd' }))];
    let stack = -1;
    for (let depth = 0; depth < 100_000; depth++) stack = builder.stack(stack, frames[depth % 2]);
    builder.sampleOf(stack, 0, 7);
    const { stacks, totals, samples } = builder.finish({ format: 'deep' });
    assert.equal(stacks.length, 100_000);
    assert.equal(stacks.depth[99_999], 99_999);
    assert.ok(stacks.subtreeEnd.every((end) => end === 100_000));
    assert.deepEqual([totals[0], samples?.stack[0]], [7, 99_999]);
  });

  it('takes functions as one when name, file and object agree', () => {
    const builder = new ProfileBuilder([]);
    const first = builder.func({ name: 'f', file: 'a.c', object: 'x' });
    assert.equal(builder.func({ name: 'f', file: 'a.c', object: 'x', line: 12, kind: FunctionKind.Native }), first);
    const others = [builder.func({ name: 'f', file: 'b.c', object: 'x' }), builder.func({ name: 'f', file: 'a.c' }), builder.func({ name: 'f' })];
    const lambda = (line: number) => builder.funcOf(builder.strings.intern('<lambda>'), builder.string('a.py'), -1, line, FunctionKind.Python, line);
    assert.equal(new Set([first, ...others, lambda(3), lambda(9), lambda(3)]).size, 6);
    builder.functionStart(first, 99);
    builder.functionStart(others[0], 5);
    builder.functionStart(others[0], 6);
    const { functions } = builder.finish({ format: 'x' });
    assert.deepEqual([functions.line[first], functions.line[others[0]]], [12, 5]);
  });

  it('tells frames apart by address beyond 32 bits', () => {
    const builder = new ProfileBuilder([]);
    const func = builder.func({ name: 'f', file: 'a.c' });
    const addresses = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fff12345678, Number.MAX_SAFE_INTEGER];
    const rows = addresses.map((address) => builder.frame(func, 0, 0, { address }));
    assert.equal(new Set([...rows, builder.frame(func)]).size, addresses.length + 1);
    const { frames } = builder.finish({ format: 'x' });
    assert.deepEqual(rows.map((row) => frames.address[row]), addresses);
    assert.equal(frames.address[frames.length - 1], -1);
  });

  it('takes the file of a frame from its function unless it is told another', () => {
    const builder = new ProfileBuilder([]);
    const func = builder.func({ name: 'f', file: 'a.c' });
    const rows = [builder.frame(func, 1), builder.frame(func, 1, 0, { file: builder.string('b.h') }), builder.frame(func, 1, 0, { file: -1 }), builder.frame(func, 1, 0, { inlined: true })];
    const profile = builder.finish({ format: 'x' });
    assert.deepEqual(rows.map((row) => text(profile, profile.frames.file[row])), ['a.c', 'b.h', '', 'a.c']);
    assert.deepEqual(rows.map((row) => profile.frames.inlined[row]), [0, 0, 0, 1]);
  });

  it('keeps threads, times and events apart', () => {
    const builder = new ProfileBuilder();
    const stack = builder.stack(-1, builder.frame(builder.func({ name: 'f' })));
    const main = builder.thread(1, 1, 'main');
    assert.equal(builder.thread(1, 1, 'main'), main);
    const twin = builder.addThread({ pid: 1, tid: 1, name: 'main' });
    assert.notEqual(twin, main);
    builder.renameThread(twin, 'later');
    const wall = builder.event({ name: 'wall', unit: 'nanoseconds' });
    builder.sampleOf(stack, wall, 5, 100, main);
    const cpu = builder.event({ name: 'cpu', unit: 'nanoseconds' });
    assert.equal(builder.event({ name: 'wall', unit: 'nanoseconds' }), wall);
    builder.sample(stack, [1, 2], 200, twin);
    builder.sample(stack, [0, 4]);
    builder.defaultEvent = 7;
    const profile = builder.finish({ format: 'x' });
    assert.deepEqual(profile.threads.map(({ name }) => name), ['main', 'later']);
    assert.deepEqual([...profile.samples!.thread], [main, twin, -1]);
    assert.deepEqual([...profile.samples!.time], [100, 200, NaN]);
    assert.deepEqual(profile.samples!.weights.map((column) => [...column]), [[5, 1, 0], [0, 2, 4]]);
    assert.deepEqual([profile.totals[wall], profile.totals[cpu], profile.defaultEvent], [6, 6, 1]);
  });

  it('tells what was cut short, each thing once', () => {
    const builder = new ProfileBuilder([]);
    builder.warn('odd');
    builder.truncated('short');
    builder.warn('odd');
    const profile = builder.finish({ format: 'x' });
    assert.deepEqual([profile.truncated, profile.warnings, profile.samples, profile.graph], [true, ['odd', 'short'], null, null]);
    assert.equal(isEstimated(profile), false);
  });

  it('adds up equal call edges and lines', () => {
    const builder = new ProfileBuilder([{ name: 'Ir', unit: 'instructions' }]);
    const [a, b] = [builder.func({ name: 'a' }), builder.func({ name: 'b' })];
    for (const cost of [3, 4]) builder.addEdgeCost(builder.edge(a, b, -1, 5, 2), 0, cost);
    builder.addEdgeCost(builder.edge(a, b, -1, 6, 1), 0, 1);
    for (const cost of [10, 20]) builder.addLineCost(builder.graphLine(b, -1, 9), 0, cost);
    const profile = builder.finish({ format: 'x' });
    assert.deepEqual([[...profile.graph!.edges.calls], [...profile.graph!.edges.cost[0]]], [[4, 1], [7, 1]]);
    assert.deepEqual([[...profile.graph!.lines.cost[0]], profile.totals[0], isEstimated(profile)], [[30], 30, true]);
  });
});
