/** How series are drawn: which scale each has, and its look. Pure. */
import type { Unit } from '../../src/core/profile.ts';
import type { SeriesInfo } from '../../src/protocol/overTime.ts';

/** All series of a unit on one scale, or each on its own so that shapes can be compared whatever the sizes. */
export type ScaleMode = 'shared' | 'own';

/** Series drawn at first; the rest waits in the list. */
export const SHOWN_AT_FIRST = 8;

/** Sizes that differ by more than this on one scale leave the smaller ones flat on the floor. */
const FLAT = 100;

export function scaleName(mode: ScaleMode, row: number, unit: Unit): string {
  return mode === 'own' ? `own${row}` : unit;
}

/** `own` when on shared scales some of these series could not be told from zero. */
export function suggestedScale(series: readonly SeriesInfo[]): ScaleMode {
  const sizes = new Map<Unit, { least: number; greatest: number }>();
  for (const { unit, greatest, least } of series) {
    const size = Math.max(Math.abs(greatest), Math.abs(least));
    if (size === 0) continue;
    const known = sizes.get(unit);
    sizes.set(unit, { least: Math.min(size, known?.least ?? size), greatest: Math.max(size, known?.greatest ?? size) });
  }
  const isFlat = [...sizes.values()].some((size) => size.greatest > FLAT * size.least);
  // Parts of one whole belong on one scale, however small they are.
  return isFlat && !series.some(({ name }) => name === 'total') ? 'own' : 'shared';
}

/** VS Code's chart colours, those that differ most first. */
export const COLOR_NAMES = ['charts-blue', 'charts-yellow', 'charts-green', 'charts-purple', 'charts-red', 'charts-orange'] as const;

/** Strokes, in CSS pixels on and off: colour alone does not tell lines apart for everybody. */
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [10, 3, 2, 3]];

/** Row of the colour in COLOR_NAMES and the stroke of the series in `row`. */
export function lineLook(row: number): { readonly color: number; readonly dash: readonly number[] } {
  const color = row % COLOR_NAMES.length;
  const turn = Math.floor(row / COLOR_NAMES.length);
  // The first two, which nobody mistakes, are solid; the others of one colour differ in stroke.
  return { color, dash: DASHES[(Math.max(0, color - 1) + 3 * turn) % DASHES.length] };
}
