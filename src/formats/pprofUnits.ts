import type { EventInfo, Unit } from '../core/profile.ts';

/** Units by the names that pprof knows (internal/measurement) and that can be held without scaling. */
const UNITS: Readonly<Record<string, Unit>> = {
  nanosecond: 'nanoseconds', ns: 'nanoseconds', microsecond: 'microseconds', us: 'microseconds', 'µs': 'microseconds', 'μs': 'microseconds',
  millisecond: 'milliseconds', ms: 'milliseconds', second: 'seconds', sec: 'seconds', s: 'seconds',
  byte: 'bytes', b: 'bytes', instruction: 'instructions', count: 'count', sample: 'count', object: 'count', '': 'count',
};

/**
 * The event of a sample type. A unit that is not known counts, and is kept in the label: numbers are never scaled, so that they stay those of
 * the file.
 */
export function eventOf(type: string, unit: string, taken: ReadonlySet<string>): EventInfo {
  const lower = unit.toLowerCase();
  const known = UNITS[lower] ?? UNITS[lower.replace(/s$/, '')];
  const plain = type || unit || 'samples';
  let name = plain;
  if (taken.has(name)) name = `${plain}/${unit}`;
  for (let number = 2; taken.has(name); number++) name = `${plain} ${number}`;
  return known === undefined && unit !== plain ? { name, unit: 'count', label: `${plain} (${unit})` } : { name, unit: known ?? 'count' };
}
