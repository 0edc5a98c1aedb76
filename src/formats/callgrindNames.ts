import type { ProfileBuilder } from '../core/builder.ts';
import type { StringTable } from '../core/columns.ts';
import { FunctionKind } from '../core/profile.ts';
import { NOT_GIVEN } from './callgrindState.ts';
import { ByteStrings, decodeText } from './byteStrings.ts';

/** A name as it stands after `fn=`, `fl=` or `ob=`. */
interface NameReference {
  /** The number in parentheses; -1 when the name is written out without one. */
  id: number;
  /** String index of the name; -1 when only the number stands there. */
  name: number;
}

const OPEN = 40;
const CLOSE = 41;
const QUOTE = 39;

/** Splits `(12) name`, `(12)` and `name`; names become string indexes without a string for each line. */
class NameParser {
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

/** Numbers up to here have a place in an array; files count from 1 up. */
const MOST_DENSE = 1 << 20;

/** What the numbers of one kind of name stand for. */
class IdTable {
  private dense = new Int32Array(256).fill(NOT_GIVEN);
  private readonly sparse = new Map<number, number>();

  /** NOT_GIVEN for a number without a name. */
  get(id: number): number {
    return id < this.dense.length ? this.dense[id] : this.sparse.get(id) ?? NOT_GIVEN;
  }

  set(id: number, value: number): void {
    // Room comes step by step, so that one large number does not take it all.
    if (id >= this.dense.length && id < this.dense.length * 2 && id < MOST_DENSE) this.grow();
    if (id < this.dense.length) this.dense[id] = value;
    else this.sparse.set(id, value);
  }

  private grow(): void {
    const before = this.dense.length;
    const grown = new Int32Array(before * 2).fill(NOT_GIVEN);
    grown.set(this.dense);
    for (const [id, value] of this.sparse) {
      if (id >= grown.length) continue;
      grown[id] = value;
      this.sparse.delete(id);
    }
    this.dense = grown;
  }
}

/**
 * The files, objects and functions that the lines of one file name. Each kind has a table of numbers of its own, in which a
 * later part may give a number away anew.
 */
export class CallgrindNames {
  private readonly names: NameParser;
  private readonly unknown: number;
  private readonly files = new IdTable();
  private readonly objects = new IdTable();
  private readonly functions = new IdTable();

  constructor(private readonly builder: ProfileBuilder, private readonly error: (expected: string, found?: string) => never) {
    this.names = new NameParser(builder.strings);
    this.unknown = builder.strings.intern('???');
  }

  /** String index of the file that `bytes[start..end)` names; -1 when it is unknown. */
  file(bytes: Uint8Array, start: number, end: number): number {
    return this.tableName(this.files, bytes, start, end);
  }

  /** As `file`, for a binary. */
  object(bytes: Uint8Array, start: number, end: number): number {
    return this.tableName(this.objects, bytes, start, end);
  }

  /** The function that is named, or was named before by this number; a new one is in `file` and `object`. */
  func(bytes: Uint8Array, start: number, end: number, file: number, object: number, kind: number): number {
    const { found } = this.names;
    const { functions } = this;
    if (!this.names.parse(bytes, start, end, (id) => this.nameOf(id))) this.error('`(number) name`', decodeText(bytes, start, end));
    if (found.name < 0) {
      const known = functions.get(found.id);
      return known === NOT_GIVEN ? this.undefinedId(found.id) : known;
    }
    const func = this.builder.funcOf(found.name, file, object, 0, kind);
    if (found.id >= 0) functions.set(found.id, func);
    return func;
  }

  /** The function, file or object that was given this number before; NOT_GIVEN when none was. */
  knownFunction(id: number): number {
    return this.functions.get(id);
  }

  knownFile(id: number): number {
    return this.files.get(id);
  }

  knownObject(id: number): number {
    return this.objects.get(id);
  }

  /** The function of costs that stand before any function. */
  unknownFunction(file: number, object: number): number {
    return this.builder.funcOf(this.unknown, file, object, 0, FunctionKind.Unknown);
  }

  private tableName(table: IdTable, bytes: Uint8Array, start: number, end: number): number {
    const { found } = this.names;
    if (!this.names.parse(bytes, start, end, (id) => nameIn(table, id))) this.error('`(number) name`', decodeText(bytes, start, end));
    let { name } = found;
    if (name >= 0) {
      if (name === this.unknown || this.builder.strings.strings[name] === '') name = -1;
      if (found.id >= 0) table.set(found.id, name);
      return name;
    }
    const known = table.get(found.id);
    return known === NOT_GIVEN ? this.undefinedId(found.id) : known;
  }

  private nameOf(id: number): number | undefined {
    const func = this.functions.get(id);
    return func === NOT_GIVEN ? undefined : this.builder.functionName(func);
  }

  private undefinedId(id: number): never {
    return this.error('a number that was given a name before', `(${id})`);
  }
}

function nameIn(table: IdTable, id: number): number | undefined {
  const name = table.get(id);
  return name < 0 ? undefined : name;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
