import type { FileLines } from '../protocol/engine.ts';

/** Number of heat steps: gutter icons heat-1 (least) to heat-8 (hottest). */
export const HEAT_STEPS = 8;

export interface HeatLine {
  /** 1-based. */
  readonly line: number;
  readonly self: number;
  readonly total: number;
  readonly approximate: boolean;
  /** Calls of the function that begins here; -1 when unknown. */
  readonly calls: number;
}

/** The lines of one document: a profile may name one file in several ways, whose costs add up. */
export function mergeLines(parts: readonly FileLines[]): HeatLine[] {
  const merged = new Map<number, HeatLine>();
  for (const part of parts) {
    part.line.forEach((line, row) => {
      const before = merged.get(line);
      const calls = part.calls[row];
      merged.set(line, {
        line,
        self: part.self[row] + (before?.self ?? 0),
        total: part.total[row] + (before?.total ?? 0),
        approximate: part.approximate[row] === 1 || (before?.approximate ?? false),
        calls: before && before.calls >= 0 ? before.calls + Math.max(0, calls) : calls,
      });
    });
  }
  return [...merged.values()].sort((a, b) => a.line - b.line);
}

/**
 * The heat step of a share, 1 to HEAT_STEPS. The square root spreads the small shares: equal steps of it would leave all but the
 * hottest line in the lowest. `hottest` is the share of the hottest line of the profile, so the hottest line is always in the
 * highest step, in whichever file it is.
 */
export function heatStep(share: number, hottest: number): number {
  if (!(share > 0) || !(hottest > 0)) return 1;
  return Math.max(1, Math.min(HEAT_STEPS, Math.ceil(HEAT_STEPS * Math.sqrt(share / hottest))));
}
