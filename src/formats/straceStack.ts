import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import { ByteStrings } from './byteStrings.ts';

/** The frames that `strace -k` prints below a call, innermost first: ` > /lib/libc.so.6(write+0x13) [0xf8350]`. */
export class StraceStack {
  private readonly lines = new ByteStrings();
  private readonly frameOfLine: number[] = [];
  private readonly frames: number[] = [];

  constructor(private readonly builder: ProfileBuilder) {}

  clear(): void {
    this.frames.length = 0;
  }

  /** Adds the next outer frame; `bytes[start..end)` is the line behind ` > `. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const index = this.lines.intern(bytes, start, end);
    if (index === this.frameOfLine.length) this.frameOfLine.push(this.frameOf(this.lines.text(index)));
    if (this.frameOfLine[index] >= 0) this.frames.push(this.frameOfLine[index]);
  }

  /** The stack of the frames so far with `leaf` called by them. */
  row(leaf: number): number {
    let stack = -1;
    for (let i = this.frames.length - 1; i >= 0; i--) stack = this.builder.stack(stack, this.frames[i]);
    return this.builder.stack(stack, leaf);
  }

  private frameOf(line: string): number {
    const parts = parseStackLine(line);
    if (!parts) return -1;
    const { symbol, object, file, line: sourceLine } = parts;
    const func = this.builder.func({ name: symbol || '[unknown]', ...(file ? { file } : {}), ...(object ? { object } : {}), kind: FunctionKind.Native });
    return this.builder.frame(func, sourceLine);
  }
}

/**
 * Takes `object(symbol+0x12) [0x3f] file:line` apart; the source line is there with `-kk`. undefined for what is no frame
 * (`unexpected_backtracing_error [0x..]`). Source: strace, src/unwind.c.
 */
export function parseStackLine(line: string): { symbol: string; object: string; file: string; line: number } | undefined {
  const close = line.lastIndexOf(') [0x');
  if (close < 0) return undefined;
  // Names of C++ functions hold parentheses as well, and folders may: there a space stands before them.
  let open = line.indexOf('(');
  while (open >= 0 && (open === 0 || line[open - 1] === ' ' || line[open - 1] === '/')) open = line.indexOf('(', open + 1);
  if (open < 0 || open > close) return undefined;
  const source = /^\) \[0x[0-9a-f]+\] ([^\n]+):(\d{1,9})$/.exec(line.slice(close));
  return {
    symbol: line.slice(open + 1, close).replace(/\+0x[0-9a-f]+$/, ''),
    object: line.slice(0, open),
    file: source?.[1] ?? '',
    line: source ? Number(source[2]) : 0,
  };
}
