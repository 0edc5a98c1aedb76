import { decodeText } from './byteStrings.ts';

/** A value that Python's marshal module wrote. Tuples, lists and sets are arrays, dicts are maps, None is null. */
export type MarshalValue = null | boolean | number | bigint | string | MarshalValue[] | Map<MarshalValue, MarshalValue>;

/** Malformed marshal data, at a byte offset. `cut` tells that the data merely ended. */
export class MarshalError extends Error {
  constructor(readonly offset: number, readonly expected: string, readonly found: string | undefined, readonly cut: boolean) {
    super(`byte ${offset}: expected ${expected}`);
    this.name = 'MarshalError';
  }
}

/** The values that were numbered, in the order in which they began. */
export interface References {
  readonly length: number;
  get(index: number): MarshalValue;
  /** The number of the value. */
  push(value: MarshalValue): number;
  set(index: number, value: MarshalValue): void;
}

class ReferenceList implements References {
  private readonly values: MarshalValue[] = [];

  get length(): number {
    return this.values.length;
  }

  get(index: number): MarshalValue {
    return this.values[index];
  }

  push(value: MarshalValue): number {
    return this.values.push(value) - 1;
  }

  set(index: number, value: MarshalValue): void {
    this.values[index] = value;
  }
}

/** Profiles nest five deep; the limit keeps hostile data from overflowing the stack. */
const MAX_DEPTH = 64;
/** Bit of a type byte: the value is numbered, for later references. */
const FLAG_REF = 0x80;

const code = (letter: string) => letter.charCodeAt(0);
const TYPE = {
  null: code('0'), none: code('N'), false: code('F'), true: code('T'), stop: code('S'), ellipsis: code('.'),
  int: code('i'), int64: code('I'), textFloat: code('f'), float: code('g'), long: code('l'),
  bytes: code('s'), interned: code('t'), unicode: code('u'), ascii: code('a'), asciiInterned: code('A'),
  shortAscii: code('z'), shortAsciiInterned: code('Z'), ref: code('r'), stringRef: code('R'),
  tuple: code('('), smallTuple: code(')'), list: code('['), set: code('<'), frozenset: code('>'), dict: code('{'),
  textComplex: code('x'), complex: code('y'), code: code('c'), slice: code(':'),
} as const;

/**
 * Reads values as `marshal.dump` of CPython 2.7 to 3.14 writes them (versions 0 to 5). Source: CPython, Python/marshal.c,
 * r_object. Code objects (`python -m profile` names one) become text. Lengths are never trusted: memory stays proportional to
 * the input.
 */
