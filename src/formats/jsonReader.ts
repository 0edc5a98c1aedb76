import { decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';
import { utf8Of } from './utf16.ts';

/** What stands at the cursor; `end` is the end of the data. */
export type JsonType = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' | 'end';

/** Deeper nesting is no profile: stacks are tables in every format but the oldest of V8. */
const MAX_DEPTH = 10_000;
/** Longest text of a value that `value()` builds. */
const MAX_VALUE_BYTES = 1 << 20;
/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const MAX_EXACT = 2 ** 53;
/** Numbers of more significant digits are left to the engine. */
const MAX_FAST = (MAX_EXACT - 9) / 10;

const C = {
  tab: 9, newline: 10, space: 32, quote: 34, plus: 43, comma: 44, minus: 45, dot: 46, zero: 48, nine: 57, colon: 58, upperE: 69,
  open: 91, backslash: 92, close: 93, lowerE: 101, f: 102, n: 110, t: 116, u: 117, curly: 123, uncurly: 125,
} as const;
const ESCAPES: Readonly<Record<number, string>> = { 34: '"', 92: '\\', 47: '/', 98: '\b', 102: '\f', 110: '\n', 114: '\r', 116: '\t' };

/**
 * Reads JSON (RFC 8259) from bytes, value by value, as the caller asks for them: nothing is built that is not wanted, and the text is
 * never one string, which may not be longer than 512 Mi characters. A UTF-8 BOM is skipped and UTF-16 with a BOM is taken.
 *
 *     json.beginObject();
 *     for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
 *       if (key === 'samples') for (json.beginArray(); json.more(); ) samples.push(json.number());
 *       else json.skip();
 *     }
 *     json.end();
 *
 * Every method throws a FormatError with the byte, what was expected and what stood there. When the data merely ended, `cut` is set
 * then: a caller may keep what it has.
 */
export class JsonReader {
  /** The cursor: a byte offset in `bytes`. */
  at = 0;
  /** Set once something was expected and the data had ended. */
  cut = false;
  /** Set once a whole number beyond 2^53 was read and rounded. */
  rounded = false;
  readonly bytes: Uint8Array;
  private depth = 0;
  /** True right behind the bracket that opened an object or an array. */
  private fresh = false;
  private readonly keys = new Map<number, { readonly start: number; readonly end: number; readonly key: string }>();

  /** `name` is the file's, for messages. `maxDepth` is the deepest nesting that is taken. */
  constructor(bytes: Uint8Array, private readonly name: string, private readonly maxDepth = MAX_DEPTH) {
    this.bytes = utf8Of(bytes);
    if (this.bytes[0] === 0xef && this.bytes[1] === 0xbb && this.bytes[2] === 0xbf) this.at = 3;
  }

  /** What kind of value stands at the cursor. */
  peekType(): JsonType {
    switch (this.skipSpace()) {
      case C.curly: return 'object';
      case C.open: return 'array';
      case C.quote: return 'string';
      case C.t: case C.f: return 'boolean';
      case C.n: return 'null';
      case -1: return 'end';
      default: return 'number';
    }
  }

  /** Enters an object; `nextKey` then goes through it. */
  beginObject(expected = 'an object'): void {
    if (this.skipSpace() !== C.curly) this.fail(expected);
    this.enter();
  }

  /** The next key of the object, with the cursor at its value; undefined behind the object's end. */
  nextKey(): string | undefined {
    if (!this.continues(C.uncurly, 'a comma or the end of the object')) return undefined;
    const key = this.key();
    if (this.skipSpace() !== C.colon) this.fail('a colon');
    this.at++;
    return key;
  }

  /** Enters an array; `more` then goes through it. */
  beginArray(expected = 'an array'): void {
    if (this.skipSpace() !== C.open) this.fail(expected);
    this.enter();
  }

  /** Whether the array goes on, with the cursor at its next value; steps over its end. */
  more(): boolean {
    return this.continues(C.close, 'a comma or the end of the array');
  }

  /** The string at the cursor. Lone surrogates stay as they are; bytes that are no UTF-8 become U+FFFD. */
  string(expected = 'a string'): string {
    if (this.skipSpace() !== C.quote) this.fail(expected);
    const { bytes } = this;
    const start = this.at + 1;
    let at = start;
    for (; at < bytes.length && bytes[at] !== C.quote; at++) {
      if (bytes[at] === C.backslash) return this.escaped(start, at);
    }
    if (at >= bytes.length) this.ends('the end of a string');
    this.at = at + 1;
    return shortText(bytes, start, at);
  }

  /** The string at the cursor, or null when `null` stands there. */
  stringOrNull(expected = 'a string or null'): string | null {
    if (this.peekType() !== 'null') return this.string(expected);
    this.literal('null', expected);
    return null;
  }

  /** The number at the cursor, always finite. Sets `rounded` for whole numbers beyond 2^53. */
  number(expected = 'a number'): number {
    let code = this.skipSpace();
    const { bytes } = this;
    const start = this.at;
    let at = start;
    const negative = code === C.minus;
    if (negative) code = bytes[++at];
    const digits = at;
    let value = 0;
    let fast = true;
    for (; code >= C.zero && code <= C.nine; code = bytes[++at]) {
      if (value > MAX_FAST) fast = false;
      else value = value * 10 + code - C.zero;
    }
    if (at === digits || (bytes[digits] === C.zero && at > digits + 1)) this.badNumber(start, at, expected);
    let scale = 0;
    if (code === C.dot) {
      const point = at;
      for (code = bytes[++at]; code >= C.zero && code <= C.nine; code = bytes[++at]) {
        if (value > MAX_FAST) fast = false;
        else value = value * 10 + code - C.zero;
      }
      scale = at - point - 1;
      if (scale === 0) this.badNumber(start, at, expected);
    }
    if (code === C.lowerE || code === C.upperE) {
      fast = false;
      code = bytes[++at];
      if (code === C.plus || code === C.minus) code = bytes[++at];
      const exponent = at;
      while (code >= C.zero && code <= C.nine) code = bytes[++at];
      if (at === exponent) this.badNumber(start, at, expected);
    }
    // Digits may be missing where the data ends; only outside of everything a number is whole there.
    if (at >= bytes.length && this.depth > 0) this.ends(expected);
    // Both the digits and the power of ten are exact, so that their quotient is the nearest double (Clinger's fast path).
    if (fast && scale < POWERS.length) value = scale === 0 ? value : value / POWERS[scale];
    else value = this.slowNumber(digits, at, expected);
    this.at = at;
    return negative ? -value : value;
  }

  /** The whole number at the cursor, from `least` to `most`. */
  integer(expected: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
    this.skipSpace();
    const start = this.at;
    const value = this.number(expected);
    if (!(Number.isInteger(value) && value >= least && value <= most)) {
      this.at = start;
      this.fail(expected);
    }
    return value;
  }

  /** `integer`, or null when `null` stands at the cursor. */
  integerOrNull(expected: string, least = 0, most = Number.MAX_SAFE_INTEGER): number | null {
    if (this.peekType() !== 'null') return this.integer(expected, least, most);
    this.literal('null', expected);
    return null;
  }

  boolean(expected = 'true or false'): boolean {
    const value = this.skipSpace() === C.t;
    this.literal(value ? 'true' : 'false', expected);
    return value;
  }

  null(): void {
    this.skipSpace();
    this.literal('null', 'null');
  }

  /** Steps over the value at the cursor. Brackets and strings must match; what is between them is not looked at. */
  skip(expected = 'a value'): void {
    switch (this.skipSpace()) {
      case C.curly: case C.open: return this.skipContainer();
      case C.quote: return this.skipString();
      case C.t: return this.literal('true', expected);
      case C.f: return this.literal('false', expected);
      case C.n: return this.literal('null', expected);
      default: this.number(expected);
    }
  }

  /** The value at the cursor as JSON.parse gives it, for small ones. @throws FormatError when its text is longer than `maxBytes` */
  value(maxBytes = MAX_VALUE_BYTES): unknown {
    this.skipSpace();
    const start = this.at;
    this.skip();
    if (this.at - start > maxBytes) throw this.error(start, `a value of at most ${maxBytes} bytes`, decodeText(this.bytes, start, start + 100));
    const text = decodeText(this.bytes, start, this.at);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw this.error(start, 'JSON', text);
    }
  }

  /** Checks that nothing but white space is left. */
  end(): void {
    if (this.skipSpace() !== -1) this.fail('the end of the file');
  }

  /** An error at a place of the data, by default the cursor, with what stands there. */
  fail(expected: string, at = this.at): never {
    if (at >= this.bytes.length) this.ends(expected);
    throw this.error(at, expected, decodeText(this.bytes, at, Math.min(at + 100, this.bytes.length)));
  }

  private error(at: number, expected: string, found?: string): FormatError {
    return new FormatError(this.name, `byte ${at}`, expected, found);
  }

  private ends(expected: string): never {
    this.cut = true;
    throw this.error(this.bytes.length, expected, '');
  }

  /** The code of the next byte that is no white space, with the cursor at it; -1 at the end. */
  private skipSpace(): number {
    const { bytes } = this;
    for (let at = this.at; at < bytes.length; at++) {
      const code = bytes[at];
      if (code > C.space || (code !== C.space && code !== C.newline && code !== C.tab && code !== 13)) {
        this.at = at;
        return code;
      }
    }
    this.at = bytes.length;
    return -1;
  }

  private enter(): void {
    if (this.depth >= this.maxDepth) this.fail(`at most ${this.maxDepth} levels of nesting`);
    this.depth++;
    this.at++;
    this.fresh = true;
  }

  private continues(close: number, expected: string): boolean {
    const code = this.skipSpace();
    if (code === close) {
      this.at++;
      this.depth--;
      this.fresh = false;
      return false;
    }
    if (!this.fresh) {
      if (code !== C.comma) this.fail(expected);
      this.at++;
    }
    this.fresh = false;
    return true;
  }

  /** Keys come again and again: one that has the bytes of an earlier one is not decoded. */
  private key(): string {
    if (this.skipSpace() !== C.quote) this.fail('a key');
    const { bytes } = this;
    const start = this.at + 1;
    let hash = 0;
    let end = start;
    for (; end < bytes.length && bytes[end] !== C.quote; end++) {
      if (bytes[end] === C.backslash) return this.string('a key');
      hash = (Math.imul(hash, 31) + bytes[end]) | 0;
    }
    if (end >= bytes.length) this.ends('the end of a key');
    this.at = end + 1;
    const known = this.keys.get(hash);
    if (known && known.end - known.start === end - start) {
      let same = 0;
      while (same < end - start && bytes[known.start + same] === bytes[start + same]) same++;
      if (same === end - start) return known.key;
    }
    const key = shortText(bytes, start, end);
    if (this.keys.size < 1000) this.keys.set(hash, { start, end, key });
    return key;
  }

  /** A string from `start`, with its first backslash at `at`. */
  private escaped(start: number, at: number): string {
    const { bytes } = this;
    const parts: string[] = [];
    let from = start;
    for (;;) {
      while (at < bytes.length && bytes[at] !== C.quote && bytes[at] !== C.backslash) at++;
      if (at >= bytes.length) this.ends('the end of a string');
      if (at > from) parts.push(decodeText(bytes, from, at));
      if (bytes[at] === C.quote) break;
      if (at + 1 >= bytes.length) this.ends('the rest of an escape');
      if (bytes[at + 1] === C.u) {
        parts.push(String.fromCharCode(this.hexUnit(at)));
        at += 6;
      } else {
        parts.push(ESCAPES[bytes[at + 1]] ?? this.fail('an escape', at));
        at += 2;
      }
      from = at;
    }
    this.at = at + 1;
    return parts.join('');
  }

  private hexUnit(at: number): number {
    let unit = 0;
    for (let i = at + 2; i < at + 6; i++) {
      if (i >= this.bytes.length) this.ends('the rest of an escape');
      const digit = Number.parseInt(String.fromCharCode(this.bytes[i]), 16);
      if (Number.isNaN(digit)) this.fail('an escape of four hexadecimal digits', at);
      unit = unit * 16 + digit;
    }
    return unit;
  }

  private badNumber(start: number, at: number, expected: string): never {
    if (at >= this.bytes.length) this.ends(expected);
    return this.fail(expected, start);
  }

  private slowNumber(start: number, end: number, expected: string): number {
    // No number of a profile is longer, and decoding megabytes of digits would only cost time.
    if (end - start > 1000) this.fail(`${expected} of at most 1000 digits`, start);
    const value = Number(decodeText(this.bytes, start, end));
    if (!Number.isFinite(value)) this.fail(`${expected} below 1.8e308`, start);
    if (value > MAX_EXACT || (value === MAX_EXACT && !decodeText(this.bytes, start, end).startsWith('9007199254740992'))) this.rounded = true;
    return value;
  }

  private literal(word: string, expected: string): void {
    const { bytes, at } = this;
    for (let i = 0; i < word.length; i++) {
      if (at + i >= bytes.length) this.ends(expected);
      if (bytes[at + i] !== word.charCodeAt(i)) this.fail(expected);
    }
    this.at = at + word.length;
  }

  private skipString(): void {
    const { bytes } = this;
    for (let at = this.at + 1; at < bytes.length; at++) {
      const code = bytes[at];
      if (code === C.backslash) at++;
      else if (code === C.quote) {
        this.at = at + 1;
        return;
      }
    }
    this.ends('the end of a string');
  }

  private skipContainer(): void {
    const { bytes } = this;
    const closers: number[] = [];
    while (this.at < bytes.length) {
      const code = bytes[this.at];
      if (code === C.quote) {
        this.skipString();
        continue;
      }
      if (code === C.curly || code === C.open) {
        if (this.depth + closers.length >= this.maxDepth) this.fail(`at most ${this.maxDepth} levels of nesting`);
        closers.push(code + 2);
      } else if (code === C.uncurly || code === C.close) {
        if (closers.pop() !== code) this.fail('the bracket that closes the last one');
        if (closers.length === 0) {
          this.at++;
          return;
        }
      }
      this.at++;
    }
    this.ends('the end of an object or array');
  }
}

/** As decodeText, faster for the short ASCII strings that most are. */
function shortText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 24) return decodeText(bytes, start, end);
  let text = '';
  for (let at = start; at < end; at++) {
    if (bytes[at] > 127) return decodeText(bytes, start, end);
    text += String.fromCharCode(bytes[at]);
  }
  return text;
}

/**
 * The keys of the object that these first bytes of a file begin with, as far as they go, for `Format.sniff`; empty when they are
 * no JSON object.
 */
export function leadingKeys(head: Uint8Array): string[] {
  const keys: string[] = [];
  const json = new JsonReader(head, '');
  if (json.peekType() !== 'object') return keys;
  try {
    json.beginObject();
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      keys.push(key);
      json.skip();
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return json.cut ? keys : [];
  }
  return keys;
}
