/**
 * A profile as bytes and back, for pages that carry one along: a header of JSON and the columns as they lie in memory.
 *
 *     magic "HLP1" | u32 length of the header | header | padding to 8 | column, padding to 8 | column ...
 *
 * The header is the profile as JSON, except that `{"$column": n}` stands for column n and the strings are columns of JSON texts. Its
 * `columns` are [type, elements]. Little-endian, as every machine is that runs a browser or Node. Both ends are of one build: there is no
 * promise between versions.
 */
import type { Profile } from './profile.ts';

const MAGIC = 0x31504c48;
const ALIGNMENT = 8;
/** Characters of strings in one column, so that none becomes too long a text. */
const TEXT_PIECE = 1 << 20;
/** Bytes that are handed out at a time. */
const PIECE = 1 << 20;

type Column = Int32Array | Float64Array | Uint8Array;

const TYPES = { i: Int32Array, d: Float64Array, b: Uint8Array } as const;
type TypeName = keyof typeof TYPES;

interface Header {
  readonly profile: unknown;
  readonly columns: readonly (readonly [type: TypeName, length: number])[];
  /** How many of the last columns hold strings. */
  readonly strings: number;
}

/** The bytes of a profile, in pieces of at most a megabyte; they lie in its own memory and must not be changed. */
export function* packProfile(profile: Profile): Iterable<Uint8Array<ArrayBuffer>> {
  const columns: Column[] = [];
  const { strings, ...rest } = profile;
  const outline = withoutColumns(rest, columns);
  const encoder = new TextEncoder();
  const texts = [...stringPieces(strings)].map((piece) => encoder.encode(JSON.stringify(piece)));
  columns.push(...texts);
  const header: Header = { profile: outline, columns: columns.map((column) => [typeOf(column), column.length]), strings: texts.length };
  const text = encoder.encode(JSON.stringify(header));
  const start = new Uint8Array(padded(8 + text.length));
  const view = new DataView(start.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, text.length, true);
  start.set(text, 8);
  yield* pieces(start);
  for (const column of columns) {
    yield* pieces(new Uint8Array(column.buffer as ArrayBuffer, column.byteOffset, column.byteLength));
    const padding = padded(column.byteLength) - column.byteLength;
    if (padding > 0) yield new Uint8Array(padding);
  }
}

/** The profile in the bytes, whose memory its columns share. Throws an Error when they are not what `packProfile` gave. */
export function unpackProfile(bytes: Uint8Array): Profile {
  // Columns must lie at multiples of eight.
  const source = bytes.byteOffset % ALIGNMENT === 0 ? bytes : bytes.slice();
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  if (source.length < 8 || view.getUint32(0, true) !== MAGIC) throw new Error('these bytes are no packed profile');
  const length = view.getUint32(4, true);
  const decoder = new TextDecoder();
  const header = JSON.parse(decoder.decode(source.subarray(8, 8 + length))) as Header;
  let at = padded(8 + length);
  const columns = header.columns.map(([type, count]): Column => {
    const make = TYPES[type];
    const size = count * make.BYTES_PER_ELEMENT;
    if (at + size > source.length) throw new Error('the packed profile is cut short');
    const column = new make(source.buffer as ArrayBuffer, source.byteOffset + at, count);
    at += padded(size);
    return column;
  });
  const strings: string[] = [];
  for (const column of columns.slice(columns.length - header.strings)) {
    for (const text of JSON.parse(decoder.decode(column)) as string[]) strings.push(text);
  }
  return { ...(withColumns(header.profile, columns) as Omit<Profile, 'strings'>), strings };
}

function padded(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function* pieces(bytes: Uint8Array<ArrayBuffer>): Iterable<Uint8Array<ArrayBuffer>> {
  for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE);
}

function* stringPieces(strings: readonly string[]): Iterable<string[]> {
  let piece: string[] = [];
  let length = 0;
  for (const text of strings) {
    piece.push(text);
    length += text.length;
    if (length < TEXT_PIECE) continue;
    yield piece;
    piece = [];
    length = 0;
  }
  if (piece.length > 0) yield piece;
}

function typeOf(column: Column): TypeName {
  return column instanceof Int32Array ? 'i' : column instanceof Float64Array ? 'd' : 'b';
}

/** A copy in which columns are numbers. The model nests few levels deep, however deep its stacks are. */
function withoutColumns(value: unknown, columns: Column[]): unknown {
  if (value instanceof Int32Array || value instanceof Float64Array || value instanceof Uint8Array) return { $column: columns.push(value) - 1 };
  if (Array.isArray(value)) return value.map((each) => withoutColumns(each, columns));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutColumns(each, columns)]));
}

function withColumns(value: unknown, columns: readonly Column[]): unknown {
  if (Array.isArray(value)) return value.map((each) => withColumns(each, columns));
  if (typeof value !== 'object' || value === null) return value;
  if ('$column' in value) return columns[value.$column as number];
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withColumns(each, columns)]));
}
