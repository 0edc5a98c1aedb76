// Self and total of functions and lines, callers and callees: drawn stacks, and random ones against the definition.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { callersAndCallees, type CallEnds } from '../../src/core/callers.ts';
import { functionCosts } from '../../src/core/functions.ts';
import { lineCosts } from '../../src/core/lines.ts';
import { text, type Profile } from '../../src/core/profile.ts';
import { stackProfile } from '../stackText.ts';
import { graphProfile, randomProfile } from './core-random.ts';

function nameOf(profile: Profile, func: number): string {
  return func < 0 ? '' : text(profile, profile.functions.name[func]);
}

/** `name: [self, total]` of every function. */
function functions(profile: Profile): Record<string, [number, number]> {
  const { self, total } = functionCosts(profile, 0);
  return Object.fromEntries(Array.from({ length: profile.functions.length }, (_, func) => [nameOf(profile, func), [self[func], total[func]]]));
}

/** `file:line: [self, total]` of every line, with `~` where it is approximate and the function's name. */
function lines(profile: Profile): Record<string, [number, number, string]> {
  const costs = lineCosts(profile, 0);
  return Object.fromEntries(Array.from({ length: costs.length }, (_, row) => [
    `${costs.approximate[row] ? '~' : ''}${text(profile, costs.file[row])}:${costs.line[row]}`, [costs.self[row], costs.total[row], nameOf(profile, costs.func[row])],
  ]));
}

function ends(profile: Profile, { func, total, calls }: CallEnds): [string, number, number][] {
  return func.map((row, i) => [nameOf(profile, row), total[i], calls[i]]);
}

function around(profile: Profile, name: string): { callers: [string, number, number][]; callees: [string, number, number][] } {
  const func = Array.from(profile.functions.name).findIndex((string) => text(profile, string) === name);
  const { callers, callees } = callersAndCallees(profile, 0, func);
  return { callers: ends(profile, callers), callees: ends(profile, callees) };
}

const DIRECT = stackProfile(`
  weights: 5  2  1
  main  main  main
  fib   fib   other
  fib   fib   fib
  fib   leaf  -`);

const MUTUAL = stackProfile(`
  weights: 4  3  2
  even  even  odd
  odd   odd   even
  even  -     -
  odd   -     -`);

describe('functionCosts of stacks', () => {
  it('counts direct recursion once', () => {
    assert.deepEqual(functions(DIRECT), { main: [0, 8], fib: [6, 8], leaf: [2, 2], other: [0, 1] });
    assert.equal(functionCosts(DIRECT, 0).calls, null);
  });

  it('counts mutual recursion once', () => {
    assert.deepEqual(functions(MUTUAL), { even: [2, 9], odd: [7, 9] });
  });

  it('is zero for an empty profile', () => {
    const empty = new ProfileBuilder([{ name: 'x', unit: 'count' }]).finish({ format: 'x' });
    assert.deepEqual(functions(empty), {});
    assert.equal(lineCosts(empty, 0).length, 0);
  });
});

describe('callersAndCallees of stacks', () => {
  it('names a recursive function among its own callers and callees, each stack once', () => {
    assert.deepEqual(around(DIRECT, 'fib'), {
      callers: [['main', 7, -1], ['fib', 7, -1], ['other', 1, -1]], callees: [['fib', 7, -1], ['leaf', 2, -1]],
    });
    assert.deepEqual(around(MUTUAL, 'odd'), { callers: [['even', 7, -1]], callees: [['even', 6, -1]] });
  });

  it('has no callers of an outermost frame and no callees of a leaf', () => {
    assert.deepEqual(around(DIRECT, 'main'), { callers: [], callees: [['fib', 7, -1], ['other', 1, -1]] });
    assert.deepEqual(around(DIRECT, 'leaf'), { callers: [['fib', 2, -1]], callees: [] });
  });
});

