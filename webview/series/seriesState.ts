/** State of the view of values over time, and the questions behind it. It outlives the view. */
import { computed, effect, signal } from '@preact/signals';
import type { SeriesOverview, SeriesSlice, SeriesValues, SnapshotTreeSlice } from '../../src/protocol/overTime.ts';
import { ask, engine, savedState } from '../channel.ts';
import { LatestQuestion } from '../questions.ts';
import { failed, overview, profileKept, view } from '../state.ts';
import type { ScaleMode } from './lines.ts';
import { SHOWN_AT_FIRST, suggestedScale } from './lines.ts';
import type { Range } from './range.ts';
import { rangeWith } from './range.ts';

const saved = savedState();

/** null until the engine has told. */
export const seriesOverview = signal<SeriesOverview | null>(null);
/** Rows that are drawn. */
export const shownRows = signal<ReadonlySet<number>>(new Set());
export const scaleMode = signal<ScaleMode>('shared');
/** The part in sight; null: all of it. */
export const zoomed = signal<Range | null>(null);
/** Where the cursor stands; null: nowhere yet. It stays when the pointer leaves. */
export const cursor = signal<number | null>(null);
export const values = signal<SeriesValues | null>(null);
export const points = signal<SeriesSlice | null>(null);
export const tree = signal<SnapshotTreeSlice | null>(null);
/** Open nodes of the tree; null: where most of the weight is. */
export const openNodes = signal<ReadonlySet<number> | null>(null);
export const chartSplit = signal(saved.chartSplit);
/** Device pixels that the chart is drawn on. */
export const chartWidth = signal(0);

export const whole = computed<Range>(() => ({ from: seriesOverview.value?.from ?? 0, to: seriesOverview.value?.to ?? 0 }));
export const inSight = computed<Range>(() => zoomed.value ?? whole.value);
/** Row of the snapshot whose tree is shown; -1 without snapshots. */
export const snapshotRow = computed(() => snapshotBefore(seriesOverview.value, cursor.value));

/** Share of a snapshot below which its parts are shown as one row. */
const THRESHOLD = 0.001;

const MOST_OPEN = 800;

const pointsQuestion = new LatestQuestion(engine, 'series', true);
const valuesQuestion = new LatestQuestion(engine, 'seriesValues', true);
const treeQuestion = new LatestQuestion(engine, 'snapshotTree', true);

function snapshotBefore(series: SeriesOverview | null, x: number | null): number {
  const marks = series?.snapshots ?? [];
  if (x === null) return marks.findIndex(({ isPeak }) => isPeak);
  let row = -1;
  for (let at = 0; at < marks.length && (row < 0 || marks[at].x <= x); at++) row = at;
  return row;
}

/** The list of rows as questions take it. */
function rowList(rows: Iterable<number>): string {
  return [...rows].sort((a, b) => a - b).join(' ');
}

/** Open nodes as a question takes them: as many of the latest as a message may hold. */
function nodeList(nodes: ReadonlySet<number>): string {
  return [...nodes].slice(-MOST_OPEN).join(' ');
}

/** Shows a series or hides it; `alone` hides all others. */
export function toggleSeries(row: number, alone = false): void {
  const now = new Set(alone ? [] : shownRows.peek());
  if (alone || !now.delete(row)) now.add(row);
  shownRows.value = now;
}

/** Puts the cursor somewhere, and there into sight. */
export function moveCursor(x: number): void {
  cursor.value = x;
  const range = rangeWith(inSight.peek(), whole.peek(), x);
  if (range !== inSight.peek()) zoomed.value = range;
}

/** To the next snapshot (1) or the one before (-1); along the axis where there are none. */
export function stepCursor(steps: number): void {
  const marks = seriesOverview.peek()?.snapshots ?? [];
  if (marks.length > 0) {
    const row = Math.max(0, Math.min(marks.length - 1, snapshotRow.peek() + steps));
    moveCursor(marks[row].x);
    return;
  }
  const { from, to } = inSight.peek();
  const at = cursor.peek() ?? from;
  moveCursor(Math.max(whole.peek().from, Math.min(whole.peek().to, at + (steps * (to - from)) / 100)));
}

/** Opens or closes a node of the tree. */
export function setNodeOpen(node: number, isOpen: boolean): void {
  const now = new Set(openNodes.peek() ?? tree.peek()?.rows.filter(({ isExpanded }) => isExpanded).map((row) => row.node));
  if (isOpen) now.add(node);
  else now.delete(node);
  openNodes.value = now;
}

/** Asks what the view needs as it is looked at. Runs as long as the page. */
export function keepSeriesInStep(): void {
  let asked: unknown;
  effect(() => {
    const profile = overview.value;
    if (!profile || profile === asked || profile.seriesCount === 0) return;
    asked = profile;
    ask('seriesOverview', {}).then((found) => {
      if (profile !== overview.peek()) return;
      const isSaved = profileKept.peek();
      const all = found.series.map((_, row) => row);
      shownRows.value = new Set(isSaved && saved.hidden.length > 0 ? all.filter((row) => !saved.hidden.includes(row)) : all.slice(0, SHOWN_AT_FIRST));
      scaleMode.value = suggestedScale(found.series.slice(0, SHOWN_AT_FIRST));
      zoomed.value = isSaved ? saved.range : null;
      cursor.value = isSaved && saved.cursor !== null ? saved.cursor : found.snapshots.find(({ isPeak }) => isPeak)?.x ?? null;
      openNodes.value = null;
      points.value = null;
      values.value = null;
      tree.value = null;
      seriesOverview.value = found;
    }, failed);
  });
  const isShown = computed(() => view.value === 'series' && seriesOverview.value !== null);
  effect(() => {
    const width = chartWidth.value;
    const { from, to } = inSight.value;
    const rows = rowList(shownRows.value);
    if (!isShown.value || width === 0) return;
    pointsQuestion.ask({ rows, from, to, width }).then((found) => found && (points.value = found), failed);
  });
  effect(() => {
    const x = cursor.value;
    const series = seriesOverview.value?.series ?? [];
    if (!isShown.value || x === null) return;
    valuesQuestion.ask({ rows: rowList(series.keys()), x }).then((found) => found && (values.value = found), failed);
  });
  effect(() => {
    const snapshot = snapshotRow.value;
    const open = openNodes.value;
    if (!isShown.value || snapshot < 0) return;
    treeQuestion.ask({ snapshot, x: 0, expanded: open ? nodeList(open) : '', heaviest: open === null, threshold: THRESHOLD })
      .then((found) => found && (tree.value = found), failed);
  });
}
