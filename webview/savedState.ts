import type { FindingSort } from '../src/core/findingList.ts';
import type { FlameOrder, FunctionColumn } from '../src/protocol/engine.ts';
import type { ViewName } from '../src/protocol/viewer.ts';
import { VIEW_NAMES } from '../src/protocol/viewer.ts';
import type { ZoomStep } from './flame/zoomHistory.ts';
import type { Range } from './series/range.ts';

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
  /** Part of the axis in sight; null: all of it. */
  readonly range: Range | null;
  /** Where the chart's cursor stands; null: nowhere. */
  readonly cursor: number | null;
  /** Rows of series that are not drawn. */
  readonly hidden: readonly number[];
  /** Share of the view that the chart takes. */
  readonly chartSplit: number;
  /** The only kind of findings that is listed; '': all. */
  readonly kind: string;
  /** Selected finding, -1 when none is. */
  readonly finding: number;
  readonly findingSort: FindingSort;
  readonly findingSplit: number;
}

export const FRESH_STATE: SavedState = {
  profile: '', view: 'summary', event: -1, search: '', sort: 'self', descending: true, order: 'left-heavy',
  func: -1, node: -1, zoom: [], flameTop: 0, tableTop: 0, split: 0.6,
  range: null, cursor: null, hidden: [], chartSplit: 0.5, kind: '', finding: -1, findingSort: 'severity', findingSplit: 0.5,
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
  const share = (key: 'split' | 'chartSplit' | 'findingSplit'): number => Math.min(0.85, Math.max(0.15, number(key, FRESH_STATE[key])));
  return {
    profile: text('profile'),
    view: oneOf<ViewName>('view', VIEW_NAMES, FRESH_STATE.view),
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
    split: share('split'),
    range: isRange(saved.range) ? saved.range : null,
    cursor: typeof saved.cursor === 'number' && Number.isFinite(saved.cursor) ? saved.cursor : null,
    hidden: Array.isArray(saved.hidden) && saved.hidden.every((row) => Number.isInteger(row)) ? (saved.hidden as number[]) : [],
    chartSplit: share('chartSplit'),
    kind: text('kind'),
    finding: number('finding', -1),
    findingSort: oneOf<FindingSort>('findingSort', ['severity', 'count', 'bytes'], FRESH_STATE.findingSort),
    findingSplit: share('findingSplit'),
  };
}

function isRange(value: unknown): value is Range {
  if (typeof value !== 'object' || value === null) return false;
  const { from, to } = value as Record<string, unknown>;
  return typeof from === 'number' && typeof to === 'number' && Number.isFinite(to - from) && from < to;
}

function isZoomStep(value: unknown): value is ZoomStep {
  if (typeof value !== 'object' || value === null) return false;
  const { label, from, to, top, node } = value as Record<string, unknown>;
  const numbers = [from, to, top, node].every((field) => typeof field === 'number' && Number.isFinite(field));
  return typeof label === 'string' && numbers && (from as number) >= 0 && (to as number) <= 1 && (from as number) < (to as number);
}
