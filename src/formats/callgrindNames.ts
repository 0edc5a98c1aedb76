import { ByteStrings, decodeText } from './byteStrings.ts';
import type { StringTable } from '../core/columns.ts';

/** A name as it stands after `fn=`, `fl=` or `ob=`. */
export interface NameReference {
  /** The number in parentheses; -1 when the name is written out without one. */
  id: number;
  /** String index of the name; -1 when only the number stands there. */
  name: number;
}

const OPEN = 40;
const CLOSE = 41;
const QUOTE = 39;

/** Splits `(12) name`, `(12)` and `name`; names become string indexes without a string for each line. */
export class NameParser {
  /** The last result of `parse`; one object for all, since this runs for every second line. */
  readonly found: NameReference = { id: -1, name: -1 };
  private readonly plain = new ByteStrings();
  private readonly plainIndex: number[] = [];

  constructor(private readonly strings: StringTable) {}

  /**
   * Parses `bytes[start..end)` into `found`; false when a number in parentheses is malformed. `expand` gives the name of
   * an id inside a name: with `--separate-callers` callgrind may write `(7) (3)'2'(5)`.
   */
  parse(bytes: Uint8Array, start: number, end: number, expand: (id: number) => number | undefined): boolean {
    const { found } = this;
    while (end > start && bytes[end - 1] <= 32) end--;
    while (start < end && bytes[start] <= 32) start++;
    found.id = -1;
    let at = start + 1;
    if (bytes[start] !== OPEN || at >= end || !isDigit(bytes[at])) {
      found.name = this.plainName(bytes, start, end);
      return true;
    }
    let id = 0;
    while (at < end && isDigit(bytes[at])) id = id * 10 + bytes[at++] - 48;
    if (at >= end || bytes[at] !== CLOSE || id > 0x7fffffff) return false;
    at++;
    while (at < end && bytes[at] <= 32) at++;
    found.id = id;
    found.name = at === end ? -1 : this.strings.intern(this.expanded(bytes, at, end, expand));
    return true;
  }

  private plainName(bytes: Uint8Array, start: number, end: number): number {
    const known = this.plain.intern(bytes, start, end);
    if (known === this.plainIndex.length) this.plainIndex.push(this.strings.intern(this.plain.text(known)));
    return this.plainIndex[known];
  }

  private expanded(bytes: Uint8Array, start: number, end: number, expand: (id: number) => number | undefined): string {
    const text = decodeText(bytes, start, end);
    if (bytes[start] !== OPEN || !isDigit(bytes[start + 1]) || bytes.subarray(start, end).indexOf(QUOTE) < 0) return text;
    return text.replace(/\((\d+)\)/g, (whole, id: string) => {
      const name = expand(Number(id));
      return name === undefined ? whole : this.strings.strings[name];
    });
  }
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
