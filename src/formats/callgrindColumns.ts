import type { EventInfo, Profile } from '../core/profile.ts';
import { CREATOR, eventColumn } from './callgrindEvents.ts';

/** A column of cost lines: an event, the name it is written by, and what its values are multiplied by. */
export interface WrittenColumn {
  readonly event: number;
  readonly name: string;
  /** A power of ten. */
  readonly scale: number;
  /** Whether there are fractions that even the scaled values do not hold. */
  readonly rounded: boolean;
}

/** Digits behind the point that are kept of fractions: times to the nanosecond. */
const DIGITS: Readonly<Partial<Record<EventInfo['unit'], number>>> = { seconds: 9, milliseconds: 6, microseconds: 3, nanoseconds: 0 };
const SUFFIXES: Readonly<Record<EventInfo['unit'], string>> = {
  seconds: 's', milliseconds: 'ms', microseconds: 'us', nanoseconds: 'ns', bytes: 'bytes', instructions: 'instructions', count: 'count',
};

/** The columns that hold all events of a profile. */
export function columnsOf(profile: Profile): WrittenColumn[] {
  const names = new Set<string>();
  return profile.events.map((info, event) => {
    const costs = profile.stacks.length > 0 || !profile.graph ? [profile.stackSelf[event]] : [profile.graph.lines.cost[event], profile.graph.edges.cost[event]];
    let most = Math.abs(profile.totals[event]);
    for (const column of costs) for (const cost of column) most = Math.max(most, Math.abs(cost));
    const fractions = costs.some((column) => column.some((cost) => !Number.isInteger(cost)));
    let digits = fractions ? DIGITS[info.unit] ?? 3 : 0;
    while (digits > 0 && most * 10 ** digits > Number.MAX_SAFE_INTEGER) digits--;
    const scale = 10 ** digits;
    const name = nameOf(info, digits, names);
    return { event, name, scale, rounded: fractions && costs.some((column) => column.some((cost) => !nearlyWhole(cost * scale))) };
  });
}

/** Whether only the arithmetic of doubles keeps a value from being whole. */
function nearlyWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= 1e-6;
}

/** A name without white space that our reader takes for the same event and unit; without its unit it is added to `taken`. */
function nameOf(info: EventInfo, digits: number, taken: Set<string>): string {
  const plain = info.name.replace(/\s+/g, '_') || 'cost';
  const suffix = `(${digits > 0 ? `1e-${digits}` : ''}${SUFFIXES[info.unit]})`;
  for (let copy = 1; ; copy++) {
    const base = copy === 1 ? plain : `${plain}_${copy}`;
    if (taken.has(base)) continue;
    taken.add(base);
    const read = eventColumn(base, info.label, CREATOR);
    return digits === 0 && read.info.unit === info.unit && read.scale === 1 && read.info.name === base ? base : base + suffix;
  }
}

/** Self costs as whole numbers whose sum is that of the costs: what rounding takes from one row, it gives to a later one. */
export class WholeNumbers {
  readonly sum: number;
  private readonly rounded: Float64Array;

  constructor(costs: Float64Array, scale: number) {
    this.rounded = new Float64Array(costs.length);
    let left = 0;
    let sum = 0;
    for (let row = 0; row < costs.length; row++) {
      const exact = costs[row] * scale;
      const whole = Number.isInteger(exact) ? exact : Math.round(exact + left);
      left += exact - whole;
      sum += whole;
      this.rounded[row] = whole;
    }
    this.sum = sum;
  }

  at(row: number): number {
    return this.rounded[row];
  }
}
