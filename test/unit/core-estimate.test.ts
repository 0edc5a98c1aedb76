// Flame graphs of tools that recorded calls: exact where they can be, never more than there is.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { estimateStacks } from '../../src/core/estimate.ts';
import { flameGraph } from '../../src/core/flame.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { dedent } from '../stackText.ts';
import { graphProfile, randomNumbers, type DrawnCall } from './core-random.ts';

function picture(profile: Profile): string {
  const graph = flameGraph(profile, 0, 'left-heavy');
  return Array.from({ length: graph.length }, (_, row) => {
    const name = row === 0 ? 'all' : text(profile, profile.functions.name[graph.func[row]]);
    return `${'  '.repeat(graph.depth[row])}${name} ${graph.total[row]}${graph.self[row] ? ` self ${graph.self[row]}` : ''}`;
  }).join('\n');
}

const sumOf = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);

describe('estimateStacks', () => {
  it('is exact where every function has one caller', () => {
    assert.equal(picture(graphProfile({ main: 10, a: 20, b: 30, c: 40 }, [['main', 'a', 1, 60, 1], ['a', 'c', 2, 40, 2], ['main', 'b', 1, 30, 3]])), dedent(`
      all 100
        main 100 self 10
          a 60 self 20
            c 40 self 40
          b 30 self 30`));
  });

  it('adds up several call sites of one callee', () => {
    assert.equal(picture(graphProfile({ main: 10, a: 90 }, [['main', 'a', 1, 30, 1], ['main', 'a', 1, 60, 2]])), 'all 100\n  main 100 self 10\n    a 90 self 90');
  });

  it('shares out what a function calls by what its callers paid', () => {
    assert.equal(picture(graphProfile({ main: 0, a: 10, b: 30, shared: 20, leaf: 40 }, [
      ['main', 'a', 1, 25, 1], ['main', 'b', 1, 75, 2], ['a', 'shared', 1, 15, 3], ['b', 'shared', 3, 45, 4], ['shared', 'leaf', 4, 40, 5],
    ])), dedent(`
      all 100
        main 100
          b 75 self 30
            shared 45 self 15
              leaf 30 self 30
          a 25 self 10
            shared 15 self 5
              leaf 10 self 10`));
  });

  it('keeps outermost functions however small: a flat profile is not blank', () => {
    const flat = Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`f${index}`, 1]));
    const tree = estimateStacks(graphProfile(flat, []), 0);
    assert.equal(sumOf(tree.self), 9000);
  });

  it('keeps the cost of recursion with the function', () => {
    assert.equal(picture(graphProfile({ main: 10, fib: 90 }, [['main', 'fib', 1, 90, 1], ['fib', 'fib', 20, 500, 2]])), 'all 100\n  main 100 self 10\n    fib 90 self 90');
  });

  it('ends on cycles, and has several roots where nothing calls anything', () => {
    const cycle = graphProfile({ main: 0, a: 50, b: 50 }, [['main', 'a', 1, 100, 1], ['a', 'b', 9, 90, 2], ['b', 'a', 9, 80, 3]]);
    const graph = flameGraph(cycle, 0, 'left-heavy');
    assert.equal(graph.total[0], 100);
    assert.ok(graph.depthCount <= 4);
    assert.equal(picture(graphProfile({ x: 3, y: 5 }, [])), 'all 8\n  y 5 self 5\n  x 3 self 3');
    assert.equal(flameGraph(graphProfile({ a: 60, b: 40 }, [['a', 'b', 1, 40], ['b', 'a', 1, 60]]), 0, 'by-name').total[0], 100);
  });

  it('never gives more than there is, whatever the graph says', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const next = randomNumbers(seed);
      const count = 1 + next(10);
      const name = () => `f${next(count)}`;
      const calls = Array.from({ length: next(25) }, (): DrawnCall => [name(), name(), 1 + next(5), next(200), 1 + next(3)]);
      const profile = graphProfile(Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, next(100)])), calls);
      const tree = estimateStacks(profile, 0);
      const bound = profile.totals[0] * (1 + 1e-9);
      assert.ok(sumOf(tree.self) <= bound, `seed ${seed}: ${sumOf(tree.self)} of ${profile.totals[0]}`);
      assert.ok(tree.self.every((self) => self >= 0));
      for (let node = tree.parent.length - 1; node >= 0; node--) {
        assert.ok(tree.parent[node] < node);
        for (let up = tree.parent[node]; up >= 0; up = tree.parent[up]) assert.notEqual(tree.func[up], tree.func[node], 'a function below itself');
      }
    }
  });

  it('is exact for random trees of calls, up to boxes too small to see', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const next = randomNumbers(seed);
      const count = 2 + next(12);
      const self = Array.from({ length: count }, () => 50 + next(100));
      const parent = Array.from({ length: count }, (_, i) => (i === 0 ? -1 : next(i)));
      const total = [...self];
      for (let i = count - 1; i > 0; i--) total[parent[i]] += total[i];
      const profile = graphProfile(Object.fromEntries(self.map((cost, i) => [`f${i}`, cost])), parent.flatMap((up, i) => (up < 0 ? [] : [[`f${up}`, `f${i}`, 1, total[i], 1] as const])));
      const graph = flameGraph(profile, 0, 'by-name');
      assert.equal(graph.length, count + 1);
      for (let row = 1; row < graph.length; row++) {
        assert.equal(Math.round(graph.total[row] * 1e6), total[graph.func[row]] * 1e6);
        assert.equal(graph.func[graph.parent[row]], parent[graph.func[row]]);
      }
    }
  });

  it('takes a chain of 50,000 functions without recursing, cut where it is too deep to draw', () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `f${i}`);
    const profile = graphProfile(Object.fromEntries(names.map((name, i) => [name, i === names.length - 1 ? 1000 : 0])), names.slice(1).map((name, i): DrawnCall => [names[i], name, 1, 1000, 1]));
    const graph = flameGraph(profile, 0, 'left-heavy');
    assert.equal(graph.total[0], 1000);
    assert.ok(graph.depthCount > 300 && graph.depthCount < 1000);
  });
});
