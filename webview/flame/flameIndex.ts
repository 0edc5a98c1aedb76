/** Finding boxes of a slice by place. Pure. */
import { MERGED_FUNCTION, ROOT_FUNCTION } from '../../src/core/flame.ts';
import type { FlameSlice } from '../../src/protocol/engine.ts';

/** A slice with its boxes in rows from left to right. */
export interface FlameIndex {
  readonly slice: FlameSlice;
  readonly firstDepth: number;
  /** Row `d - firstDepth` is `order[rows[d - firstDepth]] .. order[rows[d - firstDepth + 1] - 1]`. */
  readonly rows: Int32Array;
  /** Boxes by depth, then start. */
  readonly order: Int32Array;
}

export type Direction = 'parent' | 'child' | 'left' | 'right';

export { MERGED_FUNCTION, ROOT_FUNCTION };

export function indexSlice(slice: FlameSlice): FlameIndex {
  const count = slice.depth.length;
  let first = Infinity;
  let last = -1;
  for (const depth of slice.depth) {
    first = Math.min(first, depth);
    last = Math.max(last, depth);
  }
  const firstDepth = count === 0 ? 0 : first;
  const rows = new Int32Array(count === 0 ? 1 : last - first + 2);
  for (const depth of slice.depth) rows[depth - firstDepth + 1]++;
  for (let row = 1; row < rows.length; row++) rows[row] += rows[row - 1];
  const cursor = rows.slice();
  const order = new Int32Array(count);
  for (let box = 0; box < count; box++) order[cursor[slice.depth[box] - firstDepth]++] = box;
  for (let row = 0; row + 1 < rows.length; row++) {
    for (let at = rows[row] + 1; at < rows[row + 1]; at++) {
      if (slice.start[order[at]] >= slice.start[order[at - 1]]) continue;
      order.subarray(rows[row], rows[row + 1]).sort((a, b) => slice.start[a] - slice.start[b]);
      break;
    }
  }
  return { slice, firstDepth, rows, order };
}

/** First and one past the last place in `order` of a level; empty when the slice has none of it. */
export function rowBounds(index: FlameIndex, depth: number): readonly [number, number] {
  const row = depth - index.firstDepth;
  return row < 0 || row + 1 >= index.rows.length ? [0, 0] : [index.rows[row], index.rows[row + 1]];
}

/** The first place in a level's part of `order` whose box ends after `share`. */
export function firstEndingAfter(index: FlameIndex, depth: number, share: number): number {
  let [low, high] = rowBounds(index, depth);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (index.slice.end[index.order[middle]] > share) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The box of a level that covers a share; -1 when there is none. */
export function boxAt(index: FlameIndex, depth: number, share: number): number {
  const at = firstEndingAfter(index, depth, share);
  if (at >= rowBounds(index, depth)[1]) return -1;
  const box = index.order[at];
  return index.slice.start[box] <= share ? box : -1;
}

/**
 * The next box in a direction from one at `depth` between `start` and `end`: the parent above, the widest child below, or the
 * neighbour on the same level. Boxes that stand for several have nothing to select and are passed over. -1 when there is none.
 */
export function neighbour(index: FlameIndex, depth: number, start: number, end: number, direction: Direction): number {
  const { slice, order } = index;
  switch (direction) {
    case 'parent':
      return boxAt(index, depth - 1, (start + end) / 2);
    case 'child': {
      let widest = -1;
      const stop = rowBounds(index, depth + 1)[1];
      for (let at = firstEndingAfter(index, depth + 1, start); at < stop && slice.start[order[at]] < end; at++) {
        const box = order[at];
        if (slice.func[box] === MERGED_FUNCTION) continue;
        if (widest < 0 || slice.end[box] - slice.start[box] > slice.end[widest] - slice.start[widest]) widest = box;
      }
      return widest;
    }
    case 'left':
    case 'right': {
      const step = direction === 'left' ? -1 : 1;
      const [first, stop] = rowBounds(index, depth);
      for (let at = firstEndingAfter(index, depth, (start + end) / 2) + step; at >= first && at < stop; at += step) {
        if (slice.func[order[at]] !== MERGED_FUNCTION) return order[at];
      }
      return -1;
    }
  }
}
