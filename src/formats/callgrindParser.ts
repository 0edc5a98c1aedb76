import type { ProfileBuilder } from '../core/builder.ts';
import { decodeText, startsWith } from './byteStrings.ts';
import { CallgrindCosts } from './callgrindCosts.ts';
import { CallgrindHeader } from './callgrindHeader.ts';
import { CallgrindNames } from './callgrindNames.ts';
import { CallgrindRuns } from './callgrindRuns.ts';
import { CallgrindState, Next, NOT_GIVEN, ODD_NUMBER_BYTES, POSITION_BYTES } from './callgrindState.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';

const SPACE = 32;
const HASH = 35;
const STAR = 42;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const MAX_LINE = 0x7fffffff;
/** Counts have 64 bits. */
const TOO_MUCH = 2 ** 64;

/**
 * Reads the lines of one callgrind file into a builder. Sources: valgrind's callgrind/dump.c (what is written) and
 * docs/cl-format.xml, KCachegrind's libcore/cachegrindloader.cpp (how it is understood).
 *
 * Relative positions: callgrind counts them from the last line of *self* cost, so the lines after `calls=` and `jump=` do
 * not move the base (dump.c: only fprint_fcost copies the position). The text of the specification says "the last cost
 * line", and KCachegrind moves with every line; for files of other writers this reader does the same.
 */
