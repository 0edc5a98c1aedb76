import { startsWith } from './byteStrings.ts';
import { endsWith, resultStart } from './traceLine.ts';

const SPACE = 32;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;

/**
 * The parenthesis that closes the arguments: the last `) = ` whose result is not the end of a string, for ltrace leaves quotes
 * inside of strings as they are; -1 when there is none.
 */
export function ltraceCallEnd(bytes: Uint8Array, start: number, end: number): number {
  const endsInQuote = bytes[end - 1] === QUOTE;
  for (let at = end - 1; at >= start; at--) {
    if (bytes[at] !== CLOSE) continue;
    const result = resultStart(bytes, at, end);
    if (result > 0 && (!endsInQuote || (bytes[result] === QUOTE && result < end - 1))) return at;
  }
  return -1;
}

/**
 * The parenthesis that opens the arguments. Demangled names (`-C`) hold parentheses of their own: `f(int)(1)`, `A::b() const(1)`;
 * -1 when there is none.
 */
export function ltraceArguments(bytes: Uint8Array, start: number, end: number): number {
  let first = -1;
  let last = -1;
  for (let at = start; at < end && bytes[at] !== QUOTE; at++) {
    if (bytes[at] !== OPEN) continue;
    if (first < 0) first = at;
    if (at > start && (bytes[at - 1] === CLOSE || endsWith(bytes, start, at, ') const'))) last = at;
  }
  const open = last > 0 ? last : first;
  if (open < 0) return -1;
  // A plain name has no spaces, a demangled one has parentheses or an operator.
  if (open === last || startsWith(bytes, start, end, 'operator')) return open;
  for (let at = start; at < open; at++) if (bytes[at] <= SPACE) return -1;
  return open;
}

/** Whether the line says that the call has not returned: `unfinished` (it may yet), `no return` (it will not, or a signal came). */
export function leftOpen(bytes: Uint8Array, start: number, end: number): 'unfinished' | 'no return' | undefined {
  if (endsWith(bytes, start, end, '<unfinished ...>')) return 'unfinished';
  return endsWith(bytes, start, end, '<no return ...>') ? 'no return' : undefined;
}

/** What a function is called, and the library it is in, by ltrace: `malloc`, `malloc@libc.so.6`, or `caller->malloc`. */
export function ltraceName(text: string): { name: string; object: string } {
  const arrow = text.indexOf('->');
  const name = arrow > 0 && !text.slice(0, arrow).includes('operator') ? text.slice(arrow + 2) : text;
  const at = /^([^@]+)@([^@]+)$/.exec(name);
  return at ? { name: at[1], object: at[2] } : { name: name || '[unknown]', object: '' };
}
