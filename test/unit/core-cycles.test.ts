// Strongly connected components, against the definition: two nodes share one when each can reach the other.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { stronglyConnected } from '../../src/core/cycles.ts';
import { randomNumbers } from './core-random.ts';

function components(count: number, edges: readonly (readonly [number, number])[]): Int32Array {
  return stronglyConnected(count, Int32Array.from(edges, ([from]) => from), Int32Array.from(edges, ([, to]) => to));
}

/** reach[a][b]: whether a path leads from a to b (Warshall). */
function reachability(count: number, edges: readonly (readonly [number, number])[]): boolean[][] {
  const reach = Array.from({ length: count }, (_, a) => Array.from({ length: count }, (_, b) => a === b));
  for (const [from, to] of edges) reach[from][to] = true;
  for (let via = 0; via < count; via++) for (let a = 0; a < count; a++) for (let b = 0; b < count; b++) reach[a][b] ||= reach[a][via] && reach[via][b];
  return reach;
}

describe('stronglyConnected', () => {
  it('agrees with reachability on random graphs', () => {
    const next = randomNumbers(5);
    for (let round = 0; round < 400; round++) {
      const count = 1 + next(12);
      const edges = Array.from({ length: next(count * 2 + 1) }, () => [next(count), next(count)] as const);
      const found = components(count, edges);
      const reach = reachability(count, edges);
      for (let a = 0; a < count; a++) {
        assert.ok(found[a] >= 0);
        for (let b = 0; b < count; b++) assert.equal(found[a] === found[b], reach[a][b] && reach[b][a], `${a}, ${b} in ${JSON.stringify(edges)}`);
      }
    }
  });

  it('takes no nodes at all', () => {
    assert.deepEqual(components(0, []), new Int32Array(0));
  });

  it('walks a chain and a ring of 200,000 nodes', () => {
    const count = 200_000;
    const chain = Array.from({ length: count - 1 }, (_, node) => [node, node + 1] as const);
    assert.equal(new Set(components(count, chain)).size, count);
    assert.equal(new Set(components(count, [...chain, [count - 1, 0]])).size, 1);
  });
});
