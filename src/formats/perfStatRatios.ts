import type { Unit } from '../core/profile.ts';
import { nanosecondsPer } from '../core/quantities.ts';

/** One event of all processors: seconds since the start, and its count in the time before; of clocks, the seconds that they ran. */
interface Counts {
  readonly time: number[];
  readonly value: number[];
}

/** A number derived from two counters, over time and of the whole. */
export interface PerfStatRatio {
  readonly name: string;
  readonly total: number;
  readonly percent: boolean;
  readonly time: readonly number[];
  readonly value: readonly number[];
}

interface Rule {
  readonly name: string;
  readonly of: string;
  readonly by: string;
  readonly factor: number;
}

const CLOCK = 'task-clock';
/** Seconds that went by. */
const WALL = '';
const share = (name: string, of: string, by: string): Rule => ({ name: `${name}, %`, of, by, factor: 100 });
const rate = (of: string): Rule => ({ name: `${of} per second`, of, by: CLOCK, factor: 1 });

/** What perf stat prints behind a count, computed as it does: rates are by second of processor time. Source: linux, tools/perf/util/stat-shadow.c. */
const RULES: readonly Rule[] = [
  { name: 'CPUs utilized', of: CLOCK, by: WALL, factor: 1 },
  { name: 'instructions per cycle', of: 'instructions', by: 'cycles', factor: 1 },
  { name: 'cycles, GHz', of: 'cycles', by: CLOCK, factor: 1e-9 },
  share('branch misses of branches', 'branch-misses', 'branches'),
  share('cache misses of references', 'cache-misses', 'cache-references'),
  ...['L1-dcache', 'L1-icache', 'LLC', 'dTLB', 'iTLB'].map((cache) => share(`${cache} misses of loads`, `${cache}-load-misses`, `${cache}-loads`)),
  ...['frontend', 'backend'].map((end) => share(`${end} cycles idle`, `stalled-cycles-${end}`, 'cycles')),
  ...['context-switches', 'cpu-migrations', 'page-faults', 'minor-faults', 'major-faults'].map(rate),
];

const ALIASES: Readonly<Record<string, string>> = {
  'cpu-cycles': 'cycles', 'branch-instructions': 'branches', cs: 'context-switches', migrations: 'cpu-migrations', faults: 'page-faults', 'cpu-clock': CLOCK,
  'idle-cycles-frontend': 'stalled-cycles-frontend', 'idle-cycles-backend': 'stalled-cycles-backend',
};

/** Collects the counts of intervals and derives ratios. Events are paired with those of the same processors and modifiers: `cpu_core/cycles/`, `cycles:u`. */
export class PerfStatRatios {
  /** Ends of intervals. */
  private readonly times: number[] = [];
  /** By what stands around the name, then by name. */
  private readonly groups = new Map<string, Map<string, Counts>>();

  /** Notes an interval, also one in which nothing was counted. */
  addTime(time: number): void {
    if (this.times.at(-1) !== time) this.times.push(time);
  }

  add(event: string, unit: Unit, time: number, value: number): void {
    const [, pmu = '', written, modifiers = ''] = /^(?:(\w+)\/)?([\w-]+)(?:[:/]([ukhGHp]*))?$/.exec(event) ?? ['', '', event, ''];
    const name = ALIASES[written] ?? written;
    if (!RULES.some(({ of, by }) => of === name || by === name)) return;
    const key = [pmu, modifiers].filter(Boolean).join(' ');
    const group = this.groups.get(key) ?? new Map<string, Counts>();
    this.groups.set(key, group);
    const counts = group.get(name) ?? { time: [], value: [] };
    group.set(name, counts);
    counts.time.push(time);
    counts.value.push(unit === 'count' || unit === 'instructions' ? value : value * nanosecondsPer(unit) / 1e9);
  }

  finish(): PerfStatRatio[] {
    const found: (PerfStatRatio & { readonly group: string })[] = [];
    for (const rule of RULES) {
      for (const [group, events] of this.groups) {
        const of = events.get(rule.of);
        const by = rule.by === WALL ? this.wall() : events.get(rule.by) ?? (rule.by === CLOCK ? this.anyClock() : undefined);
        if (of && by) found.push({ ...ratio(of, by, rule), group });
      }
    }
    const names = found.map(({ name }) => name);
    return found.filter(({ time }) => time.length > 0).map(({ group, ...each }) => (
      group !== '' && names.indexOf(each.name) !== names.lastIndexOf(each.name) ? { ...each, name: `${each.name} (${group})` } : each
    ));
  }

  private wall(): Counts {
    return { time: this.times, value: this.times.map((time, row) => time - (row > 0 ? this.times[row - 1] : 0)) };
  }

  private anyClock(): Counts | undefined {
    return [...this.groups.values()].map((events) => events.get(CLOCK)).find(Boolean);
  }
}

function ratio(of: Counts, by: Counts, { name, factor }: Rule): PerfStatRatio {
  const time: number[] = [];
  const value: number[] = [];
  const sum = { of: 0, by: 0 };
  for (let row = 0, other = 0; row < of.time.length; row++) {
    while (other < by.time.length && by.time[other] < of.time[row]) other++;
    if (by.time[other] !== of.time[row] || !(by.value[other] > 0)) continue;
    time.push(of.time[row]);
    value.push(of.value[row] / by.value[other] * factor);
  }
  for (const each of of.value) sum.of += each;
  for (const each of by.value) sum.by += each;
  return { name, percent: factor === 100, total: sum.of / sum.by * factor, time, value };
}
