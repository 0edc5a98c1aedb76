import type { ProfileBuilder } from '../core/builder.ts';
import { FloatColumn, TupleTable } from '../core/columns.ts';
import { decimal, difference, type Int64 } from './int64.ts';
import type { PprofTables } from './pprofTables.ts';

/** Labels that name a thread or process, by the writers that are known: perf_to_profile, Datadog's and Pyroscope's clients, pprof-rs, Heatline. */
const TID = new Set(['thread id', 'thread_id', 'thread-id', 'tid', 'thread native id']);
const THREAD_NAME = new Set(['thread name', 'thread_name', 'thread', 'thread_comm', 'comm']);
const PID = new Set(['pid', 'process id', 'process_id', 'process-id']);
/** When a sample was taken, in nanoseconds since 1970. */
const TIME = new Set(['end_timestamp_ns', 'timestamp_ns']);

/** Values of a label that are listed in the summary. */
const MOST_LISTED = 12;

/** One label of a sample: a text (string number above 0) or a number with its unit. */
export interface PprofLabel {
  /** String numbers. */
  readonly key: number;
  readonly text: number;
  readonly number: Int64;
  readonly unit: number;
}

/** What the labels of a sample say: they name its thread, and every one is counted for the summary. */
export class PprofLabels {
  private readonly values = new TupleTable(5);
  private readonly weights = new FloatColumn();
  private readonly roles = new Map<number, 'tid' | 'name' | 'pid' | 'time' | 'other'>();
  private readonly threads = new Map<string, number>();
  /** Row of the thread of the sample, -1 when no label names one. */
  thread = -1;
  /** Nanoseconds since the start; NaN when no label tells. */
  time = NaN;

  constructor(private readonly tables: PprofTables, private readonly builder: ProfileBuilder) {}

  /** Whether a label with this key, a string number, names a thread or a time: then samples are kept one by one. */
  isTelling(key: number): boolean {
    return this.role(key) !== 'other';
  }

  /** Takes the labels of a sample that weighs `weight`. */
  take(labels: readonly PprofLabel[], weight: number): void {
    this.thread = -1;
    this.time = NaN;
    let [tid, pid, name] = [0, 0, ''];
    for (const label of labels) {
      // As for pprof itself, a label with neither is none.
      if (label.text === 0 && label.unit === 0 && label.number.high === 0 && label.number.low === 0) continue;
      const row = this.values.intern(label.key, label.text, label.text ? 0 : label.number.high, label.text ? 0 : label.number.low, label.text ? 0 : label.unit);
      this.weights.add(row, weight);
      const role = this.role(label.key);
      if (role === 'other') continue;
      if (role === 'name') name = label.text ? this.tables.text(label.text) : name;
      else if (role === 'time') this.time = label.text ? NaN : difference(label.number, this.tables.time);
      else {
        const number = label.text ? Number(this.tables.text(label.text)) : difference(label.number, { high: 0, low: 0 });
        if (!Number.isSafeInteger(number)) continue;
        if (role === 'tid') tid = number;
        else pid = number;
      }
    }
    if (tid === 0 && name === '' && pid === 0) return;
    const key = `${pid} ${tid} ${name}`;
    let thread = this.threads.get(key);
    if (thread === undefined) this.threads.set(key, (thread = this.builder.thread(pid, tid, name)));
    this.thread = thread;
  }

  /** The labels for the summary: [key, values with their share of the event's weight]. */
  facts(): [string, string][] {
    const { tables, values } = this;
    const [key, text, high, low, unit] = values.columns.map((column) => column.data);
    const byKey = new Map<number, { shown: string; weight: number }[]>();
    for (let row = 0; row < values.length; row++) {
      const rows = byKey.get(key[row]) ?? [];
      const number = `${decimal(high[row], low[row])}${unit[row] ? ` ${tables.text(unit[row])}` : ''}`;
      rows.push({ shown: text[row] ? tables.text(text[row]) : number, weight: this.weights.data[row] });
      byKey.set(key[row], rows);
    }
    return [...byKey].map(([of, rows]) => {
      rows.sort((a, b) => b.weight - a.weight);
      const listed = rows.slice(0, MOST_LISTED).map(({ shown, weight }) => `${shown}: ${weight}`);
      if (rows.length > MOST_LISTED) listed.push(`${rows.length - MOST_LISTED} more`);
      return [`Label ${tables.text(of)}`, listed.join(', ')];
    });
  }

  private role(key: number): 'tid' | 'name' | 'pid' | 'time' | 'other' {
    let role = this.roles.get(key);
    if (role === undefined) {
      const text = this.tables.text(key).toLowerCase();
      role = TID.has(text) ? 'tid' : THREAD_NAME.has(text) ? 'name' : PID.has(text) ? 'pid' : TIME.has(text) ? 'time' : 'other';
      this.roles.set(key, role);
    }
    return role;
  }
}
