import { FloatColumn, IntColumn } from '../core/columns.ts';
import type { EventInfo, Unit } from '../core/profile.ts';

/** Our units for speedscope's. */
export const UNITS: Readonly<Record<string, Unit>> = {
  none: 'count', nanoseconds: 'nanoseconds', microseconds: 'microseconds', milliseconds: 'milliseconds', seconds: 'seconds', bytes: 'bytes',
};

/** What a `profiles` entry held, as far as it could be read. */
export class OneProfile {
  type = '';
  name = '';
  unit = 'none';
  startValue = 0;
  endValue = NaN;
  /** Stack of each sample; -1 for one without frames. */
  readonly stacks = new IntColumn(256);
  readonly weights = new FloatColumn(256);
  /** From events: value at which each of `stacks` was entered. */
  readonly times = new FloatColumn(256);
  fromEvents = false;
  /** Stack that is open behind the last event, and when that was. */
  open = -1;
  openSince = NaN;
}

/** Adds the time until `until` to the stack that is open. */
export function keepSpan(one: OneProfile, until: number): void {
  one.stacks.push(one.open);
  one.weights.push(until - one.openSince);
  one.times.push(one.openSince);
}

/** The event of profiles with this unit; files of ours name it. */
export function eventOf(unit: string, name: string): EventInfo {
  if (name !== '') return { name, unit: UNITS[unit] };
  if (unit === 'none') return { name: 'weight', unit: 'count', label: 'Weight' };
  return unit === 'bytes' ? { name: 'bytes', unit: 'bytes', label: 'Bytes' } : { name: 'time', unit: UNITS[unit], label: 'Time' };
}
