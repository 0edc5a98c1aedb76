import { IntColumn } from '../core/columns.ts';
import { decodeText } from './byteStrings.ts';

/** The strings of a profile by number, decoded when they are first asked for: most of a large profile are asked for once or never. */
export class PprofStrings {
  private readonly starts = new IntColumn();
  private readonly stops = new IntColumn();
  private readonly known: (string | undefined)[] = [];
  private largest = 0;
  private largestAt = 0;

  constructor(private readonly data: Uint8Array) {}

  get length(): number {
    return this.starts.length;
  }

  /** Adds the next string: `data[start..stop)`. */
  add(start: number, stop: number): void {
    this.starts.push(start);
    this.stops.push(stop);
  }

  /** '' for numbers that no string has. */
  text(index: number): string {
    if (index >= this.starts.length) return '';
    return this.known[index] ??= decodeText(this.data, this.starts.data[index], this.stops.data[index]);
  }

  /** Notes that byte `at` refers to a string, which may come later. */
  refer(index: number, at: number): void {
    if (index <= this.largest) return;
    this.largest = index;
    this.largestAt = at;
  }

  /** A reference to a string that is not there; undefined when all are. */
  get missing(): { readonly index: number; readonly at: number } | undefined {
    return this.largest > 0 && this.largest >= this.starts.length ? { index: this.largest, at: this.largestAt } : undefined;
  }
}
