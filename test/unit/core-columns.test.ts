// The tables that profiles are built from: growing columns, interned strings and tuples.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FloatColumn, IntColumn, StringTable, TupleTable } from '../../src/core/columns.ts';
import { randomNumbers } from './core-random.ts';

describe('columns', () => {
  it('keep every value while they grow', () => {
    const ints = new IntColumn(1);
    const floats = new FloatColumn(1);
    for (let i = 0; i < 5000; i++) {
      assert.equal(ints.push(i * 3 - 7), i);
      assert.equal(floats.push(i / 4), i);
    }
    assert.deepEqual(ints.finish(), Int32Array.from({ length: 5000 }, (_, i) => i * 3 - 7));
    assert.deepEqual(floats.finish(), Float64Array.from({ length: 5000 }, (_, i) => i / 4));
  });

  it('hand out copies and stay usable', () => {
    const ints = new IntColumn();
    ints.push(1);
    const copy = ints.finish();
    ints.push(2);
    ints.data[0] = 9;
    assert.deepEqual(copy, Int32Array.of(1));
    assert.deepEqual(ints.finish(), Int32Array.of(9, 2));
  });

  it('add to a row that is not there yet, with zeros before it', () => {
    const floats = new FloatColumn(2);
    floats.add(5, 1.5);
    floats.add(5, 2);
    floats.add(1, 4);
    assert.deepEqual(floats.finish(), Float64Array.of(0, 4, 0, 0, 0, 3.5));
    assert.deepEqual(floats.finish(8), Float64Array.of(0, 4, 0, 0, 0, 3.5, 0, 0));
    assert.deepEqual(floats.finish(2), Float64Array.of(0, 4));
  });

  it('intern strings in order of first use', () => {
    const table = new StringTable();
    assert.deepEqual(['b', 'a', 'b', '__proto__', '', 'constructor', ''].map((text) => table.intern(text)), [0, 1, 0, 2, 3, 4, 3]);
    assert.deepEqual(table.strings, ['b', 'a', '__proto__', '', 'constructor']);
  });
});

describe('TupleTable', () => {
  for (const width of [1, 2, 4, 7]) {
    it(`gives each tuple of ${width} the row that a Map gives it`, () => {
      const next = randomNumbers(width);
      const table = new TupleTable(width);
      const known = new Map<string, number>();
      for (let i = 0; i < 40_000; i++) {
        // Small, huge and negative numbers; few enough that most come back.
        const tuple = Array.from({ length: width }, () => [next(12) - 1, next(3) * 0x10000000, -0x80000000 + next(2)][next(3)]);
        const key = tuple.join();
        if (!known.has(key)) known.set(key, known.size);
        assert.equal(table.intern(...tuple), known.get(key));
      }
      assert.equal(table.length, known.size);
      for (const [key, row] of known) assert.equal(table.columns.map((column) => column.data[row]).join(), key);
    });
  }

  it('finds pairs by either way of asking, also after it grew', () => {
    const table = new TupleTable(2);
    const next = randomNumbers(77);
    for (let i = 0; i < 20_000; i++) {
      const [first, second] = [next(300) - 1, next(300)];
      const row = i % 2 ? table.intern(first, second) : table.internPair(first, second);
      assert.equal(table.intern(first, second), row);
      assert.equal(table.internPair(first, second), row);
    }
    const pairs = new Set(Array.from({ length: table.length }, (_, row) => `${table.columns[0].data[row]} ${table.columns[1].data[row]}`));
    assert.equal(pairs.size, table.length);
  });

  it('does not grow long chains for stacks that are chains', () => {
    // Every row is its parent's child: the pattern of one deep stack. Quadratic behaviour would not end here.
    const table = new TupleTable(2);
    for (let i = 0; i < 500_000; i++) assert.equal(table.internPair(i - 1, i % 3), i);
    assert.equal(table.length, 500_000);
  });
});
