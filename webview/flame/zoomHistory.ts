import type { Range } from './flameLayout.ts';
import { WHOLE } from './flameLayout.ts';

/** One step of the way in: a box that was zoomed to, or a range that was chosen by wheel or drag. */
export interface ZoomStep extends Range {
  /** Name of the box; '' for a range of one's own. */
  readonly label: string;
  /** Node of the box; -1 for a range of one's own. */
  readonly node: number;
  /** How far the graph was scrolled down before this step, in CSS pixels: where the way out leads back to. */
  readonly top: number;
}

/** The steps from the whole graph inwards; empty at the whole graph. */
export type ZoomHistory = readonly ZoomStep[];

/** Steps beyond this many: the oldest is forgotten. */
const LONGEST = 50;

/** Zooms to a box. Zooming to the box that is shown adds nothing. */
export function zoomTo(history: ZoomHistory, step: ZoomStep): ZoomHistory {
  const last = history.at(-1);
  if (last && last.from === step.from && last.to === step.to && last.node === step.node) return history;
  return [...history, step].slice(-LONGEST);
}

/**
 * Sets a range of one's own. The moves of a wheel are many: together they are one step, replaced at each move. Seeing the
 * whole graph again ends the history.
 */
export function zoomFreely(history: ZoomHistory, range: Range, top: number): ZoomHistory {
  if (range.from <= 0 && range.to >= 1) return [];
  const last = history.at(-1);
  const free = last && last.node < 0 ? last : undefined;
  const step: ZoomStep = { from: range.from, to: range.to, label: '', node: -1, top: free?.top ?? top };
  return [...(free ? history.slice(0, -1) : history), step].slice(-LONGEST);
}

/** One step out. */
export function zoomOut(history: ZoomHistory): ZoomHistory {
  return history.slice(0, -1);
}

/** Back to one of the steps; 0 is the whole graph, n the n-th step. */
export function zoomBackTo(history: ZoomHistory, steps: number): ZoomHistory {
  return history.slice(0, Math.max(0, steps));
}

/** What the history shows. */
export function zoomRange(history: ZoomHistory): Range {
  return history.at(-1) ?? WHOLE;
}
