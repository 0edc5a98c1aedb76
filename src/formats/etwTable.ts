import type { ProfileBuilder } from '../core/builder.ts';
import { nanosecondsPer } from '../core/quantities.ts';
import type { Unit } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import { EtwFrames, processOf } from './etwFrames.ts';
import { EtwStackTree } from './etwStackTree.ts';
import { fieldsOf, numberOf, splitHeader, type Column } from './etwFields.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';

const TIME_UNITS: Readonly<Record<string, Unit>> = { s: 'seconds', ms: 'milliseconds', us: 'microseconds', '\u00b5s': 'microseconds', '\u03bcs': 'microseconds', ns: 'nanoseconds' };
const BYTE_UNITS: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Whether a line names the columns of a table of stacks: a stack, and something to weigh it by. */
export function isTableHeader(line: string): boolean {
  const { columns } = splitHeader(line);
  return columns.length > 1 && columns.some(({ role }) => role === 'stack') && columns.some(({ role }) => role === 'weight' || role === 'count' || role === 'size' || role === 'time');
}

/**
 * Reads tables that Windows Performance Analyzer exported: a line with the names of columns, then a line for each sample or stack. Fields
 * are seldom quoted, though functions hold commas and numbers have them between thousands, so that a line is taken apart from both
 * ends. A stack is one text (`[Root]/ntdll.dll!RtlUserThreadStart/...`), or the lines are a tree that `|-` draws, whose weights include those
 * of the lines below.
 */
export class EtwTableParser {
  private readonly columns: readonly Column[];
  private readonly separator: string;
  private readonly frames: EtwFrames;
  private readonly tree: EtwStackTree;
  private readonly events: { readonly column: number; readonly event: number; readonly factor: number }[] = [];
  private readonly stackColumn: number;
  private readonly timeColumn: number;
  private readonly timeScale: number;
  private readonly processColumn: number;
  private readonly threadColumn: number;
  private process = '';

  constructor(private readonly builder: ProfileBuilder, private readonly name: string, private readonly reader: () => LineReader, header: string) {
    const { columns, separator } = splitHeader(header);
    this.columns = columns;
    this.separator = separator;
    this.frames = new EtwFrames(builder);
    const place = (role: Column['role']) => columns.findIndex((column) => column.role === role);
    this.stackColumn = place('stack');
    this.timeColumn = place('time');
    this.timeScale = nanosecondsPer(TIME_UNITS[columns[this.timeColumn]?.unit] ?? 'seconds');
    this.processColumn = place('process');
    this.threadColumn = place('thread');
    const add = (role: Column['role'], name: string, label: string, unit: Unit, factor = 1) => {
      const column = place(role);
      if (column >= 0) this.events.push({ column, event: builder.event({ name, unit, label }), factor });
    };
    add('weight', 'time', 'Time', TIME_UNITS[columns[place('weight')]?.unit] ?? 'milliseconds');
    add('size', 'bytes', 'Bytes', 'bytes', BYTE_UNITS[columns[place('size')]?.unit] ?? 1);
    add('count', 'samples', 'Samples', 'count');
    if (this.events.length === 0) this.events.push({ column: -1, event: builder.event({ name: 'samples', unit: 'count', label: 'Samples' }), factor: 1 });
    this.tree = new EtwStackTree(builder, this.frames);
  }

  line(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const text = decodeText(bytes, start, end);
    if (text.trim() === '') return;
    const fields = fieldsOf(text, this.columns, this.separator);
    const { torn, lineNumber } = this.reader();
    if (!fields) {
      if (!torn) throw new FormatError(this.name, `line ${lineNumber}`, `${this.columns.length} fields: ${this.columns.map(({ name }) => name).join(', ').slice(0, 300)}`, text);
      this.builder.truncated(`${this.name} was cut off in line ${lineNumber}; the samples until there are shown`);
      return;
    }
    this.row(fields, lineNumber);
  }

  finish(): void {
    this.tree.finish();
  }

  private row(fields: readonly string[], lineNumber: number): void {
    const { builder } = this;
    const weights = builder.events.map(() => 0);
    for (const { column, event, factor } of this.events) {
      const value = column < 0 ? 1 : numberOf(fields[column]);
      if (value === undefined) throw new FormatError(this.name, `line ${lineNumber}`, `a number in the column ${this.columns[column].name}`, fields[column]);
      weights[event] = value * factor;
    }
    const stack = fields[this.stackColumn];
    // Grouped tables name the process on its first line only.
    if (this.processColumn >= 0 && fields[this.processColumn].trim() !== '') this.process = fields[this.processColumn];
    const { name, pid } = processOf(this.process);
    const tid = this.threadColumn < 0 ? 0 : numberOf(fields[this.threadColumn]) ?? 0;
    const thread = this.processColumn < 0 && this.threadColumn < 0 ? -1 : builder.thread(pid, Number.isSafeInteger(tid) && tid >= 0 ? tid : 0, name);
    if (EtwStackTree.isPart(stack)) {
      this.tree.add(stack, weights);
      return;
    }
    const time = this.timeColumn < 0 ? NaN : (numberOf(fields[this.timeColumn]) ?? NaN) * this.timeScale;
    builder.sample(this.stackOf(stack), weights, time, thread);
  }

  /** The stack that a text names, its frames from the outermost inwards. */
  private stackOf(text: string): number {
    const { builder, frames } = this;
    let stack = -1;
    // A slash is part of some names; it divides frames only before what looks like one.
    for (const part of text.split(/\/(?=[^/!<>()]+!|\[|\?|n\/a$)/)) {
      const frame = part.trim();
      if (frame === '' || frame === '[Root]' || frame === 'Root') continue;
      stack = builder.stack(stack, frames.row(frame));
    }
    return stack < 0 ? builder.stack(-1, frames.row('?!?')) : stack;
  }
}
