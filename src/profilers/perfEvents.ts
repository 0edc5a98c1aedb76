import { list, number } from './options.ts';
import { perfEvents as suggestions } from './perfList.ts';

export const frequency = number({ setting: 'perf.frequency', label: 'Frequency', description: 'Samples a second.', default: 999, min: 1, max: 50_000, integer: true, unit: 'samples a second' });
export const events = list({
  setting: 'perf.events', label: 'Events', default: [], suggest: suggestions,
  description: 'What is sampled, several at once if you like: events of `perf list` such as `cpu-clock`, `page-faults`, `cache-misses`, `syscalls:sys_enter_write`. Empty: processor cycles, or the processor clock where there are no counters.',
});
export const period = number({
  setting: 'perf.period', label: 'Period', default: 0, min: 0, max: 1e12, integer: true,
  description: 'A sample every so many events (nanoseconds of a clock), instead of by frequency. 0: every single one of page faults, switches, tracepoints and breakpoints; by frequency for all else.',
});

/** Software events that are few enough to be sampled each. By frequency perf guesses their number from a few samples. */
const EACH = /^(?:page-faults|faults|minor-faults|major-faults|context-switches|cs|cgroup-switches|cpu-migrations|migrations|alignment-faults|emulation-faults|bpf-output)$/;
/** Events of the kernel alone: for a user who may not look there perf opens them and counts nothing. */
const IN_KERNEL = /^(?:context-switches|cs|cgroup-switches|cpu-migrations|migrations)$/;
/** perf's own values, which exist for perf stat alone. */
const TOOL = /^(?:duration_time|user_time|system_time)$/;

/** An event as a person writes it. Source of the syntax: perf-list(1). */
interface Written {
  readonly name: string;
  /** Between slashes; '' when there are none. */
  readonly terms: string;
  /** `u`, `k`, `pp`. */
  readonly modifiers: string;
  /** `fixed`: tracepoints and breakpoints, which take no terms and are sampled each unless told otherwise; groups, which are left as they are. */
  readonly kind: 'each' | 'by frequency' | 'fixed';
}

function parse(event: string): Written {
  const slashes = /^([^/{]*)\/(.*)\/:?(\w*)$/.exec(event);
  const colon = /^([^:{]+):([ukhIGHpPSDWeb]+)$/.exec(event);
  const [name, terms, modifiers] = slashes ? slashes.slice(1) : colon ? [colon[1], '', colon[2]] : [event, '', ''];
  return { name, terms, modifiers, kind: /[:{]/.test(name) ? 'fixed' : EACH.test(name) ? 'each' : 'by frequency' };
}

function withTerm(event: string, term: string): string {
  const { name, terms, modifiers } = parse(event);
  if (/(?:^|,)(?:freq|period)=/.test(terms)) return event;
  // The name keeps the terms out of what is shown.
  return `${name}/${[terms, term, ...(terms === '' ? [`name=${event}`] : [])].filter(Boolean).join(',')}/${modifiers}`;
}

/**
 * perf record's words for events. A period or frequency of each is given with it: `-F` alone would make a few samples of tracepoints and page faults, and
 * a guess of their number. `every` above 0: all by that period.
 */
export function eventWords(wanted: readonly string[], rate: number, every: number): string[] {
  const written = wanted.filter((event) => event.trim() !== '').map((event) => event.trim());
  if (every > 0) return [...written.flatMap((event) => ['-e', event]), '-c', String(every)];
  const kinds = written.map((event) => parse(event).kind);
  const together = !kinds.includes('fixed');
  const words = written.flatMap((event, row) => [
    '-e', kinds[row] === 'each' ? withTerm(event, 'period=1') : kinds[row] === 'by frequency' && !together ? withTerm(event, `freq=${rate}`) : event,
  ]);
  return together ? [...words, '-F', String(rate)] : words;
}

/** Whether an event happens in the kernel alone, so that a user who may not look there gets none of it and no word about that. */
export function isInKernel(event: string): boolean {
  return IN_KERNEL.test(parse(event.trim()).name) || isTracepoint(event);
}

/** Whether an event is one of perf's own values, which are counted and cannot be sampled. */
export function isToolEvent(event: string): boolean {
  return TOOL.test(parse(event.trim()).name);
}

/** Whether it is a tracepoint, `system:name`. */
export function isTracepoint(event: string): boolean {
  return parse(event.trim()).kind === 'fixed' && !/^(?:\{|mem:)/.test(event.trim());
}
