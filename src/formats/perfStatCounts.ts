import type { ProfileBuilder } from '../core/builder.ts';
import type { ProfileMeta, Unit } from '../core/profile.ts';
import { formatQuantity } from '../core/quantities.ts';
import type { PerfStatCount } from './perfStatLines.ts';
import { PerfStatRatios } from './perfStatRatios.ts';

/** perf's units: ours, and what a value is multiplied by. Others are counted as they are and named beside the event. */
const UNITS: Readonly<Record<string, readonly [Unit, number]>> = {
  msec: ['milliseconds', 1], ns: ['nanoseconds', 1], us: ['microseconds', 1], ms: ['milliseconds', 1], s: ['seconds', 1],
  Bytes: ['bytes', 1], KiB: ['bytes', 1024], MiB: ['bytes', 1024 ** 2], GiB: ['bytes', 1024 ** 3],
};

interface Counter {
  readonly unit: Unit;
  total: number;
  metric: string;
}

/** More counters, or counters of parts, than this come from no machine. */
const MOST_SERIES = 4000;

/** Gathers counters as series: one for each event, and one for each of its parts (processors, threads). */
export class PerfStatCounts {
  /** Lines that were not perf's. */
  foreign = 0;
  private readonly counters = new Map<string, Counter>();
  private readonly missing = new Map<string, string>();
  private readonly scaled = new Set<string>();
  private readonly series = new Map<string, number>();
  /** The sum over parts that is not complete yet, by event: its time and value. */
  private readonly sums = new Map<string, { time: number; value: number }>();
  private readonly lastTime = new Map<string, number>();
  private end = 0;
  private readonly ratios = new PerfStatRatios();

  constructor(private readonly builder: ProfileBuilder) {}

  add(count: PerfStatCount): void {
    const name = UNITS[count.unit] || count.unit === '' ? count.event : `${count.event} (${count.unit})`;
    if (count.running < 100) this.scaled.add(name);
    if (!Number.isNaN(count.time)) this.ratios.addTime(count.time);
    if (count.missing !== '') {
      if (!this.counters.has(name)) this.missing.set(name, count.missing);
      return;
    }
    const [unit, factor] = UNITS[count.unit] ?? [/^instructions\b/.test(count.event) ? 'instructions' : 'count', 1];
    const value = count.value * factor;
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) this.builder.warn('counts above 2^53 occur and are rounded');
    const time = Number.isNaN(count.time) ? 0 : count.time;
    this.end = Math.max(this.end, time);
    const counter = this.counters.get(name) ?? { unit, total: 0, metric: '' };
    this.counters.set(name, counter);
    counter.total += value;
    // A metric of one interval or one processor says nothing about the whole.
    if (Number.isNaN(count.time) && count.part === '') counter.metric = count.metric;
    if (count.part === '') return this.whole(name, unit, time, value);
    // The sum comes before its parts.
    this.rowOf(name, unit);
    this.point(`${name} ${count.part}`, unit, time, value);
    const sum = this.sums.get(name);
    if (sum && sum.time === time) sum.value += value;
    else {
      this.endSum(name);
      this.sums.set(name, { time, value });
    }
  }

  /** Adds derived series, totals and warnings; the profile's meta. */
  finish(): Pick<ProfileMeta, 'duration' | 'facts'> {
    for (const name of this.sums.keys()) this.endSum(name);
    for (const [name, why] of this.missing) if (!this.counters.has(name)) this.builder.warn(`${name} has no value: it was ${why}${why === 'not supported' ? ' on that machine' : ''}`);
    for (const name of this.scaled) if (this.counters.has(name)) this.builder.warn(`${name} was counted part of the time only, as there were more counters than the processor has; its values are scaled up`);
    if (this.foreign > 0) this.builder.warn(`${this.foreign} ${this.foreign === 1 ? 'line is' : 'lines are'} not perf stat's and left out`);
    const facts = [...this.counters].map(([name, { unit, total, metric }]): readonly [string, string] => {
      const shown = unit === 'count' || unit === 'instructions' ? String(Number(total.toPrecision(15))) : formatQuantity(total, unit);
      return [name, metric === '' ? shown : `${shown} (${metric})`];
    });
    for (const { name, total, percent, time, value } of this.ratios.finish()) {
      time.forEach((at, row) => this.point(name, 'count', at, value[row]));
      facts.push([percent ? name.replace(', %', '') : name, `${Number(total.toPrecision(4))}${percent ? ' %' : ''}`]);
    }
    return { ...(this.end > 0 ? { duration: Math.round(this.end * 1e9) } : {}), facts };
  }

  private endSum(name: string): void {
    const sum = this.sums.get(name);
    if (sum) this.whole(name, this.counters.get(name)!.unit, sum.time, sum.value);
  }

  /** A value of all processors and threads. */
  private whole(name: string, unit: Unit, time: number, value: number): void {
    // Without intervals perf has said its ratios itself.
    if (time > 0) this.ratios.add(name, unit, time, value);
    this.point(name, unit, time, value);
  }

  private point(name: string, unit: Unit, time: number, value: number): void {
    const row = this.rowOf(name, unit);
    if (row < 0) return;
    // Two outputs of perf in one file start again; the chart needs ascending times.
    const last = this.lastTime.get(name) ?? 0;
    if (time < last) this.builder.warn('the times go back: values of several runs follow each other');
    this.lastTime.set(name, Math.max(last, time));
    this.builder.addPoint(row, Math.max(last, time), value);
  }

  /** The series of this name; -1 when there are too many. */
  private rowOf(name: string, unit: Unit): number {
    const known = this.series.get(name);
    if (known !== undefined) return known;
    if (this.series.size >= MOST_SERIES) {
      this.builder.warn(`there are more than ${MOST_SERIES} counters; the others are left out`);
      return -1;
    }
    const row = this.builder.seriesOf(name, unit);
    this.series.set(name, row);
    return row;
  }
}
