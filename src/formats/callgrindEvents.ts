import type { EventInfo, Unit } from '../core/profile.ts';

/** One event of an `events:` line as the profile shows it: file values are multiplied by `scale` to give `info.unit`. */
export interface EventColumn {
  readonly info: EventInfo;
  readonly scale: number;
}

/** A term of a derived event: `10 Bm` adds ten times the event `Bm`. */
export interface FormulaTerm {
  readonly factor: number;
  readonly event: string;
}

/** An `event:` header line: a long name, and for derived events a formula. */
export interface EventDefinition {
  readonly name: string;
  readonly label: string | undefined;
  /** Undefined when the event is not derived or its formula is not a sum of events. */
  readonly formula: readonly FormulaTerm[] | undefined;
}

/** Long names where the file gives none; after the callgrind and cachegrind manuals. */
const LABELS: Readonly<Record<string, string>> = {
  Ir: 'Instructions read', Dr: 'Data reads', Dw: 'Data writes',
  I1mr: 'L1 instruction read misses', D1mr: 'L1 data read misses', D1mw: 'L1 data write misses',
  ILmr: 'Last-level instruction read misses', DLmr: 'Last-level data read misses', DLmw: 'Last-level data write misses',
  I2mr: 'L2 instruction read misses', D2mr: 'L2 data read misses', D2mw: 'L2 data write misses',
  Bc: 'Conditional branches', Bcm: 'Mispredicted conditional branches',
  Bi: 'Indirect branches', Bim: 'Mispredicted indirect branches',
  Ge: 'Global bus events', sysCount: 'System calls', sysTime: 'Time in system calls', sysCpuTime: 'CPU time in system calls',
  AcCost1: 'L1 access cost', SpLoss1: 'L1 spatial loss', AcCost2: 'Last-level access cost', SpLoss2: 'Last-level spatial loss',
};

/** Words for units, as they follow an event's name in parentheses (pprof, Xdebug) or stand in its long name (sysTime). */
const UNITS: Readonly<Record<string, readonly [Unit, number]>> = {
  ns: ['nanoseconds', 1], nanosecond: ['nanoseconds', 1], nanoseconds: ['nanoseconds', 1],
  us: ['microseconds', 1], microsecond: ['microseconds', 1], microseconds: ['microseconds', 1],
  ms: ['milliseconds', 1], millisecond: ['milliseconds', 1], milliseconds: ['milliseconds', 1],
  s: ['seconds', 1], sec: ['seconds', 1], second: ['seconds', 1], seconds: ['seconds', 1],
  instructions: ['instructions', 1], count: ['count', 1],
  b: ['bytes', 1], byte: ['bytes', 1], bytes: ['bytes', 1], kb: ['bytes', 1024], mb: ['bytes', 1024 ** 2], gb: ['bytes', 1024 ** 3],
};

/** What stands as `creator:` in files that Heatline writes. */
export const CREATOR = 'heatline';

/** How the event `name` of a file written by `creator` is shown; `label` is its long name from an `event:` line. */
export function eventColumn(name: string, label: string | undefined, creator: string): EventColumn {
  const suffix = /\((\d*(?:e-\d+)?)([A-Za-z]+)\)$/.exec(name);
  // What callgrindWriter adds to a name is no part of it.
  const own = suffix && creator === CREATOR ? name.slice(0, suffix.index) : name;
  const shown = label ?? LABELS[own];
  const column = (unit: Unit, scale: number): EventColumn => ({ info: { name: own, unit, ...(shown === undefined ? {} : { label: shown }) }, scale });
  if (name === 'Ir') return column('instructions', 1);
  // Xdebug 2 writes `Time` in microseconds; Xdebug 3 says `Time_(10ns)`.
  if (name === 'Time' && creator.startsWith('xdebug')) return column('microseconds', 1);
  const unit = UNITS[(suffix?.[2] ?? name).toLowerCase()];
  if (unit && (suffix || name.length > 1)) return column(unit[0], unit[1] * (suffix?.[1] ? Number(suffix[1]) : 1));
  const time = label === undefined ? null : /\b(?:elapsed|cpu) (ms|us|ns)\)/.exec(label);
  if (time) return column(UNITS[time[1]][0], 1);
  return column(label !== undefined && /\bbytes\b/i.test(label) ? 'bytes' : 'count', 1);
}

/**
 * Parses what follows `event:`, namely `name [= formula] [: long name]`; undefined when there is no name. Source:
 * KCachegrind, libcore/cachegrindloader.cpp, and "event:" in valgrind's callgrind/docs/cl-format.xml.
 */
export function parseEventDefinition(text: string): EventDefinition | undefined {
  const colon = text.indexOf(':');
  const head = colon < 0 ? text : text.slice(0, colon);
  const label = colon < 0 ? '' : text.slice(colon + 1).trim();
  const equals = head.indexOf('=');
  const name = (equals < 0 ? head : head.slice(0, equals)).trim();
  if (name === '' || /\s/.test(name)) return undefined;
  return { name, label: label || undefined, formula: equals < 0 ? undefined : parseFormula(head.slice(equals + 1)) };
}

/** Parses `Ir + 10 Bm - 2*L1m`; undefined when it is anything else. */
function parseFormula(text: string): FormulaTerm[] | undefined {
  const terms: FormulaTerm[] = [];
  const term = /\s*([+-]?)\s*(\d+(?:\.\d+)?)?\s*\*?\s*([A-Za-z_]\w*)\s*/y;
  while (term.lastIndex < text.length) {
    const first = term.lastIndex === 0;
    const match = term.exec(text);
    if (!match || (!first && match[1] === '')) return undefined;
    terms.push({ factor: (match[1] === '-' ? -1 : 1) * Number(match[2] ?? 1), event: match[3] });
  }
  return terms.length > 0 ? terms : undefined;
}
