// Flame graphs: how stacks become boxes, in which order, and which of them are worth drawing.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { flameGraph, visibleBoxes, type FlameGraph, type SiblingOrder } from '../../src/core/flame.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { dedent, stackProfile } from '../stackText.ts';
import { randomNumbers, randomProfile } from './core-random.ts';

function picture(profile: Profile, order: SiblingOrder): string {
  const graph = flameGraph(profile, 0, order);
  return Array.from({ length: graph.length }, (_, row) => {
    const name = graph.func[row] < 0 ? 'all' : text(profile, profile.functions.name[graph.func[row]]);
    return `${'  '.repeat(graph.depth[row])}${name} ${graph.start[row]}+${graph.total[row]}${graph.self[row] ? ` self ${graph.self[row]}` : ''}`;
  }).join('\n');
}

/** A profile of one stack per leaf; children of a node are told apart by function. `weights` are the leaves'. */
function fan(weights: readonly number[]): FlameGraph {
  const builder = new ProfileBuilder([{ name: 'x', unit: 'count' }]);
  const top = builder.stack(-1, builder.frame(builder.func({ name: 'top' })));
  weights.forEach((weight, i) => builder.addSelf(builder.stack(top, builder.frame(builder.func({ name: `leaf${String(i).padStart(6, '0')}` }))), 0, weight));
  return flameGraph(builder.finish({ format: 'fan' }), 0, 'by-name');
}

describe('flameGraph', () => {
  const profile = stackProfile(`
    weights: 1  5  2  3
    main[line:1]  main[line:2]  main[line:3]  main[line:1]
    beta          zeta          beta          alpha
    -             -             leaf          -`);

  it('merges stacks by function and puts the costliest first', () => {
    assert.equal(picture(profile, 'left-heavy'), dedent(`
      all 0+11
        main 0+11
          zeta 0+5 self 5
          beta 5+3 self 1
            leaf 5+2 self 2
          alpha 8+3 self 3`));
  });

  it('or sorts siblings by name', () => {
    assert.equal(picture(profile, 'by-name'), dedent(`
      all 0+11
        main 0+11
          alpha 0+3 self 3
          beta 3+3 self 1
            leaf 3+2 self 2
          zeta 6+5 self 5`));
  });

  it('leaves out boxes without weight, and is a root alone when there is none at all', () => {
    assert.equal(picture(stackProfile('weights: 0  4\nmain  main\nidle  busy'), 'left-heavy'), 'all 0+4\n  main 0+4\n    busy 0+4 self 4');
    assert.equal(picture(new ProfileBuilder([{ name: 'x', unit: 'count' }]).finish({ format: 'x' }), 'by-name'), 'all 0+0');
  });

  it('is consistent for random profiles', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = randomProfile(seed);
      for (const order of ['left-heavy', 'by-name'] as const) {
        const graph = flameGraph(random.profile, 0, order);
        assert.equal(graph.total[0], random.profile.totals[0]);
        assert.equal(graph.depthCount, Math.max(...graph.depth) + 1);
        const nextStart = Float64Array.from(graph.start);
        const covered = Float64Array.from(graph.self);
        const seen = new Set<string>();
        for (let row = 1; row < graph.length; row++) {
          const up = graph.parent[row];
          assert.ok(up < row && row < graph.subtreeEnd[up] && graph.subtreeEnd[row] <= graph.subtreeEnd[up]);
          assert.equal(graph.depth[row], graph.depth[up] + 1);
          assert.equal(graph.start[row], nextStart[up], 'siblings stand side by side from the start of their parent');
          nextStart[up] += graph.total[row];
          covered[up] += graph.total[row];
          assert.ok(!seen.has(`${up} ${graph.func[row]}`), 'one box for each function below a box');
          seen.add(`${up} ${graph.func[row]}`);
        }
        assert.deepEqual(covered, graph.total, 'self and children make the total');
      }
    }
  });

  it('takes a stack of 100,000 frames', () => {
    const builder = new ProfileBuilder([{ name: 'x', unit: 'count' }]);
    const frame = builder.frame(builder.func({ name: 'f' }));
    let stack = -1;
    for (let depth = 0; depth < 100_000; depth++) stack = builder.stack(stack, frame);
    builder.addSelf(stack, 0, 1);
    assert.equal(flameGraph(builder.finish({ format: 'x' }), 0, 'left-heavy').depthCount, 100_001);
  });
});

