import type { FlameOrder, FunctionColumn } from '../src/protocol/engine.ts';
import type { ViewName } from '../src/protocol/viewer.ts';
import type { ZoomStep } from './flame/zoomHistory.ts';

/** What comes back after the view was hidden or the window reloaded. Plain JSON. */
export interface SavedState {
  /** Which profile the rest is about; see `fingerprint` in state.ts. Rows of another profile mean nothing. */
  readonly profile: string;
  readonly view: ViewName;
  /** -1: the profile's default. */
  readonly event: number;
  readonly search: string;
  readonly sort: FunctionColumn;
  readonly descending: boolean;
  readonly order: FlameOrder;
  /** Selected function, -1 when none is. */
  readonly func: number;
  /** Selected box of the flame graph, -1 when none is. */
  readonly node: number;
  readonly zoom: readonly ZoomStep[];
  /** Pixels. */
  readonly flameTop: number;
  readonly tableTop: number;
  /** Share of the function view that the table takes, 0 to 1. */
  readonly split: number;
}

export const FRESH_STATE: SavedState = {
  profile: '', view: 'summary', event: -1, search: '', sort: 'self', descending: true, order: 'left-heavy',
  func: -1, node: -1, zoom: [], flameTop: 0, tableTop: 0, split: 0.6,
};

/** Reads what VS Code kept. Anything that is missing or of the wrong form, for example from an older version, is as new. */
export function readSavedState(value: unknown): SavedState {
  if (typeof value !== 'object' || value === null) return FRESH_STATE;
  const saved = value as Record<string, unknown>;
  const oneOf = <T extends string>(key: keyof SavedState, allowed: readonly T[], otherwise: T): T =>
    allowed.find((word) => word === saved[key]) ?? otherwise;
  const number = (key: keyof SavedState, otherwise: number): number => {
    const found = saved[key];
    return typeof found === 'number' && Number.isFinite(found) ? found : otherwise;
  };
  const text = (key: keyof SavedState): string => {
    const found = saved[key];
    return typeof found === 'string' ? found : '';
  };
  return {
    profile: text('profile'),
    view: oneOf<ViewName>('view', ['summary', 'flame', 'functions'], FRESH_STATE.view),
    event: number('event', FRESH_STATE.event),
    search: text('search'),
    sort: oneOf<FunctionColumn>('sort', ['self', 'total', 'calls', 'name', 'file'], FRESH_STATE.sort),
    descending: typeof saved.descending === 'boolean' ? saved.descending : FRESH_STATE.descending,
    order: oneOf<FlameOrder>('order', ['left-heavy', 'by-name'], FRESH_STATE.order),
    func: number('func', -1),
    node: number('node', -1),
    zoom: Array.isArray(saved.zoom) && saved.zoom.every(isZoomStep) ? saved.zoom : [],
    flameTop: number('flameTop', 0),
    tableTop: number('tableTop', 0),
    split: Math.min(0.85, Math.max(0.15, number('split', FRESH_STATE.split))),
  };
}

function isZoomStep(value: unknown): value is ZoomStep {
  if (typeof value !== 'object' || value === null) return false;
  const { label, from, to, top, node } = value as Record<string, unknown>;
  const numbers = [from, to, top, node].every((field) => typeof field === 'number' && Number.isFinite(field));
  return typeof label === 'string' && numbers && (from as number) >= 0 && (to as number) <= 1 && (from as number) < (to as number);
}
