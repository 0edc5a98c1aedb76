import assert from 'node:assert/strict';
import { EdgeRows, LineRows, QuadTable } from '../../src/core/graphRows.ts';

/** Numbers that depend on the seed alone. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 4294967296 * below);
  };
}

/** Interns tuples and checks each row against a map of their texts. */
function assertRows(intern: (tuple: number[]) => number, tuples: Iterable<number[]>): number[][] {
  const rows = new Map<string, number>();
  const distinct: number[][] = [];
  for (const tuple of tuples) {
    const key = tuple.join();
    const expected = rows.get(key) ?? rows.size;
    if (expected === rows.size) distinct.push(tuple);
    rows.set(key, expected);
    assert.equal(intern(tuple), expected, key);
  }
  return distinct;
}

const columnsOf = (columns: readonly { finish(): Int32Array }[]) => columns.map((column) => [...column.finish()]);
const transposed = (rows: number[][], width: number) => Array.from({ length: width }, (_, i) => rows.map((row) => row[i]));

describe('rows of call graphs', () => {
  it('four integers have one row, also after the table has grown', () => {
    const random = randomFrom(1);
    const table = new QuadTable();
    const tuples = Array.from({ length: 30_000 }, () => [random(40) - 1, random(40), random(4) - 1, random(3)]);
    const distinct = assertRows(([a, b, c, d]) => table.intern(a, b, c, d), tuples);
    assert.ok(distinct.length > 10_000);
    assert.equal(table.length, distinct.length);
    assert.deepEqual(columnsOf(table.columns), transposed(distinct, 4));
  });

  it('lines have one row each, near and far, in any order', () => {
    const random = randomFrom(2);
    const table = new LineRows();
    const tuples = Array.from({ length: 30_000 }, () => [random(20), random(3) - 1, random(5) === 0 ? random(0x7fffffff) : random(200)]);
    tuples.push([0, 0, 0], [0, 0, 0x7fffffff], [0, 0, 15], [0, 0, 16], [0, 0, 15]);
    const distinct = assertRows(([a, b, c]) => table.intern(a, b, c), tuples);
    assert.deepEqual(columnsOf(table.columns), transposed(distinct, 3));
  });

  it('edges have one row each, also at a site with thousands of callees', () => {
    const random = randomFrom(3);
    const table = new EdgeRows();
    const tuples = Array.from({ length: 30_000 }, () => [random(30), random(20), 1, random(10)]);
    for (let round = 0; round < 2; round++) for (let callee = 0; callee < 3000; callee++) tuples.push([5, callee, 2, 7]);
    const distinct = assertRows(([a, b, c, d]) => table.intern(a, b, c, d), tuples);
    assert.deepEqual(columnsOf(table.columns), transposed(distinct, 4));
  });
});
