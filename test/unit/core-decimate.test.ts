// Points of charts: exact where there is room, least and greatest of each pixel where not.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { nearestPoint, pointsBetween, type PointGrid } from '../../src/core/decimate.ts';
import type { Series } from '../../src/core/profile.ts';
import { randomNumbers } from './core-random.ts';

const series = (x: readonly number[], y: readonly number[]): Series => ({ name: 's', unit: 'count', x: Float64Array.from(x), y: Float64Array.from(y) });
const columns = ({ x, y }: PointGrid) => [...x].map((at, i) => [at, ...Array.from({ length: y.length / x.length }, (_, s) => y[s * x.length + i])]);

describe('pointsBetween', () => {
  it('gives every point where there is room, of all series over one x', () => {
    const grid = pointsBetween([series([0, 1, 2], [5, 6, 7]), series([0, 1.5], [1, 2])], 0, 2, 100);
    assert.equal(grid.isDecimated, false);
    assert.deepEqual(columns(grid), [[0, 5, 1], [1, 6, NaN], [1.5, NaN, 2], [2, 7, NaN]]);
  });

  it('keeps jumps: several points at one x', () => {
    assert.deepEqual(columns(pointsBetween([series([0, 1, 1, 2], [0, 0, 9, 9])], 0, 2, 10)), [[0, 0], [1, 0], [1, 9], [2, 9]]);
  });

  it('adds the nearest points outside, so that lines run to the edges', () => {
    assert.deepEqual(columns(pointsBetween([series([0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5])], 1.5, 3.5, 100)), [[1, 1], [2, 2], [3, 3], [4, 4]]);
    assert.deepEqual(columns(pointsBetween([series([0, 10], [0, 10])], 4, 5, 100)), [[0, 0], [10, 10]]);
  });

  it('is empty without points, and gives what is there of an empty range', () => {
    assert.deepEqual(columns(pointsBetween([], 0, 1, 100)), []);
    assert.deepEqual(columns(pointsBetween([series([], [])], 0, 1, 100)), []);
    assert.deepEqual(columns(pointsBetween([series([3], [7])], 3, 3, 100)), [[3, 7]]);
  });

  it('loses no spike of many points, and keeps least and greatest in their order', () => {
    const count = 100_000;
    const next = randomNumbers(7);
    const y = Array.from({ length: count }, () => next(1000));
    y[4711] = 1e6;
    y[4712] = -1e6;
    const one = series(Array.from({ length: count }, (_, at) => at), y);
    const grid = pointsBetween([one], 0, count - 1, 500);
    assert.equal(grid.isDecimated, true);
    assert.ok(grid.x.length <= 1002);
    const values = [...grid.y];
    assert.ok(values.indexOf(1e6) >= 0 && values.indexOf(-1e6) === values.indexOf(1e6) + 1);
    for (let at = 1; at < grid.x.length; at++) assert.ok(grid.x[at] >= grid.x[at - 1]);
    const step = (count - 1) / 500;
    for (let pixel = 0; pixel < 500; pixel++) {
      const inside = y.slice(Math.ceil(pixel * step), pixel === 499 ? count : Math.ceil((pixel + 1) * step));
      const shown = [values[1 + 2 * pixel], values[2 + 2 * pixel]].filter((value) => !Number.isNaN(value));
      assert.deepEqual([Math.min(...shown), Math.max(...shown)], [Math.min(...inside), Math.max(...inside)], `pixel ${pixel}`);
    }
  });

  it('runs to the edges also where it is decimated', () => {
    const one = series(Array.from({ length: 10_001 }, (_, at) => at), Array.from({ length: 10_001 }, (_, at) => at * 2));
    const grid = pointsBetween([one], 100.5, 9000.5, 50);
    assert.deepEqual([grid.x[0], grid.y[0], grid.x.at(-1), grid.y.at(-1)], [100.5, 201, 9000.5, 18001]);
  });

  it('lets steps hold their last value through pixels without points', () => {
    // 300 points in the first pixel that end at 5, neither their least nor their greatest, and another 300 at the end.
    const x = [...Array.from({ length: 300 }, (_, at) => at / 300), ...Array.from({ length: 300 }, (_, at) => 99 + at / 300)];
    const y = x.map((_, row) => (row === 299 ? 5 : row % 2 === 0 ? 0 : 9));
    const shownAt = (step: boolean) => {
      const grid = pointsBetween([{ ...series(x, y), ...(step ? { step: true as const } : {}) }], 0, 100, 100);
      assert.equal(grid.isDecimated, true);
      const held = [...grid.y].filter((value, at) => grid.x[at] < 50 && !Number.isNaN(value));
      return held.at(-1);
    };
    assert.equal(shownAt(true), 5);
    assert.notEqual(shownAt(false), 5);
    const one = { ...series([0, 10, 20], [1, 3, 2]), step: true as const };
    const many = { ...series(Array.from({ length: 5000 }, (_, at) => at / 250), Array.from({ length: 5000 }, () => 1)), step: true as const };
    const grid = pointsBetween([one, many], 5, 15, 10);
    assert.deepEqual([grid.y[0], grid.y[grid.x.length - 1]], [1, 3]);
  });

  it('takes a million points in no time', () => {
    const one = series(Array.from({ length: 1_000_000 }, (_, at) => at), Array.from({ length: 1_000_000 }, (_, at) => at % 977));
    const started = performance.now();
    for (let turn = 0; turn < 5; turn++) pointsBetween([one, one], 0, 1e6, 2000);
    assert.ok((performance.now() - started) / 5 < 500, `${(performance.now() - started) / 5} ms`);
  });
});

describe('nearestPoint', () => {
  it('is the nearest point of any series, with the values that held there', () => {
    const both = [series([0, 2, 4], [10, 20, 0]), series([1], [7])];
    const at = (x: number) => {
      const { x: found, values } = nearestPoint(both, x);
      return [found, ...values];
    };
    assert.deepEqual([-5, 0.4, 0.6, 1.9, 9].map(at), [[0, 10, NaN], [0, 10, NaN], [1, 10, 7], [2, 20, 7], [4, 0, 7]]);
    assert.deepEqual(nearestPoint([], 3), { x: NaN, values: new Float64Array(0) });
    assert.deepEqual([...nearestPoint([series([], [])], 3).values], [NaN]);
  });

  it('is the later one of two at one x', () => {
    assert.deepEqual([...nearestPoint([series([0, 1, 1], [1, 2, 3])], 1).values], [3]);
  });
});
