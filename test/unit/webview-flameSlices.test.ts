import assert from 'node:assert/strict';
import type { FlameSlice } from '../../src/protocol/engine.ts';
import { boxAt, indexSlice, MERGED_FUNCTION, neighbour, ROOT_FUNCTION } from '../../webview/flame/flameIndex.ts';
import type { Window } from '../../webview/flame/flameLayers.ts';
import { aroundOf, FlameLayers } from '../../webview/flame/flameLayers.ts';

/**
 * A slice from a picture: one line a level, one letter a function, each run of a letter one box. `*` is the root, `#` stands for several
 * boxes, and a dot for none.
 */
function picture(lines: readonly string[], firstDepth = 0): FlameSlice {
  const node: number[] = [];
  const depth: number[] = [];
  const start: number[] = [];
  const end: number[] = [];
  const func: number[] = [];
  const names = new Map<number, string>();
  lines.forEach((line, level) => {
    for (const { 0: run, index } of line.matchAll(/(.)\1*/g)) {
      if (run[0] === '.') continue;
      const row = run[0] === '*' ? ROOT_FUNCTION : run[0] === '#' ? MERGED_FUNCTION : run.charCodeAt(0);
      node.push(row === MERGED_FUNCTION ? -1 : node.length);
      depth.push(firstDepth + level);
      start.push(index / line.length);
      end.push((index + run.length) / line.length);
      func.push(row);
      if (row >= 0) names.set(row, run[0]);
    }
  });
  const total = start.map((from, box) => end[box] - from);
  return {
    node: Int32Array.from(node), depth: Int32Array.from(depth), start: Float64Array.from(start), end: Float64Array.from(end), func: Int32Array.from(func),
    self: new Float64Array(node.length), total: Float64Array.from(total), group: new Int32Array(node.length), names, depthCount: firstDepth + lines.length, total0: 1,
  };
}

/** The same boxes in an order that has nothing to do with their places. */
function shuffled(slice: FlameSlice): FlameSlice {
  const order = Array.from(slice.node.keys()).sort((a, b) => ((a * 7919) % 31) - ((b * 7919) % 31) || a - b);
  const pick = <T extends Int32Array | Float64Array>(column: T): T => column.map((_, at) => column[order[at]]) as T;
  return { ...slice, node: pick(slice.node), depth: pick(slice.depth), start: pick(slice.start), end: pick(slice.end), func: pick(slice.func), self: pick(slice.self), total: pick(slice.total) };
}

const PICTURE = [
  '********************',
  'aaaaaaaaaaabbbbbbb..',
  'cccc.ddddd#eeeff#...',
  'g.h...ijjj.k.....l..',
];

const letter = (slice: FlameSlice, box: number) => (box < 0 ? '' : slice.names.get(slice.func[box]) ?? (slice.func[box] === ROOT_FUNCTION ? '*' : '#'));

describe('flame index', () => {
  for (const [what, slice] of [['in order', picture(PICTURE)], ['in any order', shuffled(picture(PICTURE))]] as const) {
    it(`finds the box under every place of the picture, ${what}`, () => {
      const index = indexSlice(slice);
      PICTURE.forEach((line, depth) => {
        for (let column = 0; column < line.length; column++) {
          const expected = line[column] === '.' ? '' : line[column];
          assert.equal(letter(slice, boxAt(index, depth, (column + 0.5) / line.length)), expected, `level ${depth}, column ${column}`);
        }
      });
    });
  }

  it('finds nothing outside', () => {
    const index = indexSlice(picture(PICTURE));
    assert.equal(boxAt(index, -1, 0.5), -1);
    assert.equal(boxAt(index, 4, 0.5), -1);
    assert.equal(boxAt(index, 0, 1.5), -1);
    assert.equal(boxAt(index, 0, -0.5), -1);
    const empty = indexSlice(picture([]));
    assert.equal(boxAt(empty, 0, 0.5), -1);
    assert.equal(neighbour(empty, 0, 0, 1, 'child'), -1);
  });

  it('takes the left of two boxes that meet as ended', () => {
    const slice = picture(['ab']);
    assert.equal(letter(slice, boxAt(indexSlice(slice), 0, 0.5)), 'b');
  });

  it('knows levels that begin below the root', () => {
    const slice = picture(['aabb', 'c.d.'], 41);
    const index = indexSlice(slice);
    assert.equal(letter(slice, boxAt(index, 42, 0.6)), 'd');
    assert.equal(boxAt(index, 40, 0.6), -1);
  });

  it('steps to parents, widest children and neighbours', () => {
    const slice = picture(PICTURE);
    const index = indexSlice(slice);
    const step = (from: string, direction: Parameters<typeof neighbour>[4]) => {
      const box = Array.from(slice.func.keys()).find((at) => letter(slice, at) === from);
      assert.ok(box !== undefined);
      return letter(slice, neighbour(index, slice.depth[box], slice.start[box], slice.end[box], direction));
    };
    assert.equal(step('*', 'parent'), '');
    assert.equal(step('*', 'child'), 'a');
    assert.equal(step('a', 'child'), 'd', 'the widest, not the first');
    assert.equal(step('b', 'child'), 'e');
    assert.equal(step('j', 'child'), '');
    assert.equal(step('j', 'parent'), 'd');
    assert.equal(step('d', 'parent'), 'a');
    assert.equal(step('d', 'right'), 'e', 'merged boxes are passed over');
    assert.equal(step('e', 'left'), 'd');
    assert.equal(step('f', 'right'), '');
    assert.equal(step('c', 'left'), '');
    assert.equal(step('h', 'right'), 'i');
  });
});