describe('visibleBoxes', () => {
  it('gives the whole picture of a small graph', () => {
    const boxes = visibleBoxes(fan([1, 1, 2]), 0, 1, 1000, 0, 99);
    assert.deepEqual(boxes, { row: [0, 1, 2, 3, 4], depth: [0, 1, 2, 2, 2], start: [0, 0, 0, 0.25, 0.5], end: [1, 1, 0.25, 0.5, 1] });
  });

  it('keeps to the range and the depths', () => {
    const graph = fan([1, 1, 2]);
    assert.deepEqual(visibleBoxes(graph, 0.25, 0.5, 1000, 2, 2).row, [3]);
    assert.deepEqual(visibleBoxes(graph, 0.3, 0.6, 1000, 2, 9).row, [3, 4]);
    assert.deepEqual(visibleBoxes(graph, 0, 1, 1000, 0, 1).row, [0, 1]);
    for (const [from, to, width] of [[0.5, 0.5, 10], [0.6, 0.5, 10], [0, 1, 0], [NaN, 1, 10]]) assert.deepEqual(visibleBoxes(graph, from, to, width, 0, 9).row, []);
  });

  it('makes one box of thin siblings side by side', () => {
    const graph = fan([500, ...Array.from({ length: 500 }, () => 1), 1000]);
    const boxes = visibleBoxes(graph, 0, 1, 100, 2, 2);
    assert.deepEqual([boxes.row, boxes.start, boxes.end], [[2, -1, 503], [0, 0.25, 0.5], [0.25, 0.5, 1]]);
    // Ten times nearer they are wide enough.
    assert.equal(visibleBoxes(graph, 0.25, 0.275, 100, 2, 2).row.filter((row) => row > 0).length >= 50, true);
  });

  it('leaves out what is thinner than half a pixel even together', () => {
    assert.deepEqual(visibleBoxes(fan([10_000, 1, 1, 10_000]), 0, 1, 100, 2, 2).row, [2, 5]);
  });

  it('never gives more boxes than fit, and none that overlap', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const next = randomNumbers(seed);
      const graph = seed % 3 ? flameGraph(randomProfile(seed).profile, 0, 'left-heavy') : fan(Array.from({ length: 3000 }, () => (next(20) ? 1 : 1 + next(3000))));
      const from = next(900) / 1000;
      const to = from + (1 + next(1000 - from * 1000)) / 1000;
      const width = 1 + next(300);
      const minDepth = next(3);
      const boxes = visibleBoxes(graph, from, to, width, minDepth, minDepth + next(6));
      const byDepth = new Map<number, number[]>();
      boxes.depth.forEach((depth, box) => byDepth.set(depth, [...(byDepth.get(depth) ?? []), box]));
      for (const [depth, row] of byDepth) {
        assert.ok(depth >= minDepth);
        // Boxes are at least half a pixel wide; two may stick out at the ends.
        assert.ok(row.length <= 2 * width + 2, `${row.length} boxes on ${width} pixels`);
        row.forEach((box, i) => {
          assert.ok(boxes.end[box] > from && boxes.start[box] < to, 'outside of the range');
          assert.ok(boxes.end[box] - boxes.start[box] >= (0.5 * (to - from)) / width * (1 - 1e-9), 'too thin');
          if (i > 0) assert.ok(boxes.start[box] >= boxes.end[row[i - 1]] - 1e-9, 'overlap');
        });
      }
      // Every box that is wide enough and in range is there.
      const shown = new Set(boxes.row);
      for (let row = 0; row < graph.length; row++) {
        const [start, end] = [graph.start[row] / graph.total[0], (graph.start[row] + graph.total[row]) / graph.total[0]];
        const wanted = end > from && start < to && end - start >= (0.5 * (to - from)) / width && graph.depth[row] >= minDepth && graph.depth[row] <= Math.max(-1, ...boxes.depth);
        if (wanted) assert.ok(shown.has(row), `box ${row} of seed ${seed} is missing`);
      }
    }
  });
});
