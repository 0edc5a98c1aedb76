import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import { MOST } from './boundedNumber.ts';
import { ByteStrings, decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';

const SPACE = 32;
const HASH = 35;
const SEMICOLON = 59;
/** First lines that are held back until it is known whether all of them have two counts. */
const HELD_LINES = 400;
const HELD_BYTES = 1 << 16;

/** py-spy's frames: `name (file.py:12)`, and `name (<frozen importlib>:12)`; without a line for `--nolineno`. */
const PYTHON_FRAME = /^(.+) \(((?:[^()]*\.py[wx]?)|<[^()<>]+>)(?::(\d{1,9}))?\)$/;
/** What FlameGraph's stackcollapse scripts append to a name: kernel, inlined, jitted. */
const ANNOTATION = /_\[([kij])\]$/;

/** Reads the lines of collapsed stacks into a builder. */
export class CollapsedParser {
  /** Lines with a stack, so far. */
  stacks = 0;
  /** Line in which the input was cut off; 0 when it was not. */
  cutAt = 0;
  /** Two counts on every line; undefined until that is known. */
  private differential: boolean | undefined;
  private held: { readonly bytes: Uint8Array; readonly line: number; readonly torn: boolean }[] = [];
  private heldBytes = 0;
  private lineNumber = 0;
  private torn = false;
  private readonly names = new ByteStrings();
  /** Frame row of each name. */
  private frameRows = new Int32Array(1024);
  private unnamed = -1;
  /** The last stack's bytes, where each of its frames ends there, and the row of the stack up to it. */
  private last = new Uint8Array(4096);
  private lastView = new DataView(this.last.buffer);
  private lastLength = 0;
  private ends = new Int32Array(256);
  private rows = new Int32Array(256);
  private depth = 0;
  private source: Uint8Array = this.last;
  private sourceView: DataView = this.lastView;
  private first = 0;
  private second = 0;
  /** Where the count that was read last begins; the space before it is at `countStart - 1`. */
  private countStart = 0;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string, private readonly reader: () => LineReader) {}

  line(bytes: Uint8Array, start: number, end: number): void {
    const { lineNumber, torn } = this.reader();
    if (this.differential === undefined) {
      this.held.push({ bytes: bytes.slice(start, end), line: lineNumber, torn });
      this.heldBytes += end - start;
      if (this.held.length >= HELD_LINES || this.heldBytes >= HELD_BYTES) this.decide();
      return;
    }
    this.lineNumber = lineNumber;
    this.torn = torn;
    this.parse(bytes, start, end);
  }

  /** Whether every line has two counts. */
  get isDifferential(): boolean {
    return this.differential === true;
  }

  /** Ends the input. */
  finish(): void {
    if (this.differential === undefined) this.decide();
  }

  private decide(): void {
    const { held } = this;
    this.held = [];
    this.differential = false;
    let twice = 0;
    let once = 0;
    for (const { bytes } of held) {
      let end = trimmed(bytes, 0, bytes.length);
      if (end === 0 || bytes[0] === HASH) continue;
      if (!Number.isNaN(this.countBefore(bytes, 0, end)) && (end = this.countStart - 1) > 0 && !Number.isNaN(this.countBefore(bytes, 0, end))) twice++;
      else once++;
    }
    this.differential = twice > 0 && once === 0;
    const { builder } = this;
    if (this.differential) {
      this.first = builder.event({ name: 'before', unit: 'count', label: 'Samples before' });
      this.second = builder.event({ name: 'after', unit: 'count', label: 'Samples after' });
      builder.defaultEvent = this.second;
    } else {
      this.first = builder.event({ name: 'samples', unit: 'count', label: 'Samples' });
    }
    for (const { bytes, line, torn } of held) {
      this.lineNumber = line;
      this.torn = torn;
      this.parse(bytes, 0, bytes.length);
    }
  }

  private parse(bytes: Uint8Array, start: number, lineEnd: number): void {
    const end = trimmed(bytes, start, lineEnd);
    if (end === start) return;
    const count = this.countBefore(bytes, start, end);
    if (Number.isNaN(count)) return this.withoutCount(bytes, start, end, 'a stack, a space and a count');
    let stackEnd = this.countStart - 1;
    if (bytes[start] === HASH && (bytes[start + 1] === SPACE || bytes[start + 1] === 33)) return;
    if (this.differential === true) {
      const before = this.countBefore(bytes, start, stackEnd);
      if (Number.isNaN(before)) return this.withoutCount(bytes, start, end, 'a stack and two counts, as on the lines before');
      stackEnd = this.countStart - 1;
      const row = this.stack(bytes, start, stackEnd);
      this.builder.addSelf(row, this.first, before);
      this.builder.addSelf(row, this.second, count);
    } else {
      this.builder.addSelf(this.stack(bytes, start, stackEnd), this.first, count);
    }
    this.stacks++;
  }

  private withoutCount(bytes: Uint8Array, start: number, end: number, expected: string): void {
    if (bytes[start] === HASH) return;
    if (!this.torn) throw new FormatError(this.name, `line ${this.lineNumber}`, expected, decodeText(bytes, Math.max(start, end - 80), end));
    this.cutAt = this.lineNumber;
  }

  /** The number that ends at `end`, behind a space or tab; NaN when there is none. Sets `countStart`. */
  private countBefore(bytes: Uint8Array, start: number, end: number): number {
    let at = end - 1;
    let value = 0;
    let scale = 1;
    for (; at >= start && bytes[at] >= 48 && bytes[at] <= 57; at--) {
      value += (bytes[at] - 48) * scale;
      scale *= 10;
    }
    if (at < start) return NaN;
    if ((bytes[at] === SPACE || bytes[at] === 9) && at < end - 1 && end - at < 17) {
      this.countStart = at + 1;
      return value;
    }
    while (at >= start && bytes[at] > SPACE && end - at < 400) at--;
    if (at < start || bytes[at] > SPACE || at === end - 1) return NaN;
    const text = decodeText(bytes, at + 1, end);
    if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return NaN;
    const number = Number(text);
    if (Math.abs(number) > MOST) return NaN;
    if (Math.abs(number) > Number.MAX_SAFE_INTEGER) this.builder.warn('counts above 2^53 occur and are rounded');
    this.countStart = at + 1;
    return number;
  }

  /** The row of the stack `bytes[start..end)`. What it shares with the one before is not looked up again: files are sorted. */
  private stack(bytes: Uint8Array, start: number, end: number): number {
    // As in flamegraph.pl, nothing behind the last semicolon is no frame.
    while (end > start && bytes[end - 1] === SEMICOLON) end--;
    const length = end - start;
    if (length > this.last.length) this.growLast(length);
    const { last, names } = this;
    const common = this.commonLength(bytes, start, length);
    let depth = 0;
    let row = -1;
    let at = start;
    for (; depth < this.depth; depth++) {
      const frameEnd = this.ends[depth];
      if (frameEnd > common || (frameEnd < length && bytes[start + frameEnd] !== SEMICOLON)) break;
      row = this.rows[depth];
      at = start + frameEnd + 1;
    }
    while (at <= end) {
      const frameStart = at;
      for (let byte = 0; at < end && (byte = bytes[at]) !== SEMICOLON; at++) last[at - start] = byte;
      const frame = at === frameStart ? this.unnamedFrame() : this.frame(names.intern(bytes, frameStart, at));
      row = this.builder.stack(row, frame);
      if (depth === this.ends.length) this.growDepth();
      this.ends[depth] = at - start;
      this.rows[depth++] = row;
      if (at < end) last[at - start] = SEMICOLON;
      at++;
    }
    this.depth = depth;
    this.lastLength = length;
    return row;
  }

  /** How many bytes this stack and the last one begin with in common. */
  private commonLength(bytes: Uint8Array, start: number, length: number): number {
    if (bytes !== this.source) {
      this.source = bytes;
      this.sourceView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const { lastView, sourceView } = this;
    const most = Math.min(length, this.lastLength);
    let at = 0;
    while (at + 4 <= most && lastView.getInt32(at) === sourceView.getInt32(start + at)) at += 4;
    while (at < most && this.last[at] === bytes[start + at]) at++;
    return at;
  }

  private frame(index: number): number {
    if (index < this.frameRows.length && this.frameRows[index] > 0) return this.frameRows[index] - 1;
    if (index >= this.frameRows.length) {
      const grown = new Int32Array(index * 2);
      grown.set(this.frameRows);
      this.frameRows = grown;
    }
    const row = this.makeFrame(this.names.text(index));
    this.frameRows[index] = row + 1;
    return row;
  }

  private makeFrame(name: string): number {
    const { builder } = this;
    const python = name.length < 5000 ? PYTHON_FRAME.exec(name) : null;
    if (python) {
      return builder.frame(builder.func({ name: python[1], file: python[2], kind: FunctionKind.Python }), Number(python[3] ?? 0));
    }
    const annotation = ANNOTATION.exec(name.slice(-5))?.[1];
    const kind = annotation === 'k' ? FunctionKind.Kernel : annotation === undefined ? FunctionKind.Unknown : FunctionKind.Native;
    return builder.frame(builder.func({ name, kind }), 0, 0, { inlined: annotation === 'i' });
  }

  private unnamedFrame(): number {
    if (this.unnamed < 0) this.unnamed = this.builder.frame(this.builder.func({ name: '[unknown]' }));
    return this.unnamed;
  }

  private growLast(length: number): void {
    const grown = new Uint8Array(length * 2);
    grown.set(this.last);
    this.last = grown;
    this.lastView = new DataView(grown.buffer);
  }

  private growDepth(): void {
    const ends = new Int32Array(this.ends.length * 2);
    ends.set(this.ends);
    this.ends = ends;
    const rows = new Int32Array(this.rows.length * 2);
    rows.set(this.rows);
    this.rows = rows;
  }
}

function trimmed(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && bytes[end - 1] <= SPACE) end--;
  return end;
}