describe('flame layers', () => {
  const seen = (from: number, to: number, minDepth = 0, maxDepth = 3, width = 1000): Window => ({ from, to, width, minDepth, maxDepth });

  it('asks for what is seen and some around it, once', () => {
    const layers = new FlameLayers();
    const wanted = layers.wanted(seen(0.4, 0.6));
    assert.ok(wanted);
    assert.ok(wanted.from < 0.4 && wanted.to > 0.6 && wanted.maxDepth > 3);
    // As fine as the screen is.
    assert.ok(wanted.width / (wanted.to - wanted.from) >= 1000 / 0.2 - 1e-6);
    layers.add(wanted, picture(PICTURE));
    assert.equal(layers.wanted(seen(0.4, 0.6)), undefined);
    assert.equal(layers.wanted(seen(0.42, 0.62)), undefined, 'a small move is covered');
    assert.ok(layers.wanted(seen(0.7, 0.9)), 'another part');
    assert.ok(layers.wanted(seen(0.49, 0.51)), 'closer');
    assert.ok(layers.wanted(seen(0, 1)), 'farther');
  });

  it('never asks above the root or again for levels that do not exist', () => {
    const layers = new FlameLayers();
    const wanted = layers.wanted(seen(0, 1, 0, 50));
    assert.equal(wanted?.minDepth, 0);
    assert.equal(wanted?.from, 0);
    assert.equal(wanted?.to, 1);
    assert.ok(wanted);
    layers.add({ ...wanted, maxDepth: 3 }, picture(PICTURE));
    assert.equal(layers.depthCount, 4);
    assert.equal(layers.wanted(seen(0, 1, 0, 50)), undefined);
  });

  it('asks again below the levels at hand', () => {
    const layers = new FlameLayers();
    layers.add(seen(0, 1, 0, 3), { ...picture(PICTURE), depthCount: 1000 });
    assert.equal(layers.wanted(seen(0, 1, 0, 3)), undefined);
    const below = layers.wanted(seen(0, 1, 10, 20));
    assert.ok(below && below.minDepth <= 10 && below.maxDepth >= 20);
  });

  it('asks again for a slice that is much finer than needed', () => {
    const layers = new FlameLayers();
    layers.add(seen(0, 1, 0, 3, 100_000), picture(PICTURE));
    assert.ok(layers.wanted(seen(0, 1)));
  });

  it('draws the fine slice upon the coarse one until the fine one covers all', () => {
    const layers = new FlameLayers();
    const coarse = picture(PICTURE);
    const fine = picture(PICTURE);
    layers.add(seen(0, 1), coarse);
    layers.add(aroundOf(seen(0.4, 0.6)), fine);
    const drawn = (window: Window) => layers.toDraw(window).map(({ index }) => (index.slice === coarse ? 'coarse' : 'fine'));
    assert.deepEqual(drawn(seen(0.45, 0.55)), ['fine']);
    assert.deepEqual(drawn(seen(0.1, 0.9)), ['coarse', 'fine'], 'zooming out shows the whole under the part');
    assert.equal(layers.holding(seen(0.1, 0.9), 1, 0.5)?.index.slice, fine);
    assert.equal(layers.holding(seen(0.1, 0.9), 1, 0.15)?.index.slice, coarse);
  });

  it('keeps the whole graph while parts come and go', () => {
    const layers = new FlameLayers();
    layers.add(seen(0, 1), picture(PICTURE));
    for (let step = 1; step < 20; step++) layers.add(seen(step / 100, step / 100 + 0.05), picture(PICTURE));
    const drawn = layers.toDraw(seen(0.5, 0.9));
    assert.equal(drawn.length, 1);
    assert.equal(drawn[0].from, 0);
    layers.clear();
    assert.deepEqual(layers.toDraw(seen(0, 1)), []);
  });
});
