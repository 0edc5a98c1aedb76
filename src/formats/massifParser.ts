import type { ProfileBuilder } from '../core/builder.ts';
import type { ProfileMeta, SeriesAxis } from '../core/profile.ts';
import { decodeText, startsWith } from './byteStrings.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';
import { MassifTree } from './massifTree.ts';

const HASH = 35;
const SPACE = 32;

/** The lines of a snapshot, in the order in which they must come. */
const FIELDS = ['snapshot', 'time', 'mem_heap_B', 'mem_heap_extra_B', 'mem_stacks_B', 'heap_tree'] as const;
const TREE_FIELD = FIELDS.length - 1;

const AXES: Readonly<Record<string, SeriesAxis>> = {
  i: { label: 'Instructions executed', unit: 'instructions' },
  ms: { label: 'Time', unit: 'milliseconds' },
  B: { label: 'Bytes allocated and freed', unit: 'bytes' },
};

interface Detailed {
  readonly row: number;
  readonly number: number;
  readonly total: number;
  readonly isPeak: boolean;
}

/** Reads the lines of a massif file into a builder. */
export class MassifParser {
  private readonly description: string[] = [];
  private command: string | undefined;
  private axis: SeriesAxis | undefined;
  /** Index of the field that comes next. */
  private field = 0;
  private readonly values: number[] = FIELDS.map(() => 0);
  private lastTime = -Infinity;
  private snapshots = 0;
  private largest = 0;
  private readonly detailed: Detailed[] = [];
  private shown: Detailed | undefined;
  private tree: MassifTree | undefined;
  private readonly series: readonly number[];
  private readonly event: number;
  private line = 0;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string) {
    this.series = ['total', 'useful heap', 'extra heap', 'stacks'].map((label) => builder.seriesOf(label, 'bytes'));
    this.event = builder.event({ name: 'heap', unit: 'bytes', label: 'Useful heap' });
  }

  parse(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    this.line = reader.lineNumber;
    let first = start;
    while (first < end && bytes[first] <= SPACE) first++;
    if (first === end || bytes[first] === HASH) return;
    if (!this.axis) this.header(decodeText(bytes, first, end).trimEnd());
    else if (this.tree && !this.tree.complete) this.tree.node(bytes, first, end, reader);
    else this.fieldLine(bytes, first, end, reader.torn);
  }

  /** Ends the input: what a cut file still tells is kept. */
  finish(reader: LineReader): void {
    const { builder, name } = this;
    if (!this.axis) throw new FormatError(name, `line ${Math.max(reader.lineNumber, 1)}`, this.command === undefined ? 'a "cmd:" line' : 'a "time_unit:" line', '');
    if (this.field !== 0) builder.truncated(`${name} was cut off in the middle of snapshot ${this.values[0]}; the snapshots before it are here`);
    if (this.tree && !this.tree.complete) {
      builder.truncated(`${name} was cut off in the tree of snapshot ${this.values[0]}; what the tree lacks counts where it was cut`);
      this.tree.abandon();
    }
    if (this.snapshots === 0) builder.warn('the file holds no snapshots');
    else this.showPeak();
  }

  meta(): ProfileMeta {
    const facts: [string, string][] = [['Snapshots', String(this.snapshots)], ['Snapshots with a tree', String(this.detailed.length)]];
    if (this.shown) facts.push(['Costs are those of', `snapshot ${this.shown.number}, ${this.shown.isPeak ? 'the peak' : 'the largest with a tree'}`]);
    const options = this.description.join(' ');
    if (options !== '') facts.push(['Massif options', options]);
    return { format: 'massif', tool: 'massif', ...(this.command ? { command: this.command } : {}), facts };
  }

  private header(text: string): void {
    const [, key = '', value = ''] = /^(desc|cmd|time_unit):\s*(.*)$/s.exec(text) ?? [];
    if (this.command === undefined) {
      if (key === 'desc') this.description.push(value);
      else if (key === 'cmd') this.command = value;
      else this.error('a "desc:" or "cmd:" line', text);
      return;
    }
    if (key !== 'time_unit') {
      // An argument of the program may hold line ends, and massif writes it as it is.
      if (this.command.length + text.length > 65536 || /^snapshot=/.test(text)) this.error('a "time_unit:" line', text);
      this.command += `\n${text}`;
      return;
    }
    this.axis = Object.hasOwn(AXES, value) ? AXES[value] : this.error('a time unit of i, ms or B', value);
    this.builder.seriesAxis = this.axis;
  }

  private fieldLine(bytes: Uint8Array, start: number, end: number, torn: boolean): void {
    const name = FIELDS[this.field];
    if (!startsWith(bytes, start, end, `${name}=`)) {
      if (torn) return;
      this.error(`"${name}="`, decodeText(bytes, start, end));
    }
    const text = decodeText(bytes, start + name.length + 1, end).trimEnd();
    if (this.field === TREE_FIELD) {
      if (text === 'empty' || text === 'detailed' || text === 'peak') this.snapshot(text);
      else if (!torn) this.error('a heap tree that is empty, detailed or peak', text);
      return;
    }
    // The last line of a cut file may have lost digits.
    if (torn) return;
    if (!/^\d{1,20}$/.test(text)) this.error(`a number of ${name}`, text);
    const value = Number(text);
    if (value > 2 ** 64) this.error('a number below 2^64', text);
    if (value > Number.MAX_SAFE_INTEGER) this.builder.warn('numbers above 2^53 occur and are rounded');
    if (name === 'time') {
      if (value < this.lastTime) this.error(`a time of at least ${this.lastTime}`, text);
      this.lastTime = value;
    }
    this.values[this.field++] = value;
  }

  private snapshot(kind: 'empty' | 'detailed' | 'peak'): void {
    const [number, time, heap, extra, stacks] = this.values;
    const total = heap + extra + stacks;
    [total, heap, extra, stacks].forEach((value, i) => this.builder.addPoint(this.series[i], time, value));
    this.field = 0;
    this.snapshots++;
    this.largest = Math.max(this.largest, total);
    if (kind === 'empty') return;
    const row = this.builder.snapshot(time, `snapshot ${number}`, this.event);
    this.detailed.push({ row, number, total, isPeak: kind === 'peak' });
    if (this.tree) this.tree.begin(row);
    else this.tree = new MassifTree(this.builder, this.name, row);
  }

  /** Gives the profile the weights of the peak, or of what comes next to it. */
  private showPeak(): void {
    const { builder, detailed } = this;
    const most = detailed.find(({ isPeak }) => isPeak)
      ?? detailed.reduce<Detailed | undefined>((best, each) => (best && best.total >= each.total ? best : each), undefined);
    this.shown = most;
    if (!most) {
      builder.warn('no snapshot has a tree: there is nothing to show but the values over time');
      return;
    }
    builder.showSnapshot(most.row);
    if (most.isPeak) return;
    builder.warn(`no snapshot is marked as the peak: the costs are those of snapshot ${most.number}, the largest with a tree (${most.total} bytes; the most used at any snapshot is ${this.largest})`);
  }

  private error(expected: string, found?: string): never {
    throw new FormatError(this.name, `line ${this.line}`, expected, found);
  }
}
