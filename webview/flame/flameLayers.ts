/** Which slices of the flame graph are at hand, which to draw, and which to ask for next. Pure. */
import type { FlameSlice } from '../../src/protocol/engine.ts';
import type { FlameIndex } from './flameIndex.ts';
import { indexSlice } from './flameIndex.ts';
import type { Range } from './flameLayout.ts';
import { grow } from './flameLayout.ts';

/** A part of the graph in place, detail and depth. */
export interface Window extends Range {
  /** Device pixels that the range is drawn on. */
  readonly width: number;
  readonly minDepth: number;
  readonly maxDepth: number;
}

export interface Layer extends Window {
  readonly index: FlameIndex;
}

/** A slice this many times finer than needed is asked for again, so that little is drawn. */
const TOO_FINE = 6;
/** Slices kept besides the one of the whole width. */
const KEPT = 3;

export class FlameLayers {
  private layers: readonly Layer[] = [];
  /** Levels of the whole graph; 0 until the first slice has come. */
  depthCount = 0;
  /** Total of the root, in the event's unit. */
  total = 0;

  clear(): void {
    this.layers = [];
  }

  add(window: Window, slice: FlameSlice): void {
    const layer: Layer = { ...window, index: indexSlice(slice) };
    this.depthCount = slice.depthCount;
    this.total = slice.total0;
    const all = [...this.layers, layer];
    const recent = all.slice(-KEPT);
    // The newest slice of the whole width stays however old it is: it is what shows when zooming out.
    const whole = all.filter((other) => other.from <= 0 && other.to >= 1).at(-1);
    this.layers = whole && !recent.includes(whole) ? [whole, ...recent] : recent;
  }

  /** What to ask for so that `seen` can be drawn in full; undefined when a slice at hand will do. */
  wanted(seen: Window): Window | undefined {
    const near = grow(seen, 0.1);
    const fine = resolution(seen);
    const good = this.layers.some((layer) => covers(layer, near) && this.coversLevels(layer, seen)
      && resolution(layer) >= fine * 0.999 && resolution(layer) <= fine * TOO_FINE);
    return good ? undefined : aroundOf(seen);
  }

  /** Slices to draw one upon another, the last on top. Where a fine one has nothing, a coarse one shows where things are. */
  toDraw(seen: Window): readonly Layer[] {
    const fine = resolution(seen);
    const useful = this.layers.filter((layer) => layer.to > seen.from && layer.from < seen.to && layer.maxDepth >= seen.minDepth && layer.minDepth <= seen.maxDepth);
    // Coarse below fine; what is much finer than the screen is no better than what fits.
    const sorted = useful.map((layer, age) => ({ layer, age, detail: Math.min(resolution(layer), fine * 1.001) }))
      .sort((a, b) => a.detail - b.detail || a.age - b.age).map(({ layer }) => layer);
    let first = 0;
    for (const [at, layer] of sorted.entries()) if (covers(layer, seen) && this.coversLevels(layer, seen)) first = at;
    return sorted.slice(first);
  }

  /** The finest slice that holds a place; undefined when none does. */
  holding(seen: Window, depth: number, share: number): Layer | undefined {
    return this.toDraw(seen).filter((layer) => layer.from <= share && share <= layer.to && layer.minDepth <= depth && depth <= layer.maxDepth).at(-1);
  }

  private coversLevels(layer: Window, seen: Window): boolean {
    const last = this.depthCount > 0 ? Math.min(seen.maxDepth, this.depthCount - 1) : seen.maxDepth;
    return layer.minDepth <= seen.minDepth && layer.maxDepth >= last;
  }
}

/** A window and as much around it as moves into sight before the next answer comes. */
export function aroundOf(seen: Window): Window {
  const wide = grow(seen, 0.5);
  const levels = seen.maxDepth - seen.minDepth + 1;
  return {
    from: wide.from, to: wide.to, width: Math.ceil(resolution(seen) * (wide.to - wide.from)),
    minDepth: Math.max(0, seen.minDepth - levels), maxDepth: seen.maxDepth + levels,
  };
}

/** Device pixels for the whole width. */
function resolution(window: Window): number {
  return window.width / (window.to - window.from);
}

function covers(layer: Range, range: Range): boolean {
  return layer.from <= range.from && layer.to >= range.to;
}
