import { decodeText } from './byteStrings.ts';
import { Kind, type PstatsReferences } from './pstatsReferences.ts';

const code = (letter: string) => letter.charCodeAt(0);
const FLAG_REF = 0x80;
const SMALL_TUPLE = code(')');
const DICT = code('{');
const END = code('0');
const REF = code('r');
const INT = code('i');
const FLOAT = code('g');
const SHORT_ASCII = code('z');
const SHORT_ASCII_INTERNED = code('Z');
const ASCII = code('a');
const ASCII_INTERNED = code('A');
const UNICODE = code('u');

/** What a function is made from: file and name as string indexes, and its first line. */
export type FunctionOf = (file: number, line: number, name: number) => number;

/**
 * Reads the entries of a profile as Python 3's cProfile writes them, without a value for each tuple, dict and number in it. Whatever
 * is different is left where it is, for MarshalReader. See there for the encoding.
 */
export class PstatsEntries {
  /** The entry that was read last. */
  func = -1;
  primitive = 0;
  calls = 0;
  self = 0;
  total = 0;
  callerCount = 0;
  callers = new Int32Array(256);
  callerCalls = new Float64Array(256);
  callerTotals = new Float64Array(256);
  /** Behind the entry, function or text that was read last. */
  at = 0;
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly refs: PstatsReferences,
    private readonly internText: (text: string) => number,
    private readonly functionOf: FunctionOf,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads the entry at byte `start`; false when it is of another form, and then nothing has happened. */
  read(start: number): boolean {
    const numbered = this.refs.length;
    this.at = start;
    if (this.entry()) return true;
    this.refs.truncate(numbered);
    return false;
  }

  private entry(): boolean {
    const { bytes } = this;
    this.func = this.readFunction();
    if (this.func < 0 || bytes[this.at] !== SMALL_TUPLE || bytes[this.at + 1] !== 5) return false;
    this.at += 2;
    this.primitive = this.readNumber();
    this.calls = this.readNumber();
    this.self = this.readNumber();
    this.total = this.readNumber();
    // A number that is none makes the sum none.
    if (!Number.isFinite(this.primitive + this.calls + this.self + this.total) || bytes[this.at] !== DICT) return false;
    this.at++;
    let count = 0;
    while (bytes[this.at] !== END) {
      const caller = this.readFunction();
      if (caller < 0 || bytes[this.at] !== SMALL_TUPLE || bytes[this.at + 1] !== 4) return false;
      this.at += 2;
      const calls = this.readNumber();
      const others = this.readNumber() + this.readNumber();
      const total = this.readNumber();
      if (!Number.isFinite(calls + others + total)) return false;
      if (count === this.callers.length) this.grow();
      this.callers[count] = caller;
      this.callerCalls[count] = calls;
      this.callerTotals[count] = total;
      count++;
    }
    this.at++;
    this.callerCount = count;
    return true;
  }

  /** `(file, line, name)`; -1 when it is anything else. */
  private readFunction(): number {
    const { bytes, refs } = this;
    const type = bytes[this.at];
    if (type === REF) return this.reference(Kind.Function);
    if ((type & ~FLAG_REF) !== SMALL_TUPLE || bytes[this.at + 1] !== 3) return -1;
    this.at += 2;
    // A tuple is numbered before what is in it.
    const slot = type & FLAG_REF ? refs.add(Kind.Other, 0) : -1;
    const file = this.readText();
    if (file < 0) return -1;
    const line = this.readNumber();
    const name = this.readText();
    if (name < 0 || !Number.isInteger(line) || line < 0 || line > 0x7fffffff) return -1;
    const func = this.functionOf(file, line, name);
    if (slot >= 0) {
      refs.kinds.data[slot] = Kind.Function;
      refs.values.data[slot] = func;
    }
    return func;
  }

  /** String index of the text at the cursor; -1 when it is anything else. */
  private readText(): number {
    const flagged = this.bytes[this.at];
    if (flagged === REF) return this.reference(Kind.Text);
    const type = flagged & ~FLAG_REF;
    let start = this.at + 2;
    let length = this.bytes[this.at + 1];
    if (type === UNICODE || type === ASCII || type === ASCII_INTERNED) {
      if (this.at + 5 > this.bytes.length) return -1;
      start = this.at + 5;
      length = this.view.getInt32(this.at + 1, true);
    } else if (type !== SHORT_ASCII && type !== SHORT_ASCII_INTERNED) return -1;
    if (!(length >= 0 && start + length <= this.bytes.length)) return -1;
    this.at = start + length;
    const text = this.internText(decodeText(this.bytes, start, start + length));
    if (flagged & FLAG_REF) this.refs.add(Kind.Text, text);
    return text;
  }

  /** The number at the cursor, NaN when it is anything else. */
  private readNumber(): number {
    const { bytes, view, at } = this;
    const flagged = bytes[at];
    if (flagged === REF) return this.reference(Kind.Number, NaN);
    const type = flagged & ~FLAG_REF;
    let value: number;
    if (type === FLOAT && at + 9 <= bytes.length) {
      value = view.getFloat64(at + 1, true);
      this.at = at + 9;
    } else if (type === INT && at + 5 <= bytes.length) {
      value = view.getInt32(at + 1, true);
      this.at = at + 5;
    } else return NaN;
    if (flagged & FLAG_REF) this.refs.add(Kind.Number, value);
    return value;
  }

  /** What an earlier value of this kind stands for; `otherwise` when there is none. */
  private reference(kind: Kind, otherwise = -1): number {
    if (this.at + 5 > this.bytes.length) return otherwise;
    const index = this.view.getInt32(this.at + 1, true);
    const { kinds, values } = this.refs;
    if (!(index >= 0 && index < kinds.length) || kinds.data[index] !== kind) return otherwise;
    this.at += 5;
    return values.data[index];
  }

  private grow(): void {
    const size = this.callers.length * 2;
    const [callers, calls, totals] = [new Int32Array(size), new Float64Array(size), new Float64Array(size)];
    callers.set(this.callers);
    calls.set(this.callerCalls);
    totals.set(this.callerTotals);
    [this.callers, this.callerCalls, this.callerTotals] = [callers, calls, totals];
  }
}
