/**
 * Growable typed arrays: the columns of the profile's tables. Plain arrays of numbers would box doubles and hold
 * eight bytes for every index; these stay flat, and `finish()` hands out an exact-length copy.
 */

/** A column of 32-bit integers that grows by doubling. */
export class IntColumn {
  data: Int32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.data = new Int32Array(capacity);
  }

  /** Appends `value` and returns its row. */
  push(value: number): number {
    if (this.length === this.data.length) {
      const grown = new Int32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length] = value;
    return this.length++;
  }

  /** Appends all values. */
  append(values: Int32Array): void {
    const needed = this.length + values.length;
    if (needed > this.data.length) {
      const grown = new Int32Array(Math.max(needed, this.data.length * 2));
      grown.set(this.data.subarray(0, this.length));
      this.data = grown;
    }
    this.data.set(values, this.length);
    this.length = needed;
  }

  /** An exact-length copy; the column stays usable. */
  finish(): Int32Array {
    return this.data.slice(0, this.length);
  }
}

/** A column of doubles that grows by doubling. */
export class FloatColumn {
  data: Float64Array;
  length = 0;

  constructor(capacity = 1024) {
    this.data = new Float64Array(capacity);
  }

  /** Appends `value` and returns its row. */
  push(value: number): number {
    if (this.length === this.data.length) {
      const grown = new Float64Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data[this.length] = value;
    return this.length++;
  }

  /** Adds `value` to `row`, growing with zeros up to it. */
  add(row: number, value: number): void {
    if (this.length <= row) this.pad(row + 1);
    this.data[row] += value;
  }

  /** Grows with zeros up to `length` rows, when there are fewer. */
  pad(length: number): void {
    if (length <= this.length) return;
    this.reserve(length);
    // Rows behind the length were never written, so they are zero.
    this.length = length;
  }

  /** Appends all values. */
  append(values: Float64Array): void {
    this.reserve(this.length + values.length);
    this.data.set(values, this.length);
    this.length += values.length;
  }

  private reserve(length: number): void {
    if (length <= this.data.length) return;
    const grown = new Float64Array(Math.max(length, this.data.length < 1 << 20 ? this.data.length * 2 : Math.ceil(this.data.length * 1.5)));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }

  /** An exact-length copy, padded with zeros up to `length` when given. */
  finish(length = this.length): Float64Array {
    const result = new Float64Array(length);
    result.set(this.data.subarray(0, Math.min(length, this.length)));
    return result;
  }
}

/** Interns strings: each distinct string has one index, in order of first use. */
export class StringTable {
  readonly strings: string[] = [];
  private readonly indexes = new Map<string, number>();

  intern(text: string): number {
    let index = this.indexes.get(text);
    if (index === undefined) {
      index = this.strings.length;
      this.strings.push(text);
      this.indexes.set(text, index);
    }
    return index;
  }
}

/**
 * Interns tuples of integers: each distinct tuple has one row, in order of first use. An open-addressing hash table over
 * the stored columns themselves, so a row costs its integers and about eight bytes of table.
 */
export class TupleTable {
  readonly columns: IntColumn[];
  private slots = new Int32Array(2048).fill(-1);
  private readonly scratch: number[];

  constructor(width: number) {
    this.columns = Array.from({ length: width }, () => new IntColumn());
    this.scratch = new Array<number>(width).fill(0);
  }

  get length(): number {
    return this.columns[0].length;
  }

  /** The row of this tuple; `added` tells whether it is new. */
  intern(...tuple: number[]): number {
    const width = this.columns.length;
    const mask = this.slots.length - 1;
    let slot = hashTuple(tuple, width) & mask;
    for (let row = this.slots[slot]; row !== -1; row = this.slots[slot]) {
      let same = true;
      for (let i = 0; i < width; i++) {
        if (this.columns[i].data[row] !== tuple[i]) {
          same = false;
          break;
        }
      }
      if (same) return row;
      slot = (slot + 1) & mask;
    }
    const row = this.length;
    for (let i = 0; i < width; i++) this.columns[i].push(tuple[i]);
    this.slots[slot] = row;
    if (this.length * 2 > this.slots.length) this.rehash();
    return row;
  }

  /** As `intern`, for tables of two columns: stacks are interned millions of times, and this makes no array. */
  internPair(first: number, second: number): number {
    const firsts = this.columns[0].data;
    const seconds = this.columns[1].data;
    const mask = this.slots.length - 1;
    let slot = mix(mix(0x811c9dc5, first), second);
    slot = ((slot ^ (slot >>> 13)) >>> 0) & mask;
    for (let row = this.slots[slot]; row !== -1; row = this.slots[slot]) {
      if (firsts[row] === first && seconds[row] === second) return row;
      slot = (slot + 1) & mask;
    }
    const row = this.columns[0].push(first);
    this.columns[1].push(second);
    this.slots[slot] = row;
    if (this.length * 2 > this.slots.length) this.rehash();
    return row;
  }

  private rehash(): void {
    const width = this.columns.length;
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let row = 0; row < this.length; row++) {
      for (let i = 0; i < width; i++) this.scratch[i] = this.columns[i].data[row];
      let slot = hashTuple(this.scratch, width) & mask;
      while (this.slots[slot] !== -1) slot = (slot + 1) & mask;
      this.slots[slot] = row;
    }
  }
}

function hashTuple(tuple: readonly number[], width: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < width; i++) hash = mix(hash, tuple[i]);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x01000193);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
}
