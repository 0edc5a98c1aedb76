import type { ProfileBuilder } from '../core/builder.ts';
import type { CallgrindCosts } from './callgrindCosts.ts';
import type { CallgrindHeader } from './callgrindHeader.ts';
import type { CallgrindNames } from './callgrindNames.ts';
import { NOT_GIVEN, Next, POSITION_BYTES, type CallgrindState } from './callgrindState.ts';
import type { LineTaker } from './lineReader.ts';

const NEWLINE = 10;
const SPACE = 32;
const OPEN = 40;
const CLOSE = 41;
const STAR = 42;
const PLUS = 43;
const MINUS = 45;
const SLASH = 47;
const ZERO = 48;
const NINE = 57;
const EQUALS = 61;
const MAX_LINE = 0x7fffffff;
/** Longer numbers may not fit a double, or an id an index; they are rare, and left to CallgrindParser. */
const COST_DIGITS = 15;
const LINE_DIGITS = 9;

/** What a line came to: it was taken, or it is left as it was found. */
const LEFT = -1;

/**
 * The lines that callgrind files consist of almost wholly, in the form in which valgrind writes them: costs, calls, jumps, and names that stand
 * there by number alone. They are read without finding their ends first. Every other line, a malformed one too, is left to
 * CallgrindParser, which gives the same result for these as well, and the state is the same between any two lines.
 */
export class CallgrindRuns implements LineTaker {
  taken = 0;
  /** The bytes that `take` saw last, and where their last newline is. */
  private bytes: Uint8Array | undefined;
  private last = -1;
  private from = 0;
  private readonly values = new Float64Array(64);
  /** The line that `position` read. */
  private line = 0;
  /** The number that `id` read. */
  private id = 0;
  constructor(
    private readonly builder: ProfileBuilder,
    private readonly state: CallgrindState,
    private readonly header: CallgrindHeader,
    private readonly costs: CallgrindCosts,
    private readonly names: CallgrindNames,
  ) {}

  take(bytes: Uint8Array, start: number, end: number): number {
    this.taken = 0;
    const { positionCount, lineColumn } = this.header;
    if (this.costs.length === 0 || this.costs.length > this.values.length || positionCount > 2 || lineColumn !== positionCount - 1) return start;
    const withAddress = positionCount === 2;
    // In one chunk each call begins behind the one before; else the same array holds other bytes.
    if (bytes !== this.bytes || start <= this.from) {
      this.bytes = bytes;
      this.last = bytes.lastIndexOf(NEWLINE, end - 1);
    }
    this.from = start;
    // Behind this newline no line is whole, and before it none runs over the end.
    const { last } = this;
    const { state } = this;
    let at = start;
    while (at <= last) {
      const first = bytes[at];
      let next: number;
      if (first === NEWLINE) next = at + 1;
      else if (first <= NINE) {
        if (state.func < 0) break;
        if (state.next === Next.Self) {
          next = this.selfCosts(bytes, at, last, withAddress);
          if (next === at) break;
          at = next;
          continue;
        }
        next = this.callCost(bytes, at, withAddress);
      } else if (state.next === Next.Call) break;
      else if (first === 0x63) next = this.called(bytes, at, withAddress);
      else if (first === 0x6a) next = this.jump(bytes, at, withAddress);
      else next = this.name(bytes, at);
      if (next === LEFT) break;
      at = next;
      this.taken++;
    }
    return at;
  }

