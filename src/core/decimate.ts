import type { Series } from './profile.ts';

/** Points of several series over one x, as charts take them: `y` holds one row of `x.length` values a series; NaN is no point. */
export interface PointGrid {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** There were more points than pixels: each pixel has the least and the greatest value of its points, in their order. */
  readonly isDecimated: boolean;
}

/** Exact points that are given for all series together; beyond them pixels decide. */
const MOST_EXACT = 200_000;

/**
 * What a chart of `width` pixels needs to draw the series between `from` and `to` (in the unit of the axis): every point where
 * there are at most two a pixel, else the least and the greatest of each pixel, so that no spike is lost however many points there
 * are. The nearest points outside are part of it, so that lines run to the edges. Linear in the points in sight.
 */
export function pointsBetween(series: readonly Series[], from: number, to: number, width: number): PointGrid {
  const pixels = Math.max(1, Math.floor(width));
  const ranges = series.map(({ x }) => [Math.max(0, lowerBound(x, from) - 1), Math.min(x.length, upperBound(x, to) + 1)] as const);
  const counts = ranges.map(([first, last]) => Math.max(0, last - first));
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (!(to > from) || (Math.max(0, ...counts) <= 2 * pixels && all <= MOST_EXACT)) return exactPoints(series, ranges);
  return pixelPoints(series, ranges, from, to, pixels);
}

function exactPoints(series: readonly Series[], ranges: readonly (readonly [number, number])[]): PointGrid {
  const next = ranges.map(([first]) => first);
  const xs: number[] = [];
  const rows: number[][] = series.map(() => []);
  for (;;) {
    let least = Infinity;
    for (let s = 0; s < series.length; s++) if (next[s] < ranges[s][1]) least = Math.min(least, series[s].x[next[s]]);
    if (least === Infinity) break;
    xs.push(least);
    // Of two points at one x only one is taken in each round, so that a jump stays a jump.
    for (let s = 0; s < series.length; s++) rows[s].push(next[s] < ranges[s][1] && series[s].x[next[s]] === least ? series[s].y[next[s]++] : NaN);
  }
  const y = new Float64Array(series.length * xs.length);
  rows.forEach((row, s) => y.set(row, s * xs.length));
  return { x: Float64Array.from(xs), y, isDecimated: false };
}

function pixelPoints(series: readonly Series[], ranges: readonly (readonly [number, number])[], from: number, to: number, pixels: number): PointGrid {
  const length = 2 * pixels + 2;
  const x = new Float64Array(length);
  const y = new Float64Array(series.length * length).fill(NaN);
  const step = (to - from) / pixels;
  x[0] = from;
  x[length - 1] = to;
  for (let pixel = 0; pixel < pixels; pixel++) {
    x[1 + 2 * pixel] = from + (pixel + 0.25) * step;
    x[2 + 2 * pixel] = from + (pixel + 0.75) * step;
  }
  series.forEach((one, s) => {
    const row = y.subarray(s * length, (s + 1) * length);
    const [first, last] = ranges[s];
    row[0] = valueAt(one, from);
    row[length - 1] = valueAt(one, to);
    let pixel = -1;
    let low = -1;
    let high = -1;
    // What a step leaves behind holds through the pixels without points, though it may be neither the least nor the greatest of its own.
    let previous = -1;
    const flush = () => {
      if (pixel < 0) return;
      row[1 + 2 * pixel] = one.y[Math.min(low, high)];
      if (low !== high) row[2 + 2 * pixel] = one.y[Math.max(low, high)];
    };
    for (let at = first; at < last; at++) {
      if (one.x[at] < from || one.x[at] > to || Number.isNaN(one.y[at])) continue;
      const here = Math.min(pixels - 1, Math.floor((one.x[at] - from) / step));
      if (here !== pixel) {
        flush();
        if (one.step && pixel >= 0 && here > pixel + 1) row[3 + 2 * pixel] = one.y[previous];
        pixel = here;
        low = high = at;
      } else if (one.y[at] < one.y[low]) low = at;
      else if (one.y[at] > one.y[high]) high = at;
      previous = at;
    }
    flush();
    if (one.step && pixel >= 0 && pixel < pixels - 1 && previous < one.x.length - 1) row[3 + 2 * pixel] = one.y[previous];
  });
  return { x, y, isDecimated: true };
}

/** The value on the line between the points around `x`, of steps the one before it; NaN before the first point and after the last. */
function valueAt({ x, y, step }: Series, at: number): number {
  const after = lowerBound(x, at);
  if (after < x.length && x[after] === at) return y[after];
  if (after === 0 || after === x.length) return NaN;
  if (step) return y[after - 1];
  const share = (at - x[after - 1]) / (x[after] - x[after - 1]);
  return y[after - 1] + share * (y[after] - y[after - 1]);
}

/** The point of any series that is nearest to `at`, and every series' value there: of the point itself or the last before it; NaN where none is. */
export function nearestPoint(series: readonly Series[], at: number): { readonly x: number; readonly values: Float64Array } {
  let nearest = NaN;
  for (const { x } of series) {
    const after = lowerBound(x, at);
    for (const candidate of [x[after - 1], x[after]]) if (candidate !== undefined && !(Math.abs(nearest - at) <= Math.abs(candidate - at))) nearest = candidate;
  }
  return { x: nearest, values: Float64Array.from(series, ({ x, y }) => y[upperBound(x, nearest) - 1] ?? NaN) };
}

/** First place whose value is not below `value`. */
function lowerBound(column: Float64Array, value: number): number {
  let [low, high] = [0, column.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First place whose value is above `value`. */
function upperBound(column: Float64Array, value: number): number {
  let [low, high] = [0, column.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (column[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