describe('lineCosts of stacks', () => {
  it('gives self to the leaf line alone and total once to every line', () => {
    assert.deepEqual(lines(stackProfile(`
      weights: 4  2
      main[file:a.c][line:3]  main[file:a.c][line:3]
      fib[file:a.c][line:9]   fib[file:a.c][line:9]
      fib[file:a.c][line:9]   fib[file:a.c][line:8]`)), {
      'a.c:3': [0, 6, 'main'], 'a.c:9': [4, 6, 'fib'], 'a.c:8': [2, 2, 'fib'],
    });
  });

  it('keeps lines of one number in two files apart, and leaves out frames without a file', () => {
    assert.deepEqual(lines(stackProfile(`
      weights: 1  1  1
      f[file:a.c][line:3]  f[file:b.c][line:3]  g[line:3]`)), { 'a.c:3': [1, 1, 'f'], 'b.c:3': [1, 1, 'f'] });
  });

  it('falls back to the first line of the function and says so', () => {
    const builder = new ProfileBuilder([{ name: 'x', unit: 'count' }]);
    const f = builder.func({ name: 'f', file: 'a.c', line: 10 });
    const g = builder.func({ name: 'g', file: 'a.c', line: 20 });
    const unknown = builder.func({ name: 'h', file: 'a.c' });
    const outer = builder.stack(-1, builder.frame(f));
    builder.addSelf(outer, 0, 1);
    builder.addSelf(builder.stack(outer, builder.frame(g)), 0, 2);
    builder.addSelf(builder.stack(outer, builder.frame(g, 20)), 0, 4);
    builder.addSelf(builder.stack(outer, builder.frame(unknown)), 0, 8);
    // Line 20 is known from one frame, so it is not a guess any more.
    assert.deepEqual(lines(builder.finish({ format: 'x' })), { '~a.c:10': [1, 15, 'f'], 'a.c:20': [6, 6, 'g'] });
  });

  it('names the function with the most self cost on the line', () => {
    const costs = lines(stackProfile(`
      weights: 1  5  2
      small[file:m.h][line:7]  big[file:m.h][line:7]  small[file:m.h][line:7]`));
    assert.deepEqual(costs, { 'm.h:7': [8, 8, 'big'] });
  });
});

describe('costs of random stacks', () => {
  it('are what the definitions say', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { profile, samples, functionCount } = randomProfile(seed);
      const sums = () => new Map<string, number>();
      const [self, total, lineSelf, lineTotal, pairs] = [sums(), sums(), sums(), sums(), sums()];
      const add = (map: Map<string, number>, keys: Iterable<string>, weight: number) => {
        for (const key of new Set(keys)) map.set(key, (map.get(key) ?? 0) + weight);
      };
      for (const { frames, weight } of samples) {
        const [leaf, leafLine] = frames[frames.length - 1];
        add(self, [`${leaf}`], weight);
        add(lineSelf, [`${leafLine}`], weight);
        add(total, frames.map(([func]) => `${func}`), weight);
        add(lineTotal, frames.map(([, line]) => `${line}`), weight);
        add(pairs, frames.slice(1).map(([func], i) => `${frames[i][0]}>${func}`), weight);
      }
      const costs = functionCosts(profile, 0);
      const byLine = lineCosts(profile, 0);
      for (let func = 0; func < functionCount; func++) {
        assert.deepEqual([costs.self[func], costs.total[func]], [self.get(`${func}`) ?? 0, total.get(`${func}`) ?? 0]);
        const { callers, callees } = callersAndCallees(profile, 0, func);
        const expected = (side: 0 | 1) => new Map([...pairs].filter(([pair]) => pair.split('>')[side] === `${func}`).map(([pair, cost]) => [Number(pair.split('>')[1 - side]), cost]));
        assert.deepEqual(new Map(callers.func.map((caller, i) => [caller, callers.total[i]])), expected(1));
        assert.deepEqual(new Map(callees.func.map((callee, i) => [callee, callees.total[i]])), expected(0));
      }
      assert.equal(byLine.length, lineTotal.size);
      for (let row = 0; row < byLine.length; row++) {
        assert.deepEqual([byLine.self[row], byLine.total[row]], [lineSelf.get(`${byLine.line[row]}`) ?? 0, lineTotal.get(`${byLine.line[row]}`)]);
      }
    }
  });
});

