import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';

/** A program location as Valgrind knows it; '' and 0 where it does not. */
export interface ValgrindFrame {
  readonly name: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly object: string;
  /** -1 when there is none, or none that a double can hold. */
  readonly address: number;
  readonly kind: number;
}

const MAX_LINE = 0x7fffffff;
const ADDRESS = /^0x([0-9A-Fa-f]{1,16}): /;

/**
 * A location as massif and DHAT write it: `0x1091F7: buffer (heap.c:12)`, `0x4A: f(int) (in /lib/x.so)`, `0x4A: ???`. Text without an
 * address ("in 2 places, all below massif's threshold (1.00%)") is a name as it stands. Source: valgrind,
 * coregrind/m_debuginfo/debuginfo.c, VG_(describe_IP).
 */
export function parseValgrindFrame(text: string): ValgrindFrame {
  const found = ADDRESS.exec(text);
  if (!found) return { name: text || '???', file: '', line: 0, object: '', address: -1, kind: FunctionKind.Unknown };
  const rest = text.slice(found[0].length);
  const frame = { name: rest || '???', file: '', line: 0, object: '', address: valgrindAddress(found[1]), kind: FunctionKind.Native };
  const open = lastGroup(rest);
  if (open < 1) return frame;
  const name = rest.slice(0, open - 1) || '???';
  const place = rest.slice(open + 1, -1);
  if (place.startsWith('in ')) return { ...frame, name, object: place === 'in ???' ? '' : place.slice(3) };
  const colon = place.lastIndexOf(':');
  if (colon < 1 || !/^\d+$/.test(place.slice(colon + 1))) return frame;
  const file = place.slice(0, colon);
  return { ...frame, name, file: file === '???' ? '' : file, line: valgrindLine(place.slice(colon + 1)) };
}

/** Where the last parenthesised group begins, if it ends the text and a space is before it; else -1. C++ names and paths may hold parentheses too. */
function lastGroup(text: string): number {
  if (!text.endsWith(')')) return -1;
  const object = text.indexOf(' (in /');
  if (object >= 0) return object + 1;
  let depth = 0;
  for (let at = text.length - 1; at > 0; at--) {
    if (text[at] === ')') depth++;
    else if (text[at] === '(' && --depth === 0) return text[at - 1] === ' ' ? at : -1;
  }
  return -1;
}

/** The number of hexadecimal digits, with or without `0x`; -1 when it is none or beyond 2^53. */
export function valgrindAddress(digits: string): number {
  const bare = digits.replace(/^0x/i, '');
  const value = /^[0-9A-Fa-f]{1,16}$/.test(bare) ? parseInt(bare, 16) : -1;
  return value <= Number.MAX_SAFE_INTEGER ? value : -1;
}

/** A line number; 0 when it is none. */
export function valgrindLine(digits: string): number {
  const line = /^\d{1,10}$/.test(digits) ? Number(digits) : 0;
  return line <= MAX_LINE ? line : 0;
}

const REPLACING_OBJECT = /(?:^|\/)vgpreload_[\w-]+\.so$/;
const REPLACING_FILE = /(?:^|\/)(?:vg_replace_\w+|hg_intercepts|drd_\w*intercepts)\.c$/;

/** The frames of one profile, each defined once. */
export class ValgrindFrames {
  private readonly replacing: boolean[] = [];
  private readonly addresses: number[] = [];
  private readonly functions: number[] = [];
  private readonly places: { file: number; line: number }[] = [];
  private readonly rows: number[] = [];
  private readonly inlinedRows: number[] = [];

  constructor(private readonly builder: ProfileBuilder) {}

  /** The number under which `row` knows this frame. */
  define(frame: ValgrindFrame): number {
    const { builder } = this;
    const file = builder.string(frame.file);
    const func = builder.funcOf(builder.strings.intern(frame.name), file, builder.string(frame.object), 0, frame.kind);
    this.functions.push(func);
    this.addresses.push(frame.address);
    this.replacing.push(REPLACING_OBJECT.test(frame.object) || REPLACING_FILE.test(frame.file));
    this.places.push({ file, line: frame.line });
    this.rows.push(builder.frame(func, frame.line, 0, { file, address: frame.address }));
    return this.inlinedRows.push(-1) - 1;
  }

  /**
   * How many of the frames `from` to `to` (innermost first) are Valgrind's own functions in place of malloc, memcpy, pthread_mutex_lock and their kind;
   * one frame is always left. Costs belong to the line that calls them: without them, self cost stands where memory is asked for.
   */
  replacements(frames: ArrayLike<number>, from: number, to: number): number {
    let count = 0;
    while (from + count + 1 < to && this.replacing[frames[from + count]]) count++;
    return count;
  }

  /**
   * The frame row for `frame` when `outer` (-1: nobody) called it. Valgrind writes code that was inlined as a frame of its own with the address
   * of the code it was inlined into; the same address in the same function is recursion.
   */
  row(frame: number, outer: number): number {
    const address = this.addresses[frame];
    if (outer < 0 || address < 0 || address !== this.addresses[outer] || this.functions[frame] === this.functions[outer]) return this.rows[frame];
    if (this.inlinedRows[frame] < 0) this.inlinedRows[frame] = this.builder.frame(this.functions[frame], this.places[frame].line, 0, { file: this.places[frame].file, address, inlined: true });
    return this.inlinedRows[frame];
  }
}