export class MarshalReader {
  at = 0;
  /** Python 2 numbers its interned strings apart. */
  private readonly internedStrings = new ReferenceList();
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array, private readonly refs: References = new ReferenceList()) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Begins a dict at the cursor without reading its entries; then `more` and `read` go through its keys and values.
   * @throws MarshalError when something else stands there
   */
  beginDict(): void {
    const start = this.at;
    const type = this.byte();
    if ((type & ~FLAG_REF) !== TYPE.dict) this.fail(start, 'a dict', type);
    if (type & FLAG_REF) this.refs.push(new Map());
  }

  /** Whether a dict goes on with another key; steps over its end. */
  more(): boolean {
    if (this.peek() !== TYPE.null) return true;
    this.at++;
    return false;
  }

  /** The value at the cursor. @throws MarshalError */
  read(depth = 0): MarshalValue {
    const start = this.at;
    const flagged = this.byte();
    const type = flagged & ~FLAG_REF;
    if (depth > MAX_DEPTH) throw new MarshalError(start, `at most ${MAX_DEPTH} levels`, undefined, false);
    switch (type) {
      case TYPE.none:
      case TYPE.stop:
      case TYPE.ellipsis:
        return null;
      case TYPE.false:
        return false;
      case TYPE.true:
        return true;
      case TYPE.ref:
        return this.reference(this.refs, start);
      case TYPE.stringRef:
        return this.reference(this.internedStrings, start);
      case TYPE.smallTuple:
      case TYPE.tuple:
      case TYPE.list:
      case TYPE.set:
      case TYPE.frozenset:
        return this.items(type === TYPE.smallTuple ? this.byte() : this.length(), flagged, depth);
      case TYPE.dict:
        return this.dict(flagged, depth);
      case TYPE.slice:
        return this.items(3, flagged, depth);
      case TYPE.code:
        return this.code(flagged, depth);
      default: {
        const value = this.simple(type, start);
        if (flagged & FLAG_REF) this.refs.push(value);
        return value;
      }
    }
  }

  private simple(type: number, start: number): MarshalValue {
    switch (type) {
      case TYPE.int:
        return this.view.getInt32(this.take(4), true);
      case TYPE.int64:
        return small(this.view.getBigInt64(this.take(8), true));
      case TYPE.long:
        return this.long();
      case TYPE.float:
        return this.view.getFloat64(this.take(8), true);
      case TYPE.textFloat: {
        const value = Number(this.string(this.byte()));
        return Number.isNaN(value) ? this.fail(start, 'a number', type) : value;
      }
      case TYPE.complex:
        this.take(16);
        return null;
      case TYPE.textComplex:
        this.string(this.byte());
        this.string(this.byte());
        return null;
      case TYPE.shortAscii:
      case TYPE.shortAsciiInterned:
        return this.string(this.byte());
      case TYPE.bytes:
      case TYPE.unicode:
      case TYPE.ascii:
      case TYPE.asciiInterned:
        return this.string(this.length());
      case TYPE.interned: {
        const value = this.string(this.length());
        this.internedStrings.push(value);
        return value;
      }
      default:
        return this.fail(start, 'a value of a profile', type);
    }
  }

  private reference(table: References, start: number): MarshalValue {
    const index = this.view.getInt32(this.take(4), true);
    if (index < 0 || index >= table.length) throw new MarshalError(start, 'a reference to an earlier value', String(index), false);
    return table.get(index);
  }

  private items(count: number, flagged: number, depth: number): MarshalValue[] {
    const items: MarshalValue[] = [];
    // A container is numbered before what is in it.
    if (flagged & FLAG_REF) this.refs.push(items);
    for (let i = 0; i < count; i++) items.push(this.read(depth + 1));
    return items;
  }

  private dict(flagged: number, depth: number): Map<MarshalValue, MarshalValue> {
    const dict = new Map<MarshalValue, MarshalValue>();
    if (flagged & FLAG_REF) this.refs.push(dict);
    while (this.more()) {
      const key = this.read(depth + 1);
      dict.set(key, this.read(depth + 1));
    }
    return dict;
  }

  /**
   * A code object, as the text Python would show for it. The layout depends on the version, which the data does not name: 4
   * (2.x), 5 (3.0 to 3.7 and 3.11 on) or 6 (3.8 to 3.10) numbers come before the byte code, and from 3.11 on the fifth value
   * is a byte string instead of a tuple, and two more values follow.
   */
  private code(flagged: number, depth: number): string {
    const start = this.at;
    const slot = flagged & FLAG_REF ? this.refs.push(null) : -1;
    const numbers = [4, 5, 6].find((count) => (this.bytes[start + count * 4] & ~FLAG_REF) === TYPE.bytes);
    if (numbers === undefined) this.fail(start, 'a code object of Python 2.7 to 3.14', TYPE.code);
    this.take(numbers * 4);
    const values: MarshalValue[] = [];
    for (let i = 0; i < 5; i++) values.push(this.read(depth + 1));
    const recent = numbers === 5 && typeof values[4] === 'string';
    if (!recent) values.push(this.read(depth + 1));
    const file = this.read(depth + 1);
    const name = this.read(depth + 1);
    if (recent) this.read(depth + 1);
    const line = this.view.getInt32(this.take(4), true);
    for (let i = 0; i < (recent ? 2 : 1); i++) this.read(depth + 1);
    const shown = `<code object ${String(name)}, file "${String(file)}", line ${line}>`;
    if (slot >= 0) this.refs.set(slot, shown);
    return shown;
  }

  /** A Python 2 long or a Python 3 int beyond 32 bits: digits of 15 bits, the sign is the count's. */
  private long(): number | bigint {
    const start = this.at;
    const count = this.view.getInt32(this.take(4), true);
    const digits = Math.abs(count);
    // Nothing a profiler counts is longer; big integers beyond it would only cost time.
    if (digits > 100) throw new MarshalError(start, 'a number of at most 1500 bits', undefined, false);
    let value = 0n;
    const first = this.take(digits * 2);
    for (let i = digits - 1; i >= 0; i--) value = (value << 15n) | BigInt(this.view.getUint16(first + i * 2, true));
    return small(count < 0 ? -value : value);
  }

  private string(length: number): string {
    const start = this.take(length);
    return decodeText(this.bytes, start, start + length);
  }

  private length(): number {
    const start = this.at;
    const length = this.view.getInt32(this.take(4), true);
    if (length < 0) throw new MarshalError(start, 'a length', String(length), false);
    return length;
  }

  private peek(): number {
    if (this.at >= this.bytes.length) this.ends();
    return this.bytes[this.at];
  }

  private byte(): number {
    return this.bytes[this.take(1)];
  }

  private take(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length) this.ends();
    this.at = start + count;
    return start;
  }

  private ends(): never {
    throw new MarshalError(this.bytes.length, 'more data', undefined, true);
  }

  private fail(offset: number, expected: string, type: number): never {
    const letter = type & ~FLAG_REF;
    throw new MarshalError(offset, expected, letter > 32 && letter < 127 ? `type ${String.fromCharCode(letter)}` : `byte ${type}`, false);
  }
}

function small(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
