// Numbers as people read them.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatExact, formatQuantity, formatShare, nanosecondsPer } from '../../src/core/quantities.ts';
import type { Unit } from '../../src/core/profile.ts';

const QUANTITIES: readonly (readonly [number, Unit, string])[] = [
  [0, 'nanoseconds', '0 s'], [0, 'seconds', '0 s'], [0, 'bytes', '0 B'], [0, 'count', '0'],
  [1, 'nanoseconds', '1.00 ns'], [999, 'nanoseconds', '999 ns'], [1000, 'nanoseconds', '1.00 µs'], [12_345, 'nanoseconds', '12.3 µs'],
  [0.25, 'nanoseconds', '0.250 ns'], [4.5e6, 'nanoseconds', '4.50 ms'], [99.9e6, 'nanoseconds', '99.9 ms'], [1e8, 'nanoseconds', '0.100 s'],
  [0.45, 'seconds', '0.450 s'], [1.5, 'seconds', '1.50 s'], [1234, 'seconds', '1234 s'], [12.3, 'milliseconds', '12.3 ms'], [7, 'microseconds', '7.00 µs'],
  [1e15, 'nanoseconds', '1000000 s'], [-1.5, 'seconds', '-1.50 s'], [1e-15, 'seconds', '0.00000100 ns'],
  [1, 'bytes', '1 B'], [1023, 'bytes', '1023 B'], [1024, 'bytes', '1.00 KiB'], [4.2 * 2 ** 20, 'bytes', '4.20 MiB'], [3 * 2 ** 40, 'bytes', '3.00 TiB'], [-2048, 'bytes', '-2.00 KiB'],
  [9999, 'count', '9,999'], [10_000, 'count', '10.0 k'], [1.234e6, 'instructions', '1.23 M'], [5e9, 'count', '5.00 G'], [1e15, 'count', '1000 T'], [-1.5e6, 'count', '-1.50 M'],
  [2.5, 'count', '2.50'], [-3, 'count', '-3'],
];

/** Values that rounding carries over a power of ten: still three digits, and the next unit where there is one. */
const CARRIED: readonly (readonly [number, Unit, string])[] = [
  [9.996, 'seconds', '10.0 s'], [99.95, 'seconds', '100 s'], [99.96, 'count', '100'], [9.999, 'count', '10.0'], [9.9996e9, 'count', '10.0 G'], [9.9999e-6, 'seconds', '10.0 µs'],
];

describe('formatQuantity', () => {
  for (const [value, unit, expected] of QUANTITIES) {
    it(`${value} ${unit} is ${expected}`, () => assert.equal(formatQuantity(value, unit), expected));
  }

  for (const [value, unit, expected] of CARRIED) {
    it(`${value} ${unit}, which rounds up to a further digit, is ${expected}`, () => assert.equal(formatQuantity(value, unit), expected));
  }

  it('goes on to the next unit when rounding reaches it', () => {
    assert.equal(formatQuantity(999_999, 'count'), '1.00 M');
    assert.equal(formatQuantity(999_999, 'nanoseconds'), '1.00 ms');
    assert.equal(formatQuantity(99_990_000, 'nanoseconds'), '0.100 s');
  });
});

describe('formatExact and formatShare', () => {
  it('set thousands apart and name the unit', () => {
    assert.equal(formatExact(450_123_000, 'nanoseconds', 'en-US'), '450,123,000 ns');
    assert.equal(formatExact(1234, 'count', 'en-US'), '1,234');
    assert.equal(formatExact(0.001234567, 'seconds', 'en-US'), '0.001234567 s');
    assert.equal(formatExact(-5, 'instructions', 'en-US'), '-5 instructions');
  });

  it('give shares with one decimal, and none of nothing', () => {
    assert.deepEqual([formatShare(123, 1000), formatShare(1, 0), formatShare(0, 5), formatShare(99.96, 100), formatShare(1, 1)], ['12.3 %', '0.0 %', '0.0 %', '100.0 %', '100.0 %']);
  });

  it('measure every unit of time in nanoseconds, and no other unit', () => {
    assert.deepEqual((['seconds', 'milliseconds', 'microseconds', 'nanoseconds', 'bytes', 'count', 'instructions'] as const).map(nanosecondsPer), [1e9, 1e6, 1e3, 1, 0, 0, 0]);
  });
});
