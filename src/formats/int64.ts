/** A 64-bit number as two halves of 32 bits, both signed: a double does not hold every one, and a BigInt for each would be slow. */
export interface Int64 {
  readonly high: number;
  readonly low: number;
}

export const ZERO: Int64 = { high: 0, low: 0 };

/** Below, at or above 0 as `a` is below, equal to or above `b`, both unsigned. */
export function compareUnsigned(a: Int64, b: Int64): number {
  return (a.high >>> 0) - (b.high >>> 0) || (a.low >>> 0) - (b.low >>> 0);
}

/** a - b as unsigned numbers; exact while the result is below 2^53. */
export function difference(a: Int64, b: Int64): number {
  return ((a.high >>> 0) - (b.high >>> 0)) * 0x100000000 + ((a.low >>> 0) - (b.low >>> 0));
}

/** A signed 64-bit number of two halves in decimal digits, exactly. */
export function decimal(high: number, low: number): string {
  const value = high * 0x100000000 + (low >>> 0);
  return Number.isSafeInteger(value) ? String(value) : String((BigInt(high) << 32n) | BigInt(low >>> 0));
}

/** Rows by 64-bit id. Ids are any numbers, but writers count them from 1: those are looked up in a plain array. */
export class IdTable {
  length = 0;
  private dense = new Int32Array(1024).fill(-1);
  private readonly sparse = new Map<number | string, number>();

  /** Gives the next row to an id; false when it has one already. */
  add(high: number, low: number): boolean {
    if (this.row(high, low) >= 0) return false;
    const row = this.length++;
    if (high === 0 && low >= 0 && low < row * 4 + 1024) {
      if (low >= this.dense.length) {
        const grown = new Int32Array(Math.max(low + 1, this.dense.length * 2)).fill(-1);
        grown.set(this.dense);
        this.dense = grown;
      }
      this.dense[low] = row;
    } else {
      this.sparse.set(keyOf(high, low), row);
    }
    return true;
  }

  /** The row of an id; -1 when there is none. */
  row(high: number, low: number): number {
    if (high === 0 && low >= 0 && low < this.dense.length && this.dense[low] >= 0) return this.dense[low];
    return this.sparse.size === 0 ? -1 : this.sparse.get(keyOf(high, low)) ?? -1;
  }
}

/** A number where a double holds the id exactly, else a text. */
function keyOf(high: number, low: number): number | string {
  return high >= 0 && high < 0x200000 ? high * 0x100000000 + (low >>> 0) : `${high}:${low}`;
}