describe('costs of a call graph', () => {
  it('are self plus callees outside of cycles', () => {
    const profile = graphProfile({ main: 1, a: 10, b: 20, c: 30 }, [['main', 'a', 1, 40, 11], ['main', 'b', 2, 20, 12], ['a', 'c', 3, 30, 21]]);
    assert.deepEqual(functions(profile), { main: [1, 61], a: [10, 40], b: [20, 20], c: [30, 30] });
    assert.deepEqual([...functionCosts(profile, 0).calls ?? []], [0, 1, 2, 3]);
    assert.deepEqual(around(profile, 'main').callees, [['a', 40, 1], ['b', 20, 2]]);
    assert.deepEqual(lines(profile), {
      'a.c:10': [1, 1, 'main'], 'a.c:11': [0, 40, 'main'], 'a.c:12': [0, 20, 'main'], 'a.c:20': [10, 10, 'a'], 'a.c:21': [0, 30, 'a'],
      'a.c:30': [20, 20, 'b'], 'a.c:40': [30, 30, 'c'],
    });
  });

  it('leave out what a function pays itself by recursion', () => {
    const profile = graphProfile({ main: 1, fib: 100 }, [['main', 'fib', 1, 100, 11], ['fib', 'fib', 24, 260, 21]]);
    assert.deepEqual(functions(profile), { main: [1, 101], fib: [100, 100] });
    assert.deepEqual(around(profile, 'fib').callers, [['fib', 260, 24], ['main', 100, 1]]);
    assert.deepEqual(lines(profile)['a.c:21'], [0, 0, ''], 'a call inside a cycle carries no cost');
  });

  it('count what a function costs also where nobody was seen to pay for all of it', () => {
    // A signal handler, or code that ran before collection was switched on.
    assert.deepEqual(functions(graphProfile({ main: 1, work: 50 }, [['main', 'work', 1, 40, 11], ['work', 'leaf', 1, 7, 21]])), { main: [1, 41], work: [50, 57], leaf: [0, 0] });
  });

  it('give a member of a cycle what its callers outside pay', () => {
    // a -> b -> c -> a, entered at a by main and at b by x; c also calls out.
    const profile = graphProfile({ main: 1, a: 10, b: 20, c: 30, x: 2, out: 5 }, [
      ['main', 'a', 1, 45], ['main', 'x', 1, 22], ['x', 'b', 1, 20], ['a', 'b', 1, 35], ['b', 'c', 1, 30], ['c', 'a', 1, 5], ['c', 'out', 1, 5],
    ]);
    assert.deepEqual(functions(profile), { main: [1, 68], a: [10, 45], b: [20, 20], c: [30, 35], x: [2, 22], out: [5, 5] });
  });

  it('are the tool\'s own where it measured them', () => {
    const builder = new ProfileBuilder([{ name: 'time', unit: 'seconds' }]);
    const [f, g] = [builder.func({ name: 'f', file: 'a.py', line: 3 }), builder.func({ name: 'g', file: 'a.py', line: 8 })];
    const file = builder.string('a.py');
    builder.addLineCost(builder.graphLine(f, file, 3), 0, 1);
    builder.addLineCost(builder.graphLine(g, file, 8), 0, 2);
    builder.addEdgeCost(builder.edge(f, g, -1, 0, 4), 0, 2);
    builder.addTotal(f, 0, 3.5);
    builder.addTotal(g, 0, 2.5);
    builder.addCalls(f, 1, 1);
    builder.addCalls(g, 9, 4);
    const profile = builder.finish({ format: 'x' });
    assert.deepEqual(functions(profile), { f: [1, 3.5], g: [2, 2.5] });
    assert.deepEqual([[...functionCosts(profile, 0).calls ?? []], [...profile.graph?.primitiveCalls ?? []]], [[1, 9], [1, 4]]);
    assert.deepEqual(lines(profile), { '~a.py:3': [1, 3.5, 'f'], '~a.py:8': [2, 2.5, 'g'] });
  });
});
