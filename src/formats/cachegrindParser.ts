import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import { ByteStrings, decodeText } from './byteStrings.ts';
import { CallgrindCosts } from './callgrindCosts.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';

const SPACE = 32;
const HASH = 35;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const EQUALS = 61;
const MAX_LINE = 0x7fffffff;
/** Counts have 64 bits. */
const TOO_MUCH = 2 ** 64;

/**
 * Reads the lines of one cachegrind file into a builder. As in cg_annotate, a function is a name in the file of the last `fl=`: code that was inlined
 * from elsewhere makes functions of one name in several files. Costs before any `fn=` are those of the function `???`.
 */
export class CachegrindParser {
  command: string | undefined;
  /** `desc:` lines, as [label, value]. */
  readonly facts: (readonly [string, string])[] = [];
  /** Whether the `events:` line was there, and the `summary:` line. */
  started = false;
  summed = false;
  /** Set by the owner; gives errors their line number. */
  reader: LineReader | undefined;
  private readonly costs: CallgrindCosts;
  private readonly names = new ByteStrings();
  private readonly nameIndex: number[] = [];
  private file = -1;
  private functionFile = -1;
  private func = -1;
  /** Where the number that was parsed last ends. */
  private at = 0;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string) {
    this.costs = new CallgrindCosts(builder, name);
  }

  parse(bytes: Uint8Array, start: number, end: number): void {
    while (start < end && bytes[start] <= SPACE) start++;
    if (start === end || bytes[start] === HASH) return;
    const first = bytes[start];
    if (first === MINUS || (first >= ZERO && first <= ZERO + 9)) this.counts(bytes, start, end);
    else if (first === 0x66 && bytes[start + 2] === EQUALS && end - start > 2) this.position(bytes, start, end);
    else this.headerLine(decodeText(bytes, start, end));
  }

  /** How the counts differ from the file's own sum, for people; undefined when they agree. */
  finish(): string | undefined {
    return this.costs.endPart(true);
  }

  /** `fl=`, `fn=`, and `fi=` or `fe=`, which change the file and not the function. */
  private position(bytes: Uint8Array, start: number, end: number): void {
    const { builder } = this;
    const known = this.names.intern(bytes, start + 3, end);
    if (known === this.nameIndex.length) this.nameIndex.push(builder.strings.intern(this.names.text(known).trim() || '???'));
    const name = this.nameIndex[known];
    const kind = bytes[start + 1];
    if (kind === 0x6e) {
      this.func = builder.funcOf(name, this.functionFile, -1, 0, builder.strings.strings[name] === '???' ? FunctionKind.Unknown : FunctionKind.Native);
      this.file = this.functionFile;
      return;
    }
    if (kind !== 0x6c && kind !== 0x69 && kind !== 0x65) this.error('fl= or fn=', decodeText(bytes, start, end));
    this.file = builder.strings.strings[name] === '???' ? -1 : name;
    if (kind !== 0x6c) return;
    this.functionFile = this.file;
    this.func = -1;
  }

  private counts(bytes: Uint8Array, start: number, end: number): void {
    const { costs, builder } = this;
    if (costs.length === 0) this.error('an "events:" line before the first count', decodeText(bytes, start, end));
    // A line that was cut may look whole; the last of a whole file is the sum.
    if (this.reader?.torn) return;
    const line = this.number(bytes, start, end);
    if (!Number.isInteger(line) || line > MAX_LINE) this.error('a line number', decodeText(bytes, start, end));
    if (this.func < 0) this.func = builder.funcOf(builder.strings.intern('???'), this.functionFile, -1, 0, FunctionKind.Unknown);
    const row = builder.graphLine(this.func, this.file, Math.max(line, 0));
    let at = this.at;
    for (let column = 0; ; column++) {
      while (at < end && bytes[at] <= SPACE) at++;
      if (at === end) return;
      if (column === costs.length) this.error(`at most ${costs.length} counts`, decodeText(bytes, start, end));
      const count = this.number(bytes, at, end);
      at = this.at;
      if (count !== 0) costs.addSelf(row, column, count);
    }
  }

  /** The number at `start`: decimal, perhaps negative, or `.` for zero; `at` is behind it. */
  private number(bytes: Uint8Array, start: number, end: number): number {
    const negative = bytes[start] === MINUS;
    let at = negative ? start + 1 : start;
    const digits = at;
    let value = 0;
    let digit = at < end ? bytes[at] - ZERO : -1;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = ++at < end ? bytes[at] - ZERO : -1;
    }
    if (at === digits && !negative && bytes[at] === DOT) at++;
    else if (at === digits) this.error('a number', decodeText(bytes, start, end));
    if ((at < end && bytes[at] > SPACE) || value >= TOO_MUCH) this.error('a number', decodeText(bytes, start, end));
    if (value > Number.MAX_SAFE_INTEGER) this.costs.warnRounded();
    this.at = at;
    return negative ? -value : value;
  }

  private headerLine(line: string): void {
    const [, key, rest] = /^(desc|cmd|events|summary):(.*)$/s.exec(line) ?? [];
    const value = (rest ?? '').trim();
    const words = value === '' ? [] : value.split(/\s+/);
    if (key === 'desc') this.describe(value);
    else if (key === 'cmd') this.command ??= value;
    else if (key === 'events' && !this.started) {
      if (words.length === 0) this.error('names after "events:"');
      this.costs.setEvents(words, [], '');
      this.started = true;
    } else if (key === 'summary' && this.started) {
      this.costs.setSummary(words);
      this.summed = true;
    } else this.error(this.started ? 'fl=, fn=, a line with counts, or "summary:"' : '"desc:", "cmd:" or "events:"', line);
  }

  private describe(value: string): void {
    const colon = value.indexOf(':');
    const text = value.slice(colon + 1).trim();
    if (colon > 0 && text !== '' && this.facts.length < 50) this.facts.push([value.slice(0, colon).trim(), text]);
  }

  private error(expected: string, found?: string): never {
    throw new FormatError(this.name, `line ${this.reader?.lineNumber ?? 0}`, expected, found);
  }
}
