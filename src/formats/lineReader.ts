import type { Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { Utf16Transcoder } from './utf16.ts';

/** Longer lines are no text of any profiler; the limit keeps hostile input from filling the memory. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

const NEWLINE = 10;
const RETURN = 13;

/** Called for each line; `bytes[start..end)` is the line without its line end and is valid only during the call. */
export type LineHandler = (bytes: Uint8Array, start: number, end: number) => void;

/**
 * Takes lines whose ends need not be looked for, as many as it can, from `start` of bytes that end at `end`. Gives the place behind the
 * last newline it took, or `start`; `taken` tells how many those were. The next line is handed out as usual.
 */
export interface LineTaker {
  take(bytes: Uint8Array, start: number, end: number): number;
  readonly taken: number;
}

/**
 * Splits a stream of bytes into lines without making strings. Takes LF and CRLF, a missing last newline, a UTF-8 BOM, and
 * UTF-16 with a BOM (handed out as UTF-8). Chunks may break anywhere and may be reused by the caller after `push`.
 */
export class LineReader {
  /** 1-based number of the line that is being handed out. */
  lineNumber = 0;
  /** Bytes before the line that is being handed out (of the UTF-8 text, without a BOM). */
  byteOffset = 0;
  /** True while the last line is handed out, if no newline ended it. */
  torn = false;
  private nextOffset = 0;
  private carry = new Uint8Array(4096);
  private carried = 0;
  /** The first bytes, until it is known whether they are a BOM; undefined afterwards. */
  private head: number[] | undefined = [];
  private utf16: Utf16Transcoder | undefined;

  /** `taker`, when given, is asked before each line. */
  constructor(private readonly onLine: LineHandler, private readonly name = 'input', public taker?: LineTaker) {}

  push(chunk: Uint8Array): void {
    if (this.head) {
      for (let at = 0; at < chunk.length; at++) {
        this.head.push(chunk[at]);
        if (this.head.length === 3) {
          this.startText();
          this.push(chunk.subarray(at + 1));
          return;
        }
      }
      return;
    }
    this.split(this.utf16 ? this.utf16.push(chunk) : chunk);
  }

  /** Hands out the last line when the input did not end with a newline. */
  finish(): void {
    if (this.head) this.startText();
    if (this.utf16) this.split(this.utf16.finish());
    if (this.carried === 0) return;
    this.torn = true;
    this.handOut(this.carry, 0, this.carried, this.carried);
    this.carried = 0;
  }

  private startText(): void {
    const head = this.head ?? [];
    this.head = undefined;
    if (head[0] === 0xff && head[1] === 0xfe) this.utf16 = new Utf16Transcoder(true);
    else if (head[0] === 0xfe && head[1] === 0xff) this.utf16 = new Utf16Transcoder(false);
    if (this.utf16) head.splice(0, 2);
    else if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) head.splice(0, 3);
    if (head.length > 0) this.push(Uint8Array.from(head));
  }

  private split(bytes: Uint8Array): void {
    let start = 0;
    if (this.carried > 0) {
      const newline = bytes.indexOf(NEWLINE);
      this.keep(bytes, 0, newline < 0 ? bytes.length : newline);
      if (newline < 0) return;
      const length = this.carried;
      this.carried = 0;
      this.handOut(this.carry, 0, length, length + 1);
      start = newline + 1;
    }
    for (;;) {
      if (this.taker) start = this.takeKnown(bytes, start, this.taker);
      // Most lines are short, and for those a loop beats the call of indexOf.
      const near = Math.min(start + 32, bytes.length);
      let newline = start;
      while (newline < near && bytes[newline] !== NEWLINE) newline++;
      if (newline === near) {
        newline = bytes.indexOf(NEWLINE, near);
        if (newline < 0) break;
      }
      this.handOut(bytes, start, newline, newline + 1 - start);
      start = newline + 1;
    }
    this.keep(bytes, start, bytes.length);
  }

  private takeKnown(bytes: Uint8Array, start: number, taker: LineTaker): number {
    const end = taker.take(bytes, start, bytes.length);
    if (end > start) {
      this.lineNumber += taker.taken;
      this.nextOffset += end - start;
    }
    return end;
  }

  private handOut(bytes: Uint8Array, start: number, end: number, size: number): void {
    this.lineNumber++;
    this.byteOffset = this.nextOffset;
    this.nextOffset += size;
    this.onLine(bytes, start, end > start && bytes[end - 1] === RETURN ? end - 1 : end);
  }

  private keep(bytes: Uint8Array, start: number, end: number): void {
    const length = this.carried + end - start;
    if (length > MAX_LINE_BYTES) throw new FormatError(this.name, `line ${this.lineNumber + 1}`, `a line below ${MAX_LINE_BYTES >> 20} MiB`);
    if (length > this.carry.length) {
      const grown = new Uint8Array(Math.max(length, this.carry.length * 2));
      grown.set(this.carry.subarray(0, this.carried));
      this.carry = grown;
    }
    this.carry.set(bytes.subarray(start, end), this.carried);
    this.carried = length;
  }
}

/**
 * Reads `input` line by line through `reader`. `before` is the number of bytes read of earlier inputs, for progress; the
 * result is that number with this input's bytes added.
 */
export async function readLines(input: Input, reader: LineReader, options?: ReadOptions, before = 0): Promise<number> {
  let bytes = before;
  for await (const chunk of input.read()) {
    reader.push(chunk);
    bytes += chunk.length;
    options?.progress?.(bytes);
  }
  reader.finish();
  return bytes;
}

/** The first lines of `head`, decoded, at most `limit`; a last line that the head cuts off is left out unless it is the only one. */
export function firstLines(head: Uint8Array, limit: number): string[] {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const reader = new LineReader((bytes, start, end) => {
    if (lines.length < limit && (!reader.torn || lines.length === 0)) lines.push(decoder.decode(bytes.subarray(start, end)));
  });
  reader.push(head);
  reader.finish();
  return lines;
}
