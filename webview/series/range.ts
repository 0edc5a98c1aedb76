/** The part of an axis that is in sight. Immutable. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Closest look: this share of the whole. */
const CLOSEST = 1e-7;

/** The part `factor` times as wide (below 1: closer) that keeps `at` where it is, within the whole. */
export function zoomRange(range: Range, whole: Range, at: number, factor: number): Range {
  const full = whole.to - whole.from;
  const width = Math.min(full, Math.max(full * CLOSEST, (range.to - range.from) * factor));
  const share = range.to > range.from ? (at - range.from) / (range.to - range.from) : 0.5;
  return within({ from: at - share * width, to: at + (1 - share) * width }, whole);
}

/** Moves by a share of its width, within the whole. */
export function panRange(range: Range, whole: Range, share: number): Range {
  const by = (range.to - range.from) * share;
  return within({ from: range.from + by, to: range.to + by }, whole);
}

/** Moves so that `at` is in sight; the same range when it is. */
export function rangeWith(range: Range, whole: Range, at: number): Range {
  if (at >= range.from && at <= range.to) return range;
  const half = (range.to - range.from) / 2;
  return within({ from: at - half, to: at + half }, whole);
}

/** The same width, moved to lie within the whole; the whole when it does not fit. */
function within(range: Range, whole: Range): Range {
  const width = range.to - range.from;
  if (!(width < whole.to - whole.from)) return whole;
  const from = Math.min(whole.to - width, Math.max(whole.from, range.from));
  return { from, to: from + width };
}
