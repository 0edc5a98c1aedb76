import { startsWith } from './byteStrings.ts';

/** How the time before a line counts. */
export const ClockKind = { None: 0, Relative: 1, TimeOfDay: 2, Unix: 3 } as const;

/** Highest process id of Linux (PID_MAX_LIMIT); a larger first number of a line is a time. */
const MAX_PID = 4194304;
/** Smaller seconds are counted from the line before (`-r`), larger ones since 1970. */
const FIRST_UNIX_SECOND = 1e8;
const MAX_SECONDS = 1e12;
const DAY = 86400;

const SPACE = 32;
const QUOTE = 34;
const CLOSE = 41;
const DOT = 46;
const COLON = 58;
const LESS = 60;
const EQUALS = 61;
const MORE = 62;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;

/**
 * What strace and ltrace print before the call: process (`[pid 123] `, or `123 ` in files; with its name in `<>`), time
 * (`-t`, `-tt`, `-ttt`, `-r`), system call number and instruction pointer in brackets. Each is optional.
 * Source: strace, src/strace.c, printleader; ltrace, output.c, begin_of_line.
 */
export class TracePrefix {
  /** -1: none. */
  pid = -1;
  /** The process's name in `bytes[commStart..commEnd)`; empty when there is none. */
  commStart = 0;
  commEnd = 0;
  /** One of ClockKind. */
  kind: number = ClockKind.None;
  /** Since 1970, midnight or the line before. */
  second = 0;
  nanosecond = 0;
  private number = 0;

  /** Reads the prefix of `bytes[start..end)`; where the rest of the line begins. */
  parse(bytes: Uint8Array, start: number, end: number): number {
    this.pid = -1;
    this.kind = ClockKind.None;
    this.commStart = this.commEnd = 0;
    let at = skipSpaces(bytes, start, end);
    at = this.process(bytes, at, end);
    at = this.time(bytes, at, end);
    while (at < end && bytes[at] === OPEN_BRACKET) {
      const close = bytes.subarray(at, Math.min(end, at + 200)).indexOf(CLOSE_BRACKET);
      if (close < 0 || bytes[at + close + 1] !== SPACE) break;
      at = skipSpaces(bytes, at + close + 1, end);
    }
    return at;
  }

  private process(bytes: Uint8Array, start: number, end: number): number {
    const inBrackets = startsWith(bytes, start, end, '[pid');
    let at = this.digits(bytes, inBrackets ? skipSpaces(bytes, start + 4, end) : start, end);
    if (at < 0 || this.number > MAX_PID) return start;
    const pid = this.number;
    if (at < end && bytes[at] === LESS) {
      const nameStart = at + 1;
      while (at < end && !(bytes[at] === MORE && bytes[at + 1] === (inBrackets ? CLOSE_BRACKET : SPACE))) at++;
      this.commStart = nameStart;
      this.commEnd = at++;
    }
    if (inBrackets && bytes[at++] !== CLOSE_BRACKET) return start;
    if (at >= end || bytes[at] !== SPACE) {
      this.commStart = this.commEnd = 0;
      return start;
    }
    this.pid = pid;
    return skipSpaces(bytes, at, end);
  }

  private time(bytes: Uint8Array, start: number, end: number): number {
    let at = this.digits(bytes, start, end);
    if (at < 0 || this.number > MAX_SECONDS) return start;
    let kind: number = this.number >= FIRST_UNIX_SECOND ? ClockKind.Unix : ClockKind.Relative;
    let second = this.number;
    if (bytes[at] === COLON) {
      kind = ClockKind.TimeOfDay;
      for (let part = 0; part < 2; part++) {
        if (at >= end || bytes[at] !== COLON) return start;
        at = this.digits(bytes, at + 1, end);
        if (at < 0) return start;
        second = second * 60 + this.number;
      }
      if (second >= 2 * DAY) return start;
    } else if (bytes[at] !== DOT && kind === ClockKind.Relative) {
      return start;
    }
    let nanosecond = 0;
    if (at < end && bytes[at] === DOT) {
      let scale = 1e8;
      for (at++; at < end && isDigit(bytes[at]); at++, scale /= 10) if (scale >= 1) nanosecond += (bytes[at] - 48) * scale;
    }
    if (at >= end || bytes[at] !== SPACE) return start;
    this.kind = kind;
    this.second = second;
    this.nanosecond = nanosecond;
    at = skipSpaces(bytes, at, end);
    // `-tt -r` prints the time since the line before as well: `(+     0.000123) `.
    if (startsWith(bytes, at, end, '(+')) {
      const close = bytes.subarray(at, Math.min(end, at + 60)).indexOf(CLOSE);
      if (close > 0) at = skipSpaces(bytes, at + close + 1, end);
    }
    return at;
  }

