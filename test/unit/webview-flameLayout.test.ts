import assert from 'node:assert/strict';
import type { Range } from '../../webview/flame/flameLayout.ts';
import { between, clampRange, depthAt, grow, pan, rangeShowing, ROW_HEIGHT, THINNEST, topShowing, toShare, toX, WHOLE, zoomAt } from '../../webview/flame/flameLayout.ts';

const near = (actual: number, expected: number, slack = 1e-12) => assert.ok(Math.abs(actual - expected) <= slack, `${actual} is not ${expected}`);
const span = (range: Range) => range.to - range.from;

describe('flame layout', () => {
  it('turns shares to pixels and back', () => {
    const range = { from: 0.25, to: 0.75 };
    assert.equal(toX(0.25, range, 800), 0);
    assert.equal(toX(0.75, range, 800), 800);
    assert.equal(toX(0.5, range, 800), 400);
    for (const x of [0, 1, 399.5, 800]) near(toX(toShare(x, range, 800), range, 800), x, 1e-9);
  });

  it('keeps the share under the pointer where it is while zooming', () => {
    let range: Range = { from: 0.2, to: 0.9 };
    const x = 300;
    const share = toShare(x, range, 1000);
    for (let turn = 0; turn < 40; turn++) {
      const closer = zoomAt(range, share, 1.25);
      near(span(closer), span(range) / 1.25, 1e-12);
      range = closer;
      near(toX(share, range, 1000), x, 1e-3);
    }
  });

  it('stays within the graph however far out or in', () => {
    assert.deepEqual(zoomAt({ from: 0.4, to: 0.6 }, 0.5, 0.001), WHOLE);
    const edge = zoomAt({ from: 0, to: 0.1 }, 0, 0.5);
    assert.equal(edge.from, 0);
    near(edge.to, 0.2);
    const deep = zoomAt({ from: 0.5, to: 0.5 + THINNEST }, 0.5, 1000);
    near(span(deep), THINNEST, 1e-15);
    assert.deepEqual(clampRange({ from: -0.3, to: 0.1 }), { from: 0, to: 0.4 });
    near(clampRange({ from: 0.9, to: 1.1 }).from, 0.8);
    assert.deepEqual(clampRange({ from: -1, to: 3 }), WHOLE);
  });

  it('pans without changing the span, up to the edges', () => {
    const moved = pan({ from: 0.2, to: 0.4 }, 0.1);
    near(moved.from, 0.3);
    near(moved.to, 0.5);
    const stopped = pan({ from: 0.2, to: 0.4 }, 5);
    near(stopped.to, 1);
    near(span(stopped), 0.2);
    assert.deepEqual(pan(WHOLE, 0.5), WHOLE);
  });

  it('moves evenly between two ranges', () => {
    const a = { from: 0, to: 1 };
    const b = { from: 0.4, to: 0.41 };
    assert.equal(between(a, b, 0), a);
    assert.equal(between(a, b, 1), b);
    const half = between(a, b, 0.5);
    // In equal ratios: half way through, a hundredfold zoom is tenfold.
    near(span(half), 0.1, 1e-9);
    assert.ok(half.from > 0 && half.from < 0.4 && half.to > 0.41 && half.to < 1);
    let last = span(a);
    for (let t = 0.1; t < 1; t += 0.1) {
      const now = between(a, b, t);
      assert.ok(span(now) < last && now.from <= b.from + 1e-12 && now.to >= b.to - 1e-12, 'the target stays in sight');
      last = span(now);
    }
    const sideways = between({ from: 0.1, to: 0.2 }, { from: 0.3, to: 0.4 }, 0.5);
    near(sideways.from, 0.2);
    near(span(sideways), 0.1);
  });

  it('grows by a share of the span, within the graph', () => {
    const grown = grow({ from: 0.4, to: 0.6 }, 0.5);
    near(grown.from, 0.3);
    near(grown.to, 0.7);
    assert.deepEqual(grow({ from: 0.1, to: 0.9 }, 0.5), WHOLE);
  });

  it('finds levels by height', () => {
    assert.equal(depthAt(0, 0), 0);
    assert.equal(depthAt(ROW_HEIGHT - 0.5, 0), 0);
    assert.equal(depthAt(ROW_HEIGHT, 0), 1);
    assert.equal(depthAt(5, 100 * ROW_HEIGHT), 100);
  });

  it('scrolls only as far as a level needs', () => {
    const height = 10 * ROW_HEIGHT;
    assert.equal(topShowing(5, 0, height), 0);
    assert.equal(topShowing(0, 500, height), 0);
    const down = topShowing(50, 0, height);
    assert.ok(50 * ROW_HEIGHT >= down && 51 * ROW_HEIGHT <= down + height);
    const up = topShowing(20, 50 * ROW_HEIGHT, height);
    assert.ok(20 * ROW_HEIGHT >= up && 21 * ROW_HEIGHT <= up + height);
    assert.equal(topShowing(50, down, height), down);
  });

  it('moves sideways only for boxes out of sight', () => {
    const range = { from: 0.4, to: 0.6 };
    assert.equal(rangeShowing({ from: 0.45, to: 0.5 }, range), range);
    assert.equal(rangeShowing(WHOLE, range), range);
    assert.equal(rangeShowing({ from: 0.5, to: 1 }, range), range);
    const left = rangeShowing({ from: 0.1, to: 0.15 }, range);
    near(left.from, 0.1);
    near(span(left), 0.2);
    const right = rangeShowing({ from: 0.7, to: 0.75 }, range);
    near(right.to, 0.75);
    const wide = rangeShowing({ from: 0.7, to: 1 }, range);
    near(wide.from, 0.7);
    const wideLeft = rangeShowing({ from: 0, to: 0.3 }, range);
    near(wideLeft.to, 0.3);
    near(span(wideLeft), 0.2);
  });
});
