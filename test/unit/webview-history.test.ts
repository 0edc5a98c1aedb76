import assert from 'node:assert/strict';
import { WHOLE } from '../../webview/flame/flameLayout.ts';
import type { ZoomHistory, ZoomStep } from '../../webview/flame/zoomHistory.ts';
import { zoomBackTo, zoomFreely, zoomOut, zoomRange, zoomTo } from '../../webview/flame/zoomHistory.ts';
import type { History } from '../../webview/history.ts';
import { canGo, go, NO_HISTORY, present, replace, visit } from '../../webview/history.ts';

const walk = (...places: number[]): History<number> => places.reduce<History<number>>(visit, NO_HISTORY);

describe('history', () => {
  it('has no place at first, and nowhere to go', () => {
    assert.equal(present(NO_HISTORY), undefined);
    assert.equal(canGo(NO_HISTORY, -1), false);
    assert.equal(canGo(NO_HISTORY, 1), false);
    assert.equal(go(NO_HISTORY, 1), NO_HISTORY);
  });

  it('goes back and forth', () => {
    const three = walk(5, 6, 7);
    assert.equal(present(three), 7);
    const back = go(go(three, -1), -1);
    assert.equal(present(back), 5);
    assert.equal(canGo(back, -1), false);
    assert.equal(present(go(back, 1)), 6);
    assert.equal(go(back, -1), back);
  });

  it('forgets what lay ahead when another way is taken', () => {
    const other = visit(go(walk(5, 6, 7), -1), 9);
    assert.deepEqual(other.entries, [5, 6, 9]);
    assert.equal(canGo(other, 1), false);
  });

  it('does not visit the present place again', () => {
    const two = walk(5, 6);
    assert.equal(visit(two, 6), two);
  });

  it('replaces the present place for small moves', () => {
    const moved = replace(replace(walk(5, 6), 7), 8);
    assert.deepEqual(moved.entries, [5, 8]);
    assert.equal(present(go(moved, -1)), 5);
    assert.deepEqual(replace(NO_HISTORY as History<number>, 1).entries, [1]);
  });

  it('keeps the newest places when there are many', () => {
    const long = walk(...Array.from({ length: 500 }, (_, place) => place));
    assert.equal(present(long), 499);
    assert.equal(long.entries.length, 100);
    assert.equal(long.at, 99);
  });
});

describe('zoom history', () => {
  const box = (label: string, from: number, to: number, node: number, top = 0): ZoomStep => ({ label, from, to, node, top });
  const inner: ZoomHistory = zoomTo(zoomTo([], box('a', 0.2, 0.8, 3)), box('b', 0.3, 0.5, 7, 40));

  it('shows the whole graph without steps, and the last step otherwise', () => {
    assert.deepEqual(zoomRange([]), WHOLE);
    assert.equal(zoomRange(inner).from, 0.3);
  });

  it('goes out one step or to any of them', () => {
    assert.equal(zoomRange(zoomOut(inner)).from, 0.2);
    assert.deepEqual(zoomBackTo(inner, 0), []);
    assert.equal(zoomBackTo(inner, 1).at(-1)?.label, 'a');
    assert.deepEqual(zoomOut([]), []);
  });

  it('adds nothing for the box that is shown', () => {
    assert.equal(zoomTo(inner, box('b', 0.3, 0.5, 7)), inner);
  });

  it('takes the moves of a wheel as one step that remembers where it began', () => {
    const moved = zoomFreely(zoomFreely(zoomFreely(inner, { from: 0.31, to: 0.4 }, 100), { from: 0.32, to: 0.38 }, 200), { from: 0.33, to: 0.36 }, 300);
    assert.equal(moved.length, 3);
    assert.deepEqual(moved.at(-1), { from: 0.33, to: 0.36, label: '', node: -1, top: 100 });
    assert.equal(zoomRange(zoomOut(moved)).from, 0.3);
  });

  it('ends when the whole graph is seen again', () => {
    assert.deepEqual(zoomFreely(zoomFreely(inner, { from: 0.31, to: 0.4 }, 0), { from: 0, to: 1 }, 0), []);
  });
});
