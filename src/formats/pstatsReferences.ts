import { FloatColumn, IntColumn } from '../core/columns.ts';
import type { MarshalValue, References } from './marshal.ts';

/** What a numbered value is; profiles number hardly anything but numbers, names and functions. */
export const enum Kind { Other, Number, Text, Function }

/**
 * The numbered values of a profile as flat columns, so that a hundred thousand of them are no objects: texts by string index,
 * functions by row.
 */
export class PstatsReferences implements References {
  readonly kinds = new IntColumn();
  readonly values = new FloatColumn();
  private readonly others = new Map<number, MarshalValue>();

  constructor(
    private readonly strings: readonly string[],
    /** The key tuple of a function. */
    private readonly keyOf: (func: number) => MarshalValue,
  ) {}

  get length(): number {
    return this.kinds.length;
  }

  get(index: number): MarshalValue {
    const value = this.values.data[index];
    switch (this.kinds.data[index]) {
      case Kind.Number:
        return value;
      case Kind.Text:
        return this.strings[value];
      case Kind.Function:
        return this.keyOf(value);
      default:
        return this.others.get(index) ?? null;
    }
  }

  push(value: MarshalValue): number {
    if (typeof value === 'number') return this.add(Kind.Number, value);
    const index = this.add(Kind.Other, 0);
    this.others.set(index, value);
    return index;
  }

  set(index: number, value: MarshalValue): void {
    this.kinds.data[index] = Kind.Other;
    this.others.set(index, value);
  }

  add(kind: Kind, value: number): number {
    this.values.push(value);
    return this.kinds.push(kind);
  }

  /** Forgets all from `length` on: what was read as something that it is not will be read again. */
  truncate(length: number): void {
    for (let index = length; this.others.size > 0 && index < this.kinds.length; index++) this.others.delete(index);
    this.kinds.length = this.values.length = length;
  }
}
