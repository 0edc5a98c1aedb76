/** The flame graph's arithmetic: ranges of the root's width, and the way from shares to pixels and back. Pure. */

/** A part of the root's width, as shares from 0 to 1. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const WHOLE: Range = { from: 0, to: 1 };

/** The thinnest range that can be shown; doubles still tell apart its pixels. */
export const THINNEST = 1e-10;

/** Height of a level in CSS pixels. */
export const ROW_HEIGHT = 20;

/** The same span moved into 0 to 1, or all when it is wider; never thinner than THINNEST. */
export function clampRange(range: Range): Range {
  const span = Math.min(1, Math.max(THINNEST, range.to - range.from));
  if (span === 1) return WHOLE;
  const from = Math.min(1 - span, Math.max(0, range.from));
  return { from, to: Math.min(1, from + span) };
}

/** Zooms by `factor` (above 1: closer) so that the share under the pointer stays where it is. */
export function zoomAt(range: Range, share: number, factor: number): Range {
  const span = range.to - range.from;
  const wanted = Math.min(1, Math.max(THINNEST, span / factor));
  const ratio = wanted / span;
  return clampRange({ from: share - (share - range.from) * ratio, to: share + (range.to - share) * ratio });
}

/** Moves by a share of the root, keeping the span. */
export function pan(range: Range, by: number): Range {
  return clampRange({ from: range.from + by, to: range.to + by });
}

/** Pixels from the left edge. */
export function toX(share: number, range: Range, width: number): number {
  return ((share - range.from) / (range.to - range.from)) * width;
}

export function toShare(x: number, range: Range, width: number): number {
  return range.from + (x / width) * (range.to - range.from);
}

/** Between two ranges, `t` from 0 to 1. The span goes in equal ratios, so that a zoom looks even. */
export function between(a: Range, b: Range, t: number): Range {
  if (t <= 0) return a;
  if (t >= 1) return b;
  const [spanA, spanB] = [a.to - a.from, b.to - b.from];
  if (Math.abs(spanA - spanB) < spanA * 1e-9) return { from: a.from + (b.from - a.from) * t, to: a.to + (b.to - a.to) * t };
  const span = spanA * (spanB / spanA) ** t;
  const done = (span - spanA) / (spanB - spanA);
  const from = a.from + (b.from - a.from) * done;
  return { from, to: from + span };
}

/** A range grown by a share of its span on either side, within 0 to 1. */
export function grow(range: Range, by: number): Range {
  const margin = (range.to - range.from) * by;
  return { from: Math.max(0, range.from - margin), to: Math.min(1, range.to + margin) };
}

/** Depth of the level at a height in the scrolled graph. */
export function depthAt(y: number, top: number): number {
  return Math.floor((y + top) / ROW_HEIGHT);
}

/** How far to scroll so that a level is wholly seen; `top` itself when it is. */
export function topShowing(depth: number, top: number, height: number): number {
  const y = depth * ROW_HEIGHT;
  // One level above and below stays in sight: where the selection can go next.
  if (y - ROW_HEIGHT < top) return Math.max(0, y - ROW_HEIGHT);
  if (y + 2 * ROW_HEIGHT > top + height) return y + 2 * ROW_HEIGHT - height;
  return top;
}

/** The range moved as little as needed so that a box is in sight: all of it where it fits, else a good part of it. */
export function rangeShowing(box: Range, range: Range): Range {
  const span = range.to - range.from;
  const width = box.to - box.from;
  const overlap = Math.min(box.to, range.to) - Math.max(box.from, range.from);
  // Boxes that go on beyond both edges, or that show a third of the view, need no moving.
  if (overlap >= Math.min(width, span / 3)) return range;
  if (width < span) return pan(range, box.from < range.from ? box.from - range.from : box.to - range.to);
  return pan(range, box.from < range.from ? box.to - range.to : box.from - range.from);
}
