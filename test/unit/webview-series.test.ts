// The chart of values over time: labels, scales, looks, and the part in sight.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Unit } from '../../src/core/profile.ts';
import { lineLook, scaleName, suggestedScale } from '../../webview/series/lines.ts';
import { panRange, rangeWith, zoomRange } from '../../webview/series/range.ts';
import { tickDistances, tickLabels } from '../../webview/series/ticks.ts';

describe('labels of an axis', () => {
  const labels = (unit: Unit, distance: number, ...values: number[]) => tickLabels(values, distance, unit);

  it('have one unit and as many digits as tell them apart', () => {
    assert.deepEqual(labels('seconds', 0.5, 0, 0.5, 1, 1.5), ['0', '0.5 s', '1.0 s', '1.5 s']);
    assert.deepEqual(labels('milliseconds', 20, 0, 20, 40), ['0', '20 ms', '40 ms']);
    assert.deepEqual(labels('milliseconds', 500, 0, 500, 1000), ['0', '0.5 s', '1.0 s']);
    assert.deepEqual(labels('bytes', 2 ** 18, 0, 2 ** 18, 2 ** 19, 2 ** 20), ['0', '0.25 MiB', '0.50 MiB', '1.00 MiB']);
    assert.deepEqual(labels('count', 5000, 0, 5000, 10_000), ['0', '5 k', '10 k']);
    assert.deepEqual(labels('count', 500, 0, 500, 1000), ['0', '500', '1000']);
    assert.deepEqual(labels('instructions', 1e6, 1e6, 2e6), ['1 M', '2 M']);
    assert.deepEqual(labels('count', 0.1, 0.1, 0.2), ['0.1', '0.2']);
    assert.deepEqual(labels('count', 1, -2, -1, 0), ['-2', '-1', '0']);
  });

  it('take a smaller unit close up instead of many digits', () => {
    assert.deepEqual(labels('bytes', 2 ** 16, 2 ** 20, 2 ** 20 + 2 ** 16), ['1024 KiB', '1088 KiB']);
    assert.deepEqual(labels('seconds', 0.0001, 2.0001, 2.0002), ['2000.1 ms', '2000.2 ms']);
    assert.deepEqual(labels('count', 1, 20_001, 20_002), ['20001', '20002']);
  });

  it('stand at round distances', () => {
    assert.ok(tickDistances('bytes').every((distance) => Math.log2(distance) % 1 === 0));
    for (const unit of ['seconds', 'count', 'bytes'] as const) {
      const distances = tickDistances(unit);
      assert.deepEqual([...distances].sort((a, b) => a - b), distances);
      assert.ok(distances[0] <= 1 && distances.at(-1)! > 1e15);
    }
  });
});

describe('scales', () => {
  const series = (name: string, unit: Unit, greatest: number) => ({ name, label: name, unit, isStep: false, points: 2, least: 0, greatest, last: 0 });

  it('are shared by a unit unless the small ones could not be seen', () => {
    assert.equal(suggestedScale([series('a', 'count', 100), series('b', 'count', 5)]), 'shared');
    assert.equal(suggestedScale([series('cycles', 'count', 3e9), series('faults', 'count', 12)]), 'own');
    assert.equal(suggestedScale([series('cycles', 'count', 3e9), series('time', 'milliseconds', 12)]), 'shared');
    assert.equal(suggestedScale([series('a', 'count', 3e9), series('never', 'count', 0)]), 'shared');
  });

  it('are shared by the parts of one whole', () => {
    assert.equal(suggestedScale([series('total', 'bytes', 3e9), series('stacks', 'bytes', 12)]), 'shared');
  });

  it('have a name each', () => {
    assert.deepEqual([scaleName('shared', 3, 'bytes'), scaleName('own', 3, 'bytes')], ['bytes', 'own3']);
  });

  it('come with lines that all look different', () => {
    const looks = Array.from({ length: 18 }, (_, row) => JSON.stringify(lineLook(row)));
    assert.equal(new Set(looks).size, looks.length);
  });
});

describe('the part in sight', () => {
  const whole = { from: 0, to: 100 };

  it('zooms around a place that stays', () => {
    assert.deepEqual(zoomRange(whole, whole, 20, 0.5), { from: 10, to: 60 });
    assert.deepEqual(zoomRange({ from: 10, to: 60 }, whole, 20, 2), whole);
    assert.deepEqual(zoomRange({ from: 0, to: 10 }, whole, 10, 2), { from: 0, to: 20 });
  });

  it('never leaves the whole, nor becomes nothing', () => {
    assert.deepEqual(zoomRange({ from: 40, to: 60 }, whole, 50, 100), whole);
    let range = whole;
    for (let turn = 0; turn < 100; turn++) range = zoomRange(range, whole, 33, 0.5);
    assert.ok(range.to > range.from && range.from <= 33 && range.to >= 33);
    assert.deepEqual(panRange({ from: 80, to: 90 }, whole, 2), { from: 90, to: 100 });
    assert.deepEqual(panRange({ from: 10, to: 20 }, whole, -2), { from: 0, to: 10 });
    assert.deepEqual(panRange(whole, whole, 1), whole);
  });

  it('follows the cursor', () => {
    const range = { from: 10, to: 20 };
    assert.equal(rangeWith(range, whole, 15), range);
    assert.deepEqual(rangeWith(range, whole, 50), { from: 45, to: 55 });
    assert.deepEqual(rangeWith(range, whole, 99), { from: 90, to: 100 });
  });
});