  /** Takes lines of self cost, which come many in a row; the offset of the first line that is something else. */
  private selfCosts(bytes: Uint8Array, start: number, last: number, withAddress: boolean): number {
    const { state, costs, values, builder } = this;
    const { func, file } = state;
    const most = costs.length;
    let { line } = state;
    let row = -1;
    let lineStart = start;
    let taken = 0;
    /** Cost of `row` in the first column that is still to be added. */
    let pending = 0;
    while (lineStart <= last) {
      let at = lineStart;
      if (withAddress) {
        while (POSITION_BYTES[bytes[at]] === 1) at++;
        if (at === lineStart || bytes[at] !== SPACE) break;
        at++;
      }
      const sign = bytes[at];
      let next = line;
      if (sign === STAR) at++;
      else {
        const relative = sign === PLUS || sign === MINUS;
        if (relative) at++;
        const digits = at;
        let value = 0;
        let digit = bytes[at] - ZERO;
        while (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          digit = bytes[++at] - ZERO;
        }
        if (at === digits || at - digits > LINE_DIGITS) break;
        next = !relative ? value : sign === PLUS ? line + value : line - value;
        if (next < 0 || next > MAX_LINE) break;
      }
      let count = 0;
      let cost = 0;
      while (bytes[at] === SPACE && count < most) {
        const digits = ++at;
        cost = 0;
        let digit = bytes[at] - ZERO;
        while (digit >= 0 && digit <= 9) {
          cost = cost * 10 + digit;
          digit = bytes[++at] - ZERO;
        }
        if (at === digits || at - digits > COST_DIGITS) {
          // What stands here ends no line, so the line is left.
          at = digits;
          break;
        }
        values[count++] = cost;
      }
      if (bytes[at] !== NEWLINE || bytes[at - 1] === SPACE) break;
      if (row < 0 || next !== line) {
        if (pending !== 0) costs.addSelf(row, 0, pending);
        pending = 0;
        row = builder.graphLine(func, file, next);
        line = next;
      }
      if (count > 0) pending += values[0];
      for (let column = 1; column < count; column++) if (values[column] !== 0) costs.addSelf(row, column, values[column]);
      taken++;
      lineStart = at + 1;
    }
    if (pending !== 0) costs.addSelf(row, 0, pending);
    state.line = line;
    this.taken += taken;
    return lineStart;
  }