  /** Reads digits into `number`; where they end, -1 when there are none. */
  private digits(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    let value = 0;
    for (; at < end && isDigit(bytes[at]); at++) value = value * 10 + bytes[at] - 48;
    this.number = value;
    return at === start ? -1 : at;
  }
}

/** Turns the times of lines into nanoseconds since the first one. */
export class TraceClock {
  private relative = 0;
  private firstSecond = NaN;
  private firstNanosecond = 0;
  private lastOfDay = 0;
  private midnights = 0;
  /** Milliseconds since 1970 of the first line; NaN when lines do not say. */
  startTime = NaN;

  /** Begins another input of the same trace: relative times and midnights count anew. */
  restart(): void {
    this.relative = this.lastOfDay = this.midnights = 0;
  }

  /** Nanoseconds since the first line; NaN when the line has no time. Every line must be shown, once, in order. */
  read({ kind, second, nanosecond }: TracePrefix): number {
    if (kind === ClockKind.None) return NaN;
    if (kind === ClockKind.Relative) return (this.relative += second * 1e9 + nanosecond);
    let whole = second;
    if (kind === ClockKind.TimeOfDay) {
      // Lines of several threads may be out of order by a little; half a day back is the next day.
      if (second < this.lastOfDay - DAY / 2) this.midnights++;
      this.lastOfDay = second;
      whole += this.midnights * DAY;
    }
    if (Number.isNaN(this.firstSecond)) {
      this.firstSecond = whole;
      this.firstNanosecond = nanosecond;
      if (kind === ClockKind.Unix) this.startTime = whole * 1000 + Math.floor(nanosecond / 1e6);
    }
    return (whole - this.firstSecond) * 1e9 + nanosecond - this.firstNanosecond;
  }
}

/** The duration at a line's end, ` <0.000253>`. */
export class TraceDuration {
  /** Nanoseconds; -1: none. */
  nanoseconds = -1;

  /** Reads it from the end of `bytes[start..end)`; where the line ends without it. */
  parse(bytes: Uint8Array, start: number, end: number): number {
    this.nanoseconds = -1;
    if (end - start < 4 || bytes[end - 1] !== MORE) return end;
    let at = end - 2;
    while (at > start && (isDigit(bytes[at]) || bytes[at] === DOT)) at--;
    if (bytes[at] !== LESS || at === end - 2 || bytes[at - 1] !== SPACE) return end;
    let value = 0;
    let place = at + 1;
    for (; place < end - 1 && bytes[place] !== DOT; place++) value = value * 10 + bytes[place] - 48;
    if (place === at + 1 || value > MAX_SECONDS) return end;
    value *= 1e9;
    let scale = 1e8;
    for (place++; place < end - 1; place++, scale /= 10) if (scale >= 1) value += (bytes[place] - 48) * scale;
    if (Number.isNaN(value)) return end;
    this.nanoseconds = value;
    return at - 1;
  }
}

/**
 * The parenthesis that closes the arguments, the first `) = ` outside of strings, with any number of spaces before the equals
 * sign; -1 when there is none. strace puts a backslash before quotes inside of strings.
 */
export function callEnd(bytes: Uint8Array, start: number, end: number): number {
  let quoted = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) quoted = !quoted;
    else if (byte === CLOSE && !quoted && resultStart(bytes, at, end) > 0) return at;
  }
  return -1;
}

/** Where the result begins behind the parenthesis at `close`; -1 when what follows is not ` = `. */
export function resultStart(bytes: Uint8Array, close: number, end: number): number {
  const at = skipSpaces(bytes, close + 1, end);
  return at > close + 1 && at + 2 < end && bytes[at] === EQUALS && bytes[at + 1] === SPACE ? at + 2 : -1;
}

/** The first byte from `start` on that is no space. */
export function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === SPACE) at++;
  return at;
}

/** Whether `bytes[start..end)` ends with this ASCII text. */
export function endsWith(bytes: Uint8Array, start: number, end: number, ascii: string): boolean {
  return end - start >= ascii.length && startsWith(bytes, end - ascii.length, end, ascii);
}

/** The whole number, decimal or `0x` hexadecimal, that a text begins with; NaN when it begins otherwise. */
export function wholeNumber(text: string): number {
  const digits = /^\s*(0x[0-9a-f]{1,16}|-?\d{1,20})/i.exec(text);
  return digits ? Number(digits[1]) : NaN;
}

export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
