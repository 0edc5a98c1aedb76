import { FloatColumn, IntColumn } from '../core/columns.ts';
import { decodeText } from './byteStrings.ts';
import type { LineReader } from './lineReader.ts';
import { RecordLine } from './recordLine.ts';

export const MEMORY_MAGIC = 'python-memory ';
const LETTER = { h: 104, p: 112, s: 115, m: 109, t: 116, b: 98, w: 119, e: 101, n: 110 } as const;
const SPACE = 32;
const MAX_LINE = 0x7fffffff;

/** What was held at one moment. */
export interface MemoryTree {
  /** Nanoseconds since the start. */
  readonly time: number;
  readonly bytes: number;
  readonly blocks: number;
  /** Rows of what each stack holds: the first, and how many; fewer than announced when the file was cut. */
  readonly first: number;
  readonly announced: number;
  count: number;
}

/** A function and the lines of stacks that are its code. */
export interface MemoryFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly lines: readonly number[];
}

/** Reads the records of a "python-memory" file into tables; numbers are ids of the file. */
export class PythonMemoryParser {
  header: Readonly<Record<string, unknown>> | undefined;
  end: Readonly<Record<string, unknown>> | undefined;
  readonly files: string[] = [];
  /** By stack: where its frames begin in `frames`, with the end of the last; and whether outer callers are missing. */
  readonly stackStart = new IntColumn();
  readonly stackCut = new IntColumn();
  /** File and line in turn, innermost first. */
  readonly frames = new IntColumn();
  readonly times = new FloatColumn();
  readonly held = new FloatColumn();
  readonly resident = new FloatColumn();
  readonly trees: MemoryTree[] = [];
  readonly treeStack = new IntColumn();
  readonly treeBytes = new FloatColumn();
  readonly treeBlocks = new FloatColumn();
  readonly functions: MemoryFunction[] = [];
  private readonly line: RecordLine;
  private magicSeen = false;

  constructor(readonly name: string, private readonly warn: (message: string) => void) {
    this.line = new RecordLine(name);
    this.stackStart.push(0);
  }

  /** Whether the file holds names of functions and nothing else. */
  get isNames(): boolean {
    return this.header === undefined && this.functions.length > 0;
  }

  parse(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    const { line } = this;
    line.begin(bytes, start + 2, end, reader.lineNumber);
    if (!this.magicSeen) {
      const found = decodeText(bytes, start, Math.min(end, start + 200));
      if (found !== `${MEMORY_MAGIC}1`) line.error(`"${MEMORY_MAGIC}1"`, found);
      this.magicSeen = true;
      return;
    }
    // A torn line is what a killed program leaves; it may look whole and yet have lost digits. Only an end mark proves itself.
    if (start === end || (reader.torn && (bytes[start] !== LETTER.e || bytes[end - 1] !== 125))) return;
    if (start + 1 === end || bytes[start + 1] !== SPACE) line.error('a record', decodeText(bytes, start, end));
    switch (bytes[start]) {
      case LETTER.b: return this.part();
      case LETTER.s: return this.stack();
      case LETTER.m: return this.value();
      case LETTER.t: return this.tree();
      case LETTER.p: return this.file();
      case LETTER.n: return this.func();
      case LETTER.w: return this.warn(line.text());
      case LETTER.h: this.header = line.object(); return;
      case LETTER.e: this.end = line.object(); return;
      default: return line.error('a record of the letters h, p, s, m, t, b, w, e and n', decodeText(bytes, start, end));
    }
  }

  private file(): void {
    this.next(this.files.length, 'file');
    this.files.push(this.line.text());
  }

  private stack(): void {
    const { line, frames } = this;
    this.next(this.stackCut.length, 'stack');
    this.stackCut.push(line.integer('1 when outer callers are missing, else 0', 0, 1));
    do {
      frames.push(line.integer('a file that was defined before', 0, this.files.length - 1));
      frames.push(line.integer('a line number', 0, MAX_LINE));
    } while (line.more);
    this.stackStart.push(frames.length);
  }

  private next(id: number, what: string): void {
    if (this.line.integer(`the number of a ${what}`) !== id) this.line.error(`${what} ${id}`);
  }

  private value(): void {
    const { line, times } = this;
    times.push(line.integer('a time that is not before the last', times.length > 0 ? times.data[times.length - 1] : 0));
    this.held.push(line.integer('a number of bytes'));
    this.resident.push(line.integer('a number of bytes', -1));
  }

  private tree(): void {
    const { line } = this;
    const [time, bytes, blocks, announced] = ['a time', 'a number of bytes', 'a number of blocks', 'a number of stacks'].map((expected) => line.integer(expected));
    this.trees.push({ time, bytes, blocks, announced, first: this.treeStack.length, count: 0 });
  }

  private part(): void {
    const { line } = this;
    const tree = this.trees.at(-1);
    if (!tree || tree.count === tree.announced) return line.error('a tree before what it holds');
    this.treeStack.push(line.integer('a stack that was defined before', 0, this.stackCut.length - 1));
    this.treeBytes.push(line.integer('a number of bytes'));
    this.treeBlocks.push(line.integer('a number of blocks'));
    tree.count++;
  }

  private func(): void {
    const { line } = this;
    const first = line.integer('a line number', 0, MAX_LINE);
    const value = line.json();
    const [name, file, lines] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof name !== 'string' || typeof file !== 'string' || !Array.isArray(lines)) return line.error('a function, its file and its lines', JSON.stringify(value));
    this.functions.push({ name, file, line: first, lines: lines.filter((each: unknown): each is number => Number.isInteger(each)) });
  }
}