  /** The cost line of a call, or the position of a jump. */
  private callCost(bytes: Uint8Array, start: number, withAddress: boolean): number {
    const { state, costs, values } = this;
    let at = this.position(bytes, start, withAddress);
    if (at === LEFT) return LEFT;
    let count = 0;
    while (bytes[at] === SPACE && count < costs.length) {
      const digits = ++at;
      let value = 0;
      let digit = bytes[at] - ZERO;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = bytes[++at] - ZERO;
      }
      if (at === digits || at - digits > COST_DIGITS) return LEFT;
      values[count++] = value;
    }
    if (bytes[at] !== NEWLINE) return LEFT;
    if (state.next === Next.Call) {
      const edge = this.builder.edge(state.func, state.calledFunc, state.file, this.line, state.calls);
      for (let column = 0; column < count; column++) if (values[column] !== 0) costs.addCall(edge, column, values[column]);
      state.calledFile = state.calledObject = NOT_GIVEN;
    }
    if (this.header.callsMovePosition) state.line = this.line;
    state.next = Next.Self;
    return at + 1;
  }

  /** `cfn=(1)`, `cfi=(1)`, `cfl=(1)`, `cob=(1)` and `calls=1 +2`. */
  private called(bytes: Uint8Array, start: number, withAddress: boolean): number {
    const { state, names } = this;
    const second = bytes[start + 1];
    const third = bytes[start + 2];
    if (bytes[start + 3] === EQUALS) {
      const next = this.idAt(bytes, start + 4);
      if (next === LEFT) return LEFT;
      if (second === 0x66 && third === 0x6e) {
        const func = names.knownFunction(this.id);
        if (func < 0) return LEFT;
        state.calledFunc = func;
        return next;
      }
      if (second === 0x66 && (third === 0x69 || third === 0x6c)) {
        const file = names.knownFile(this.id);
        if (file === NOT_GIVEN) return LEFT;
        state.calledFile = file;
        return next;
      }
      if (second !== 0x6f || third !== 0x62) return LEFT;
      const object = names.knownObject(this.id);
      if (object === NOT_GIVEN) return LEFT;
      state.calledObject = object;
      return next;
    }
    if (second !== 0x61 || third !== 0x6c || bytes[start + 3] !== 0x6c || bytes[start + 4] !== 0x73 || bytes[start + 5] !== EQUALS || state.calledFunc < 0) return LEFT;
    let at = start + 6;
    let calls = 0;
    let digit = bytes[at] - ZERO;
    while (digit >= 0 && digit <= 9) {
      calls = calls * 10 + digit;
      digit = bytes[++at] - ZERO;
    }
    if (at === start + 6 || at - start > 6 + COST_DIGITS || bytes[at] !== SPACE) return LEFT;
    at = this.position(bytes, at + 1, withAddress);
    // Valgrind puts a space behind the target.
    if (at !== LEFT && bytes[at] === SPACE) at++;
    if (at === LEFT || bytes[at] !== NEWLINE) return LEFT;
    if (this.line > 0) this.builder.functionStart(state.calledFunc, this.line);
    state.calls = calls;
    state.next = Next.Call;
    return at + 1;
  }

  /** `jump=1 +2` and `jcnd=1/2 +3`. */
  private jump(bytes: Uint8Array, start: number, withAddress: boolean): number {
    const conditional = bytes[start + 1] === 0x63;
    if (conditional ? bytes[start + 2] !== 0x6e || bytes[start + 3] !== 0x64 : bytes[start + 1] !== 0x75 || bytes[start + 2] !== 0x6d || bytes[start + 3] !== 0x70) return LEFT;
    if (bytes[start + 4] !== EQUALS) return LEFT;
    let at = this.digits(bytes, start + 5);
    if (at !== LEFT && bytes[at] === SLASH) at = this.digits(bytes, at + 1);
    if (at === LEFT || bytes[at] !== SPACE) return LEFT;
    at = this.position(bytes, at + 1, withAddress);
    if (at !== LEFT && bytes[at] === SPACE) at++;
    if (at === LEFT || bytes[at] !== NEWLINE) return LEFT;
    this.state.jumpFile = NOT_GIVEN;
    this.state.next = Next.Jump;
    return at + 1;
  }

  /** `fn=(1)`, `fl=(1)`, `fi=(1)`, `fe=(1)` and `ob=(1)`. */
  private name(bytes: Uint8Array, start: number): number {
    const { state, names } = this;
    const first = bytes[start];
    const second = bytes[start + 1];
    if (bytes[start + 2] !== EQUALS) return LEFT;
    const next = this.idAt(bytes, start + 3);
    if (next === LEFT) return LEFT;
    if (first === 0x66) {
      if (second === 0x6e) {
        const func = names.knownFunction(this.id);
        if (func < 0) return LEFT;
        state.file = state.functionFile;
        state.func = func;
        return next;
      }
      const file = names.knownFile(this.id);
      if (file === NOT_GIVEN || (second !== 0x6c && second !== 0x69 && second !== 0x65)) return LEFT;
      state.file = file;
      if (second === 0x6c) state.functionFile = file;
      return next;
    }
    const object = names.knownObject(this.id);
    if (object === NOT_GIVEN || first !== 0x6f || second !== 0x62) return LEFT;
    state.object = object;
    return next;
  }

  /** Reads `(12)` and the newline into `id`. */
  private idAt(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== OPEN) return LEFT;
    let at = start + 1;
    let id = 0;
    let digit = bytes[at] - ZERO;
    while (digit >= 0 && digit <= 9) {
      id = id * 10 + digit;
      digit = bytes[++at] - ZERO;
    }
    if (at === start + 1 || at - start > LINE_DIGITS || bytes[at] !== CLOSE || bytes[at + 1] !== NEWLINE) return LEFT;
    this.id = id;
    return at + 2;
  }

  private digits(bytes: Uint8Array, start: number): number {
    let at = start;
    while (bytes[at] >= ZERO && bytes[at] <= NINE) at++;
    return at === start || at - start > COST_DIGITS ? LEFT : at;
  }

  /** Reads the line, and skips the address in front of it; the offset behind. */
  private position(bytes: Uint8Array, start: number, withAddress: boolean): number {
    let at = start;
    if (withAddress) {
      while (POSITION_BYTES[bytes[at]] === 1) at++;
      if (at === start || bytes[at] !== SPACE) return LEFT;
      at++;
    }
    const sign = bytes[at];
    if (sign === STAR) {
      this.line = this.state.line;
      return at + 1;
    }
    const relative = sign === PLUS || sign === MINUS;
    if (relative) at++;
    const digits = at;
    let value = 0;
    let digit = bytes[at] - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++at] - ZERO;
    }
    if (at === digits || at - digits > LINE_DIGITS) return LEFT;
    if (relative) value = sign === PLUS ? this.state.line + value : this.state.line - value;
    if (value < 0 || value > MAX_LINE) return LEFT;
    this.line = value;
    return at;
  }
}