export class CallgrindParser {
  readonly header: CallgrindHeader;
  private readonly costs: CallgrindCosts;
  private readonly names: CallgrindNames;
  private readonly state = new CallgrindState();
  /** Where the number or position that was parsed last ends. */
  private at = 0;
  private bad = false;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string) {
    this.costs = new CallgrindCosts(builder, name);
    this.header = new CallgrindHeader(this.costs, builder, (expected, found) => this.error(expected, found));
    this.names = new CallgrindNames(builder, (expected, found) => this.error(expected, found));
  }

  private reader: LineReader | undefined;

  /** Makes this the parser of the reader's lines; errors take their line number from it. */
  attach(reader: LineReader): void {
    this.reader = reader;
    reader.taker = new CallgrindRuns(this.builder, this.state, this.header, this.costs, this.names);
  }

  /** True when a `calls=` still waits for its cost line. */
  get unfinished(): boolean {
    return this.state.next === Next.Call;
  }

  parse(bytes: Uint8Array, start: number, end: number): void {
    while (start < end && bytes[start] <= SPACE) start++;
    if (start === end) return;
    const first = bytes[start];
    if (first <= NINE) {
      if (first !== HASH) this.costLine(bytes, start, end);
      return;
    }
    const equals = this.keyEnd(bytes, start, end);
    if (equals > 0 && this.position(bytes, start, equals, end)) return;
    const parts = this.header.parts;
    if (this.header.parse(decodeText(bytes, start, end))) {
      if (this.header.parts > parts) this.state.reset();
      return;
    }
    this.error('a position, a cost line or a header line', decodeText(bytes, start, end));
  }

  private error(expected: string, found?: string): never {
    throw new FormatError(this.name, `line ${this.reader?.lineNumber ?? 0}`, expected, found);
  }

  /** Offset of the `=` after a key of lower-case letters; -1 when the line is no `key=value`. */
  private keyEnd(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] >= 97 && bytes[at] <= 122) at++;
    return at < end && bytes[at] === 61 && at - start <= 6 ? at : -1;
  }

  /** Handles `fn=`, `calls=` and the like; false when the key is none of them. */
  private position(bytes: Uint8Array, start: number, equals: number, end: number): boolean {
    if (this.state.next === Next.Call) this.error('the cost line of the call', decodeText(bytes, start, end));
    const value = equals + 1;
    const length = equals - start;
    const c0 = bytes[start];
    if (length === 2) {
      const c1 = bytes[start + 1];
      if (c0 === 102 && c1 === 110) { // fn
        this.state.file = this.state.functionFile;
        this.state.func = this.names.func(bytes, value, end, this.state.file, this.state.object, this.header.kind);
        return true;
      }
      if (c0 === 102 && (c1 === 108 || c1 === 105 || c1 === 101)) { // fl, fi, fe
        this.state.file = this.names.file(bytes, value, end);
        if (c1 === 108) this.state.functionFile = this.state.file;
        return true;
      }
      if (c0 === 111 && c1 === 98) { // ob
        this.state.object = this.names.object(bytes, value, end);
        return true;
      }
      // With hidden options: basic blocks and line markers. Their lines carry no cost.
      return startsWith(bytes, start, equals, 'bb') || startsWith(bytes, start, equals, 'ln') || startsWith(bytes, start, equals, 'mp');
    }
    if (length === 3) {
      const c1 = bytes[start + 1];
      const c2 = bytes[start + 2];
      if (c0 === 99) { // c
        if (c1 === 102 && c2 === 110) { // cfn
          this.state.calledFunc = this.names.func(bytes, value, end, given(this.state.calledFile, this.state.file), given(this.state.calledObject, this.state.object), this.header.kind);
          return true;
        }
        if (c1 === 102 && (c2 === 105 || c2 === 108)) { // cfi, cfl
          this.state.calledFile = this.names.file(bytes, value, end);
          return true;
        }
        if (c1 === 111 && c2 === 98) { // cob
          this.state.calledObject = this.names.object(bytes, value, end);
          return true;
        }
      } else if (startsWith(bytes, start, equals, 'jfi')) {
        this.state.jumpFile = this.names.file(bytes, value, end);
        return true;
      } else if (startsWith(bytes, start, equals, 'jfn')) {
        this.names.func(bytes, value, end, given(this.state.jumpFile, this.state.file), this.state.object, this.header.kind);
        return true;
      }
      return startsWith(bytes, start, equals, 'rec');
    }
    if (startsWith(bytes, start, equals, 'calls') || startsWith(bytes, start, equals, 'rcalls')) {
      this.callLine(bytes, value, end);
      return true;
    }
    if (startsWith(bytes, start, equals, 'jump') || startsWith(bytes, start, equals, 'jcnd')) {
      this.jumpLine(bytes, value, end);
      return true;
    }
    if (startsWith(bytes, start, equals, 'frfn')) {
      this.names.func(bytes, value, end, this.state.file, this.state.object, this.header.kind);
      return true;
    }
    return false;
  }

  private callLine(bytes: Uint8Array, start: number, end: number): void {
    if (this.state.calledFunc < 0) this.error('cfn= before calls=');
    this.state.calls = this.number(bytes, start, end);
    if (this.bad) this.error('a number of calls', decodeText(bytes, start, end));
    // The target position is left out by some writers; its line is where the called function starts.
    if (this.skipSpace(bytes, this.at, end) < end) {
      const target = this.positions(bytes, this.at, end);
      if (target > 0) this.builder.functionStart(this.state.calledFunc, target);
    }
    this.state.next = Next.Call;
  }

  /** `jump=N target` and `jcnd=followed/executed target`: only checked, the model has no jumps. */
  private jumpLine(bytes: Uint8Array, start: number, end: number): void {
    this.number(bytes, start, end);
    if (!this.bad && this.at < end && bytes[this.at] === 47) this.number(bytes, this.at + 1, end);
    if (this.bad) this.error('a number of jumps', decodeText(bytes, start, end));
    this.positions(bytes, this.at, end);
    this.state.jumpFile = NOT_GIVEN;
    this.state.next = Next.Jump;
  }

  private costLine(bytes: Uint8Array, start: number, end: number): void {
    const { costs, state } = this;
    if (costs.length === 0) this.error('an "events:" line before the first cost', decodeText(bytes, start, end));
    if (this.state.func < 0) this.state.func = this.names.unknownFunction(this.state.file, this.state.object);
    const line = this.positions(bytes, start, end);
    const kind = this.state.next;
    if (kind === Next.Self || this.header.callsMovePosition) this.state.line = line;
    this.state.next = Next.Self;
    if (kind === Next.Jump) return;
    let row: number;
    if (kind === Next.Call) {
      row = this.builder.edge(state.func, state.calledFunc, state.file, line, state.calls);
      state.calledFile = state.calledObject = NOT_GIVEN;
    } else {
      row = this.builder.graphLine(state.func, state.file, line);
    }
    let at = this.skipSpace(bytes, this.at, end);
    for (let event = 0; at < end; event++) {
      if (event === costs.length) this.error(`at most ${costs.length} costs`, decodeText(bytes, start, end));
      const first = at;
      let value = 0;
      let digit = bytes[at] - ZERO;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = ++at < end ? bytes[at] - ZERO : -1;
      }
      if (at === first || (at < end && bytes[at] > SPACE) || value > Number.MAX_SAFE_INTEGER) {
        value = this.number(bytes, first, end);
        at = this.at;
        if (this.bad || (at < end && bytes[at] > SPACE)) this.error('a number', decodeText(bytes, first, end));
      }
      while (at < end && bytes[at] <= SPACE) at++;
      if (value === 0) continue;
      if (kind === Next.Self) costs.addSelf(row, event, value);
      else costs.addCall(row, event, value);
    }
  }

  /** Parses the positions in front of a cost and gives the line; `at` is behind them. */
  private positions(bytes: Uint8Array, start: number, end: number): number {
    const { lineColumn, positionCount } = this.header;
    let line = 0;
    let at = start;
    for (let column = 0; column < positionCount; column++) {
      at = this.skipSpace(bytes, at, end);
      if (at === end) this.error(`${positionCount} position${positionCount > 1 ? 's' : ''}`, decodeText(bytes, start, end));
      if (column === lineColumn) {
        const first = bytes[at];
        if (first === STAR) {
          line = this.state.line;
          at++;
        } else {
          const relative = first === PLUS || first === MINUS;
          const digits = relative ? at + 1 : at;
          at = digits;
          let value = 0;
          let digit = at < end ? bytes[at] - ZERO : -1;
          while (digit >= 0 && digit <= 9) {
            value = value * 10 + digit;
            digit = ++at < end ? bytes[at] - ZERO : -1;
          }
          if (at === digits || (at < end && bytes[at] >= 65)) {
            value = this.number(bytes, digits, end);
            if (this.bad) this.error('a line number', decodeText(bytes, start, end));
            at = this.at;
          }
          line = !relative ? value : first === PLUS ? this.state.line + value : this.state.line - value;
          if (!(line >= 0 && line <= MAX_LINE)) this.error('a line number', decodeText(bytes, start, end));
        }
        // A range of lines counts for its first line.
        if (at < end && bytes[at] > SPACE) at = this.skipWord(bytes, at, end);
      } else {
        at = this.skipWord(bytes, at, end);
      }
    }
    this.at = at;
    return line;
  }

  /** Skips an address, or what follows the first line of a range. */
  private skipWord(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    for (; at < end && bytes[at] > SPACE; at++) if (POSITION_BYTES[bytes[at]] === 0) this.error('a position', decodeText(bytes, start, end));
    return at;
  }

  private skipSpace(bytes: Uint8Array, at: number, end: number): number {
    while (at < end && bytes[at] <= SPACE) at++;
    return at;
  }

  /**
   * The number at `start`: decimal, 0x hexadecimal, negative (files of differences), a fraction, or `.` for zero. Sets `at`
   * behind it, and `bad` when there is none.
   */
  private number(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && bytes[at] <= SPACE) at++;
    const first = at;
    let value = 0;
    while (at < end) {
      const digit = bytes[at] - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    this.at = at;
    this.bad = at === first;
    const stop = at < end ? bytes[at] : SPACE;
    // A letter or a dot goes on with the number, a sign may start it.
    if (stop > SPACE && (at === first || stop >= 65 || stop === DOT)) return this.oddNumber(bytes, first, end);
    if (value > Number.MAX_SAFE_INTEGER) {
      this.bad = value >= TOO_MUCH;
      this.costs.warnRounded();
    }
    return value;
  }

  private oddNumber(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && at - start < 40 && ODD_NUMBER_BYTES[bytes[at]] === 1) at++;
    const text = decodeText(bytes, start, at);
    this.at = at;
    this.bad = false;
    if (text === '.') return 0;
    const value = /^(?:0x[0-9a-f]+|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.test(text) ? Number(text) : NaN;
    this.bad = !(Math.abs(value) < TOO_MUCH);
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) this.costs.warnRounded();
    return value;
  }
}

function given(index: number, otherwise: number): number {
  return index === NOT_GIVEN ? otherwise : index;
}
