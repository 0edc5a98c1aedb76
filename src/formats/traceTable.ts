import type { ProfileBuilder } from '../core/builder.ts';
import type { EventInfo } from '../core/profile.ts';
import { FormatError } from './format.ts';

/** The columns that hold what adds up, with the event that they become. The others are derived from these, or are extremes. */
const EVENT_OF_COLUMN: Readonly<Record<string, EventInfo>> = {
  'seconds': { name: 'time', unit: 'nanoseconds', label: 'Time (of -c)' },
  'wall-total': { name: 'wall', unit: 'nanoseconds', label: 'Wall clock' },
  'calls': { name: 'calls', unit: 'count', label: 'Calls' },
  'errors': { name: 'errors', unit: 'count', label: 'Errors' },
};
const EVENT_ORDER = ['seconds', 'wall-total', 'calls', 'errors'];
const OTHER_COLUMNS = ['%time', 'usecs/call', 'shortest', 'longest', 'wall-min', 'wall-max', 'wall-avg'];
const NAME_COLUMNS = ['syscall', 'function'];

/** One line of a summary. */
export interface TableRow {
  readonly name: string;
  /** By column: `calls`, `errors` as numbers, `seconds` and `wall-total` as nanoseconds. */
  readonly values: ReadonlyMap<string, number>;
}

/** The columns of a summary's header line; undefined when the line is none. */
export function tableColumns(line: string): string[] | undefined {
  if (line.length > 300) return undefined;
  const columns = line.trim().replace(/^% time\b|\s% time\b/, ' %time').trim().split(/\s+/);
  const known = columns.every((column) => column in EVENT_OF_COLUMN || OTHER_COLUMNS.includes(column) || NAME_COLUMNS.includes(column));
  const names = columns.filter((column) => NAME_COLUMNS.includes(column));
  return known && names.length === 1 && columns.length > 1 ? columns : undefined;
}

/** The summaries that `-c` and `-C` of strace and ltrace print: a header, a rule, a line for each function, a rule, the total. */
export class TraceTable {
  readonly rows: TableRow[] = [];
  /** True from a header to its total. */
  open = false;
  private columns: string[] = [];
  private rules = 0;
  private readonly present = new Set<string>();

  /** `file`: what is being read, for messages. */
  constructor(public file: string) {}

  begin(columns: string[]): void {
    this.columns = columns;
    this.rules = 0;
    this.open = true;
    for (const column of columns) this.present.add(column);
  }

  /** Takes the next line while the table is open. */
  line(text: string, number: number): void {
    if (/^[ -]*-[ -]*$/.test(text)) {
      this.rules++;
      return;
    }
    const cells = text.trim().split(/\s+/);
    if (this.rules > 1 || cells.includes('total')) {
      this.open = false;
      return;
    }
    if (text.trim() === '') return;
    const { columns } = this;
    const errors = columns.indexOf('errors');
    // No errors are printed as nothing.
    if (errors >= 0 && cells.length === columns.length - 1) cells.splice(errors, 0, '0');
    const bad = (expected: string) => new FormatError(this.file, `line ${number}`, expected, text);
    if (cells.length !== columns.length) throw bad(`a line of the summary with ${columns.join(', ')}`);
    const values = new Map<string, number>();
    let name = '';
    columns.forEach((column, i) => {
      if (NAME_COLUMNS.includes(column)) name = cells[i];
      if (!(column in EVENT_OF_COLUMN)) return;
      const value = EVENT_OF_COLUMN[column].unit === 'nanoseconds' ? nanoseconds(cells[i]) : /^\d{1,20}$/.test(cells[i]) ? Number(cells[i]) : NaN;
      if (Number.isNaN(value)) throw bad(`a number of ${column}`);
      values.set(column, value);
    });
    this.rows.push({ name, values });
  }

  /** Adds the rows to the profile as stacks of one frame. */
  write(builder: ProfileBuilder, frameOf: (name: string) => number): void {
    let shown = -1;
    for (const column of EVENT_ORDER) {
      if (!this.present.has(column)) continue;
      const event = builder.event(EVENT_OF_COLUMN[column]);
      // Short runs have no system time that could be measured; their calls say more.
      if (shown < 0 && this.rows.some(({ values }) => (values.get(column) ?? 0) > 0)) shown = builder.defaultEvent = event;
      for (const { name, values } of this.rows) {
        const value = values.get(column) ?? 0;
        if (value > Number.MAX_SAFE_INTEGER) builder.warn('numbers above 2^53 occur and are rounded');
        builder.addSelf(builder.stack(-1, frameOf(name)), event, value);
      }
    }
  }

  /** Says where the summary that follows a trace counts other than the trace itself. */
  differences(counts: ReadonlyMap<string, number>): string | undefined {
    if (!this.present.has('calls')) return undefined;
    const own = new Map<string, number>();
    for (const { name, values } of this.rows) own.set(name, (own.get(name) ?? 0) + (values.get('calls') ?? 0));
    const sum = (of: ReadonlyMap<string, number>) => [...of.values()].reduce((total, value) => total + value, 0);
    for (const [name, calls] of own) {
      const traced = counts.get(name) ?? 0;
      if (traced !== calls) {
        return `the summary at the end counts ${sum(own)} calls, the trace has ${sum(counts)} (${name}: ${calls} and ${traced}): the trace is not whole or was filtered; it is what is shown`;
      }
    }
    return undefined;
  }
}

/** Seconds with decimals as whole nanoseconds; NaN when it is no such number. */
function nanoseconds(text: string): number {
  const parts = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  return parts ? Number(parts[1]) * 1e9 + Number((parts[2] ?? '').padEnd(9, '0')) : NaN;
}
