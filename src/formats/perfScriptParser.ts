import type { ProfileBuilder } from '../core/builder.ts';
import type { EventInfo, Unit } from '../core/profile.ts';
import { ByteStrings, decodeText, startsWith } from './byteStrings.ts';
import { FormatError } from './format.ts';
import type { LineReader, LineTaker } from './lineReader.ts';
import { PerfFrames } from './perfFrames.ts';
import { PerfStack } from './perfStack.ts';

const TAB = 9;
const SPACE = 32;
const HASH = 35;
const DOT = 46;
const COLON = 58;

/** What perf and the tools it runs print on the error stream; people save it together with the output. */
export const NOISE = /^(?:\[ perf |\[perf |Warning:|WARNING:|warning:|Failed |failed |Couldn't |Couldn.t |couldn't |No kallsyms|Cannot |cannot |Processed |Check IO|Reading |BFD: |addr2line|cmd__addr2line|Error:|Use of |Use -|Please |Kernel address maps)/;

/** A time as perf prints it: seconds, and nanoseconds below a second. */
export interface PerfTime {
  readonly second: number;
  readonly fraction: number;
}

/** Nanoseconds from `first` to `second`, without losing any to the size of the times themselves. */
export function nanosecondsBetween(first: PerfTime, second: PerfTime): number {
  return (second.second - first.second) * 1e9 + second.fraction - first.fraction;
}

/** Reads the lines of `perf script` into a builder. Source: linux, tools/perf/builtin-script.c, process_event. */
export class PerfScriptParser implements LineTaker {
  /** Text of `# key : value` header lines. */
  readonly header = new Map<string, string>();
  /** Nanoseconds between the first and the last sample. */
  duration = 0;
  /** Events that perf says it lost. */
  lost = 0;
  private readonly frames: PerfFrames;
  private readonly threads = new ByteStrings();
  private readonly threadRows: number[] = [];
  private readonly eventNames = new ByteStrings();
  private readonly eventRows: number[] = [];
  private readonly stack: PerfStack;
  private inSample = false;
  private torn = false;
  private event = 0;
  private weight = 0;
  private time = NaN;
  private thread = -1;
  /** Time of the first sample that has one. */
  origin: PerfTime = { second: NaN, fraction: 0 };

  constructor(private readonly builder: ProfileBuilder, private readonly name: string, private readonly reader: () => LineReader) {
    this.frames = new PerfFrames(builder);
    this.stack = new PerfStack(builder, this.frames);
  }

  /** Lines that `take` took last. */
  taken = 0;

  /** Takes frame lines that were seen before, without looking for their ends first: nearly all lines are such. */
  take(bytes: Uint8Array, start: number, end: number): number {
    this.taken = 0;
    if (!this.inSample) return start;
    let at = start;
    while (at < end && bytes[at] === TAB) {
      let first = at + 1;
      while (first < end && bytes[first] === SPACE) first++;
      const line = this.frames.known(bytes, first, end);
      if (line < 0) break;
      this.stack.add(line);
      at = this.frames.knownEnd;
      this.taken++;
    }
    return at;
  }

  parse(bytes: Uint8Array, start: number, end: number): void {
    if (this.inSample && start < end && bytes[start] === TAB) {
      this.frameLine(bytes, start + 1, end);
      return;
    }
    let first = start;
    while (first < end && bytes[first] <= SPACE) first++;
    if (first === end) {
      this.endSample();
      return;
    }
    if (bytes[first] === HASH && !this.inSample) {
      this.comment(decodeText(bytes, first, end));
      return;
    }
    const colon = this.timeEnd(bytes, first, end);
    if (this.inSample && first > start && colon < 0) {
      if (hexEnd(bytes, first, end) > first) this.frameLine(bytes, first, end);
      else if (this.stack.depth > 0 && first === start + 2) this.stack.setSourceLine(this.frames.sourceLine(bytes, first, end));
      else if (!this.isNoise(bytes, first, end)) this.error('a frame', decodeText(bytes, start, end));
      return;
    }
    // A message in the middle of a sample does not end it.
    if (colon < 0 && this.isNoise(bytes, first, end)) return;
    this.eventLine(bytes, first, end, colon);
  }

  /** Whether any frame had an object: then a last one without may have been cut off. */
  get anyObject(): boolean {
    return this.frames.anyObject;
  }

  /** Ends the input. A last sample that was cut in the middle of a line is dropped; the line of the cut, 0 when there is none. */
  finish(torn: boolean): number {
    const incomplete = torn && this.inSample && (this.torn || !this.stack.looksWhole);
    if (incomplete) this.inSample = false;
    this.endSample();
    return incomplete ? this.reader().lineNumber : 0;
  }

  /** Says that the last line could not be read, which is no error when it was cut off. */
  markTorn(): void {
    this.torn = true;
    this.inSample = true;
  }

  private error(expected: string, found: string): never {
    throw new FormatError(this.name, `line ${this.reader().lineNumber}`, expected, found);
  }

  private comment(text: string): void {
    const parts = /^# ([a-z][a-z ]{0,30}?)\s*:\s?(.*)$/.exec(text);
    if (parts && this.header.size < 100 && !this.header.has(parts[1])) this.header.set(parts[1], parts[2].trim());
  }

  private isNoise(bytes: Uint8Array, start: number, end: number): boolean {
    return NOISE.test(decodeText(bytes, start, Math.min(end, start + 80)));
  }

  private frameLine(bytes: Uint8Array, start: number, end: number): void {
    let first = start;
    while (first < end && bytes[first] <= SPACE) first++;
    if (hexEnd(bytes, first, end) === first) this.error('an address', decodeText(bytes, start, end));
    this.stack.add(this.frames.line(bytes, first, end));
  }

  /** The colon behind the time, `123.456789:`, the first one on the line; -1 when there is no time. */
  private timeEnd(bytes: Uint8Array, start: number, end: number): number {
    for (let colon = start; colon < end; colon++) {
      if (bytes[colon] !== COLON) continue;
      let at = colon - 1;
      while (at > start && isDigit(bytes[at])) at--;
      // perf prints six decimals, or nine.
      if (colon - at > 6 && bytes[at] === DOT && at > start && isDigit(bytes[at - 1]) && (colon + 1 === end || bytes[colon + 1] <= SPACE)) return colon;
    }
    return -1;
  }

  private eventLine(bytes: Uint8Array, start: number, end: number, colon: number): void {
    if (this.inSample) this.endSample();
    if (colon < 0) {
      this.eventLineWithoutTime(bytes, start, end);
      return;
    }
    let at = colon - 1;
    while (at >= start && (isDigit(bytes[at]) || bytes[at] === DOT)) at--;
    const timeStart = at + 1;
    let before = at;
    while (before >= start && bytes[before] <= SPACE) before--;
    let rest = colon + 1;
    while (rest < end && bytes[rest] <= SPACE) rest++;
    if (startsWith(bytes, rest, end, 'PERF_RECORD_')) {
      const lost = /^PERF_RECORD_LOST\w*.*?lost (?:samples )?(\d+)/.exec(decodeText(bytes, rest, Math.min(end, rest + 200)));
      if (lost) this.lost += Number(lost[1]);
      return;
    }
    this.time = this.timeOf(bytes, timeStart, colon);
    this.duration = Math.max(this.duration, this.time);
    this.thread = this.threadOf(bytes, start, before + 1);
    this.period(bytes, rest, end);
  }

  /** With `-F` and no time: `comm pid/tid period event:`; only what looks exactly so is taken. */
  private eventLineWithoutTime(bytes: Uint8Array, start: number, end: number): void {
    const text = decodeText(bytes, start, Math.min(end, start + 400));
    const parts = /^((?:.*?\s)?(?:\d+\/)?\d+)(?:\s+\[\d+\])?\s+(?:\d+\s+)?[^\s:]\S*:(?:\s|$)/.exec(text);
    if (!parts) this.error('an event line such as "name 123/124 5.678901: 1000 cycles:"', text);
    const head = new TextEncoder().encode(parts[1]).length;
    this.time = NaN;
    this.thread = this.threadOf(bytes, start, start + head);
    let rest = start + head;
    while (rest < end && bytes[rest] <= SPACE) rest++;
    if (bytes[rest] === 91) while (rest < end && bytes[rest] > SPACE) rest++;
    this.period(bytes, rest, end);
  }

  /** Reads `[period] event: [address symbol (object) | what a tracepoint says]`. */
  private period(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && bytes[at] <= SPACE) at++;
    let period = 0;
    let digits = at;
    while (digits < end && isDigit(bytes[digits])) period = period * 10 + bytes[digits++] - 48;
    const hasPeriod = digits > at && digits < end && bytes[digits] === SPACE;
    if (hasPeriod) at = digits;
    while (at < end && bytes[at] <= SPACE) at++;
    let colon = at;
    while (colon < end && !(bytes[colon] === COLON && (colon + 1 === end || bytes[colon + 1] <= SPACE))) colon++;
    if (colon === end || colon === at) this.error('an event name and a colon', decodeText(bytes, start, end));
    if (period >= 2 ** 64) this.error('a period below 2^64', decodeText(bytes, start, end));
    if (period > Number.MAX_SAFE_INTEGER) this.builder.warn('periods above 2^53 occur and are rounded');
    if (!hasPeriod) this.builder.warn('the samples carry no period (perf script -F +period prints it): each counts as 1');
    this.weight = hasPeriod ? period : 1;
    this.event = this.eventOf(bytes, at, colon, hasPeriod);
    this.inSample = true;
    this.stack.clear();
    at = colon + 1;
    while (at < end && bytes[at] <= SPACE) at++;
    // Without a call chain the only frame stands here, its address right-aligned to 16 places.
    const hex = hexEnd(bytes, at, end);
    if (hex > at && hex - colon > 16 && (hex === end || bytes[hex] === SPACE)) {
      this.frameLine(bytes, at, end);
      // The last line may have been cut; `finish` judges it.
      if (!this.reader().torn) this.endSample();
    }
  }

  private timeOf(bytes: Uint8Array, start: number, end: number): number {
    let second = 0;
    let at = start;
    for (; at < end && bytes[at] !== DOT; at++) second = second * 10 + bytes[at] - 48;
    let fraction = 0;
    let places = 0;
    for (at++; at < end && places < 9; at++, places++) fraction = fraction * 10 + bytes[at] - 48;
    for (; places < 9; places++) fraction *= 10;
    if (Number.isNaN(this.origin.second)) this.origin = { second, fraction };
    return nanosecondsBetween(this.origin, { second, fraction });
  }

  private threadOf(bytes: Uint8Array, start: number, end: number): number {
    const index = this.threads.intern(bytes, start, end);
    if (index < this.threadRows.length) return this.threadRows[index];
    const text = this.threads.text(index);
    const parts = /^(?:(.*?)\s+)?(?:(\d+)\/)?(\d+)(?:\s+\[\d+\])?(?:\s+[A-Za-z.]{1,8})?$/.exec(text);
    const [, comm = '', pid = '0', tid = '0'] = parts ?? ['', text];
    this.threadRows.push(this.builder.thread(Number(pid), Number(tid), comm));
    return this.threadRows[index];
  }

  private eventOf(bytes: Uint8Array, start: number, end: number, hasPeriod: boolean): number {
    const index = this.eventNames.intern(bytes, start, end);
    if (index === this.eventRows.length) this.eventRows.push(this.builder.event(eventInfo(this.eventNames.text(index), hasPeriod)));
    return this.eventRows[index];
  }

  private endSample(): void {
    if (!this.inSample) return;
    this.inSample = false;
    this.builder.sampleOf(this.stack.row(), this.event, this.weight, this.time, this.thread);
  }
}

/** How an event of perf is shown: clocks count nanoseconds, everything else counts. */
function eventInfo(name: string, hasPeriod: boolean): EventInfo {
  if (!hasPeriod) return { name, unit: 'count', label: `${name} (samples)` };
  const base = name.replace(/:[a-zA-Z]*$/, '');
  const unit: Unit = /^(?:cpu-clock|task-clock|duration_time)$/.test(base) ? 'nanoseconds' : base === 'instructions' ? 'instructions' : 'count';
  return { name, unit };
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Where the hexadecimal digits that start at `start` end, if a space or the line's end follows; else `start`. */
export function hexEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (isDigit(bytes[at]) || (bytes[at] >= 97 && bytes[at] <= 102))) at++;
  return at === end || bytes[at] <= SPACE ? at : start;
}
