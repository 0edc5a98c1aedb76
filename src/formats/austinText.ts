import { ByteStrings, decodeText } from './byteStrings.ts';
import type { AustinFrame, AustinSamples } from './austinSamples.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';

const SPACE = 32;
const HASH = 35;
const SEMICOLON = 59;
const METRICS = /^(-?\d{1,20})(?:,(-?\d{1,20}),(-?\d{1,20}))?$/;
const THREAD = /^(?:P|Process )(\d{1,15});(?:T|Thread )(?:(\d+):)?(?:0x)?([0-9a-f]{1,16})$/i;
const MAX_INT = 0x7fffffff;

/**
 * Reads the lines `P<pid>;T<interpreter>:<thread>;module:function:line;... metrics` with the frames from the outermost inwards. Metrics
 * are microseconds, bytes (mode memory), or `microseconds,idle,bytes` (mode full). Versions before 3 name no interpreter; version 1
 * wrote frames as `function (module);L<line>`.
 */
export class AustinTextParser {
  private readonly frames = new ByteStrings();
  private readonly frameRows: number[] = [];
  private readonly threads = new ByteStrings();
  private readonly threadRows: number[] = [];

  constructor(private readonly samples: AustinSamples, private readonly name: string, private readonly reader: () => LineReader) {}

  line(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (bytes[start] === HASH && bytes[start + 1] === SPACE) {
      const [, key, value] = /^# ([^:]+): (.*)$/.exec(decodeText(bytes, start, Math.min(end, start + 1000))) ?? [];
      if (key !== undefined) this.samples.fact(key, value);
      return;
    }
    const { torn } = this.reader();
    // Austin ends every line, so one without an end may have lost digits.
    if (torn) {
      this.samples.builder.truncated(`${this.name} was cut off in line ${this.reader().lineNumber}; the samples until there are shown`);
      return;
    }
    this.sample(bytes, start, end);
  }

  private sample(bytes: Uint8Array, start: number, end: number): void {
    let space = end - 1;
    while (space > start && bytes[space] !== SPACE) space--;
    const metrics = METRICS.exec(decodeText(bytes, space + 1, Math.min(end, space + 100)));
    if (space === start || !metrics || end - space > 99) this.error(bytes, start, end);
    let at = start;
    let parts = 0;
    while (at < space && (bytes[at] !== SEMICOLON || ++parts < 2)) at++;
    const thread = this.thread(bytes, start, at, end);
    const { builder } = this.samples;
    let stack = -1;
    while (at < space) {
      const from = ++at;
      while (at < space && bytes[at] !== SEMICOLON) at++;
      // Version 1 puts the line behind the frame.
      let to = at;
      if (to + 1 < space && bytes[to + 1] === 76 && isLine(bytes, to + 2, space)) for (at++; at < space && bytes[at] !== SEMICOLON; ) at++;
      if (to + 1 < at) to = at;
      if (to > from) stack = builder.stack(stack, this.frame(bytes, from, to));
    }
    if (stack < 0) stack = builder.stack(-1, this.samples.noFrame());
    const [, first, idle, memory] = metrics;
    const value = this.number(first);
    if (memory !== undefined) this.samples.sample(stack, thread, value, idle !== '0', this.number(memory));
    else if (this.samples.countsMemory) this.samples.sample(stack, thread, undefined, undefined, value);
    else this.samples.sample(stack, thread, value, undefined, undefined);
  }

  private number(text: string): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) this.samples.builder.warn('numbers above 2^53 occur and are rounded');
    return value;
  }

  private thread(bytes: Uint8Array, start: number, end: number, lineEnd: number): number {
    const index = this.threads.intern(bytes, start, end);
    if (index < this.threadRows.length) return this.threadRows[index];
    const parts = THREAD.exec(this.threads.text(index));
    if (!parts) this.error(bytes, start, lineEnd);
    const [, pid, interpreter, id] = parts;
    const tid = /^\d+$/.test(id) ? Number(id) : Number.parseInt(id, 16);
    this.threadRows.push(this.samples.builder.thread(Number(pid), Number.isSafeInteger(tid) ? tid : 0, interpreter === undefined || interpreter === '0' ? '' : `interpreter ${interpreter}`));
    return this.threadRows[index];
  }

  private frame(bytes: Uint8Array, start: number, end: number): number {
    const index = this.frames.intern(bytes, start, end);
    if (index === this.frameRows.length) this.frameRows.push(this.samples.frame(parseFrame(this.frames.text(index))));
    return this.frameRows[index];
  }

  private error(bytes: Uint8Array, start: number, end: number): never {
    throw new FormatError(this.name, `line ${this.reader().lineNumber}`, 'a sample such as "P1;T0:1;file.py:function:12 1000"', decodeText(bytes, start, Math.min(end, start + 100)));
  }
}

function isLine(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) at++;
  return at > start && (at === end || bytes[at] === SEMICOLON);
}

/** Takes `module:function:line` apart; a module may hold colons (`C:\a.py`), and so may a native function. */
function parseFrame(text: string): AustinFrame {
  const old = /^(.+) \((.*)\);L(\d+)$/s.exec(text);
  if (old) return { module: old[2], name: old[1], line: lineOf(old[3]) };
  const parts = /^(.*?\.(?:py[cdowx]?|so(?:\.[\d.]+)?)):(.*):(\d*)$/s.exec(text) ?? /^(.*):([^:]*):(\d*)$/s.exec(text);
  return parts ? { module: parts[1], name: parts[2], line: lineOf(parts[3]) } : { module: '', name: text, line: 0 };
}

function lineOf(digits: string): number {
  const line = Number(digits);
  return line <= MAX_INT ? line : 0;
}
