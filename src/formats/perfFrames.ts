import type { ProfileBuilder } from '../core/builder.ts';
import { FloatColumn, IntColumn, TupleTable } from '../core/columns.ts';
import { FunctionKind } from '../core/profile.ts';
import { ByteStrings, decodeText } from './byteStrings.ts';

/** A frame line taken apart: `<address> <symbol>[+0x<offset>] (<object>)`. */
export interface FrameText {
  /** As printed; -1 when it does not fit a double exactly or there is none. */
  readonly address: number;
  readonly symbol: string;
  /** '' when the line has none. */
  readonly object: string;
  /** perf resolved this frame from debug information: it was inlined into the next outer one. */
  readonly inlined: boolean;
}

/** perf's mark after an inlined frame, in the place of the object. */
const INLINED = ' (inlined)';

/**
 * Takes a frame line apart. The symbol may hold spaces and parentheses (C++), and the object may end in ` (deleted)`, so
 * the object is the last group of parentheses that starts behind a space. Source: linux, tools/perf/util/evsel_fprintf.c,
 * sample__fprintf_callchain.
 */
export function parseFrame(line: string): FrameText {
  const space = line.indexOf(' ');
  const hex = space < 0 ? line : line.slice(0, space);
  const value = Number.parseInt(hex, 16);
  const address = Number.isSafeInteger(value) ? value : -1;
  let rest = space < 0 ? '' : line.slice(space + 1).trim();
  let object = '';
  const inlined = rest.endsWith(INLINED);
  if (inlined) {
    rest = rest.slice(0, -INLINED.length);
  } else if (rest.endsWith(')')) {
    const open = objectStart(rest);
    if (open >= 0) {
      object = rest.slice(open + 1, -1);
      rest = rest.slice(0, open).trimEnd();
    }
  }
  const symbol = rest.replace(/\+0x[0-9a-f]+$/, '');
  return { address, symbol: symbol || '[unknown]', object, inlined };
}

/** Where the `(` of the object at the end stands; -1 when there is none. */
function objectStart(text: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const character = text[at];
    if (character === ')') depth++;
    if (character !== '(') continue;
    // A path may hold parentheses of its own, and not even in pairs.
    if (depth > 1) depth--;
    else if (at === 0 || text[at - 1] === ' ') return at;
  }
  return -1;
}

/** Whether perf's name of an object means the kernel or one of its modules. */
export function isKernelObject(object: string): boolean {
  if (object.startsWith('[')) return !/^\[(?:unknown|vdso|vdso32|vsyscall|heap|stack|uprobes|anon|vectors|sigpage)/.test(object);
  return /(?:^|\/)vmlinux(?:$|[-.])|\.ko(?:\.\w+)?$|^bpf_prog_/.test(object);
}

/** Whether an address in this object can be looked up later: it is a file, and no place for generated code. */
function hasSymbols(object: string): boolean {
  return object.startsWith('/') && !/^\/\/anon|^\/memfd:|^\/SYSV|^\/dev\/|^\/anon_hugepage|\/perf-\d+\.map$| \(deleted\)$/.test(object);
}

/** What lines with one symbol and object have in common. */
interface Place {
  readonly object: string;
  readonly kind: number;
  /** Names from the outermost to the innermost: Java's compiler joins what it inlined with `->`. */
  readonly names: readonly string[];
  /** String index of the source file that the symbol itself names (Python); -1 otherwise. */
  readonly file: number;
  /** First line of the function, 0 when the symbol does not name it. */
  readonly first: number;
  /** Whether addresses may be looked up later. */
  readonly lookup: boolean;
}

const SPACE = 32;
const OPEN = 40;
const CLOSE = 41;
const KERNEL = 1;
const INLINED_FLAG = 2;
/** The line ends as a frame with an object does. */
const WHOLE = 4;

/**
 * Turns frame lines into frames of the profile. Distinct lines are few (one for each address), so a line is looked up by
 * its bytes and taken apart only once, and what they say besides the address is fewer still.
 */
export class PerfFrames {
  private readonly lines = new ByteStrings();
  private readonly symbols = new ByteStrings();
  private readonly objects = new ByteStrings();
  /** [symbol, object] of the places that were found by bytes, and the row of each in `places`. */
  private readonly pairs = new TupleTable(2);
  private readonly pairPlaces: number[] = [];
  private readonly places: Place[] = [];
  private readonly placeKeys = new Map<string, number>();
  /** By line: row in `places`, the address as printed (-1 when it does not fit a double exactly) and KERNEL, INLINED_FLAG, WHOLE. */
  private readonly placeOf = new IntColumn();
  private readonly addresses = new FloatColumn();
  private flags = new Uint8Array(1024);
  /** By line, twice: caller and exact. The frame's row + 1; 0: not made yet; -1: in `severalRows`. */
  private rowsOf = new Int32Array(2048);
  private readonly severalRows = new Map<number, readonly number[]>();
  /** Line, source line (or -1), string index of the object (or -1), 1 when the address is exact. */
  private readonly variants = new TupleTable(4);
  private readonly variantRows: (readonly number[])[] = [];
  private readonly sourceLines = new ByteStrings();
  private readonly sourceFiles: { readonly file: number; readonly line: number; readonly inlined: boolean }[] = [];

  private objectSeen = false;

  constructor(private readonly builder: ProfileBuilder) {}

  /** The index of a frame line, from its address on. */
  line(bytes: Uint8Array, start: number, end: number): number {
    const index = this.lines.intern(bytes, start, end);
    if (index === this.placeOf.length) this.add(index, bytes, start, end);
    this.lines.remember(index);
    return index;
  }

  /** As `line`, for one that may have been seen before and whose end is not known; -1 when it is not found. */
  known(bytes: Uint8Array, start: number, limit: number): number {
    return this.lines.recall(bytes, start, limit);
  }

  /** Behind the newline of the line that `known` found. */
  get knownEnd(): number {
    return this.lines.recalledEnd;
  }

  /** The index of a source line as `-F +srcline` prints it below a frame: `file:line`. */
  sourceLine(bytes: Uint8Array, start: number, end: number): number {
    const index = this.sourceLines.intern(bytes, start, end);
    if (index === this.sourceFiles.length) {
      const whole = this.sourceLines.text(index).trim();
      const inlined = whole.endsWith(INLINED);
      const text = inlined ? whole.slice(0, -INLINED.length) : whole;
      const colon = text.lastIndexOf(':');
      const line = Number(text.slice(colon + 1));
      const known = colon > 0 && Number.isInteger(line) && line > 0 && line < 0x7fffffff;
      this.sourceFiles.push({ file: known ? this.builder.string(text.slice(0, colon)) : -1, line: known ? line : 0, inlined });
    }
    return index;
  }

  isKernel(line: number): boolean {
    return (this.flags[line] & KERNEL) !== 0;
  }

  isInlined(line: number, sourceLine: number): boolean {
    return (this.flags[line] & INLINED_FLAG) !== 0 || (sourceLine >= 0 && this.sourceFiles[sourceLine].inlined);
  }

  /** Whether any line had an object: then one without may have been cut off. */
  get anyObject(): boolean {
    return this.objectSeen;
  }

  /** Whether the line ends as a frame with an object does. */
  hasObject(line: number): boolean {
    return (this.flags[line] & WHOLE) !== 0;
  }

  /** The symbol of a line. */
  symbol(line: number): string {
    return this.placeAt(line).names[0];
  }

  /** The address as printed; -1 when it does not fit a double exactly. */
  address(line: number): number {
    return this.addresses.data[line];
  }

  /** String index of the line's object; -1 when it has none. */
  object(line: number): number {
    return this.builder.string(this.placeAt(line).object);
  }

  /**
   * The stack with the frames of a line called by `stack`: one frame, except for joined names. `exact`: the address is that of the
   * instruction; otherwise it is where a call returns to, and the frame's address is put one byte earlier, inside the call.
   */
  called(stack: number, line: number, exact: boolean): number {
    const slot = line * 2 + (exact ? 1 : 0);
    const row = this.rowsOf[slot];
    if (row > 0) return this.builder.stack(stack, row - 1);
    if (row === 0) {
      const rows = this.makeRows(line, -1, this.object(line), exact);
      this.rowsOf[slot] = rows.length === 1 ? rows[0] + 1 : -1;
      if (rows.length !== 1) this.severalRows.set(slot, rows);
      return this.called(stack, line, exact);
    }
    let last = stack;
    for (const each of this.severalRows.get(slot)!) last = this.builder.stack(last, each);
    return last;
  }

  /** The frames of a line, outermost first, for one with a source line or inlined into code of `object`. */
  rowsWith(line: number, sourceLine: number, object: number, exact: boolean): readonly number[] {
    const variant = this.variants.intern(line, sourceLine, object, exact ? 1 : 0);
    return this.variantRows[variant] ??= this.makeRows(line, sourceLine, object, exact);
  }

  private placeAt(line: number): Place {
    return this.places[this.placeOf.data[line]];
  }

  private add(index: number, bytes: Uint8Array, start: number, end: number): void {
    if (index === this.flags.length) {
      const flags = new Uint8Array(index * 2);
      flags.set(this.flags);
      this.flags = flags;
      const rows = new Int32Array(index * 4);
      rows.set(this.rowsOf);
      this.rowsOf = rows;
    }
    let place = this.placeByBytes(bytes, start, end);
    let inlined = false;
    let address: number;
    if (place >= 0) {
      address = addressAt(bytes, start);
    } else {
      const text = parseFrame(this.lines.text(index));
      ({ address, inlined } = text);
      place = this.placeByText(text);
    }
    const { object, kind } = this.places[place];
    this.placeOf.push(place);
    this.addresses.push(address);
    this.flags[index] = (kind === FunctionKind.Kernel ? KERNEL : 0) | (inlined ? INLINED_FLAG : 0) | (object !== '' || inlined ? WHOLE : 0);
    this.objectSeen ||= object !== '';
  }

  /** The place of a line of the usual form, `address symbol[+0xoffset] (object)`, from its bytes; -1 for lines that `parseFrame` has to judge. */
  private placeByBytes(bytes: Uint8Array, start: number, end: number): number {
    let open = end - 2;
    if (open < start || bytes[end - 1] !== CLOSE) return -1;
    while (open > start && bytes[open] > SPACE && bytes[open] < 127 && bytes[open] !== OPEN && bytes[open] !== CLOSE) open--;
    if (bytes[open] !== OPEN || bytes[open - 1] !== SPACE || open === end - 2) return -1;
    let first = start;
    while (first < open && bytes[first] !== SPACE) first++;
    first++;
    let last = open - 1;
    // What `trim` would take away, and more than ASCII, is left to it.
    if (last <= first || !isVisible(bytes[first]) || !isVisible(bytes[last - 1])) return -1;
    let digits = last;
    while (digits > first && isHexDigit(bytes[digits - 1])) digits--;
    if (digits < last && digits - 3 >= first && bytes[digits - 1] === 120 && bytes[digits - 2] === 48 && bytes[digits - 3] === 43) last = digits - 3;
    if (last === first) return -1;
    const pair = this.pairs.internPair(this.symbols.intern(bytes, first, last), this.objects.intern(bytes, open + 1, end - 1));
    if (pair === this.pairPlaces.length) {
      const text = parseFrame(decodeText(bytes, start, end));
      this.pairPlaces.push(text.inlined ? -1 : this.placeByText(text));
    }
    return this.pairPlaces[pair];
  }

  private placeByText({ symbol, object, inlined }: FrameText): number {
    const key = `${inlined ? 1 : 0}${object}\n${symbol}`;
    const known = this.placeKeys.get(key);
    if (known !== undefined) return known;
    const kernel = isKernelObject(object);
    let kind: number = kernel ? FunctionKind.Kernel : FunctionKind.Native;
    let names: readonly string[] = [symbol];
    let file = -1;
    let first = 0;
    // Python's perf support names functions `py::<name>:<file>`; our Python perf profiler puts their first line behind it.
    const python = /^py::([^:]+):(.*?)(?::([1-9]\d{0,8}))?$/.exec(symbol);
    if (python) {
      kind = FunctionKind.Python;
      names = [python[1]];
      file = this.builder.string(python[2]);
      first = Number(python[3] ?? 0);
    } else if (symbol.includes('->') && /\/perf-\d+\.map$/.test(object)) {
      const parts = symbol.split('->').filter((part) => part !== '');
      if (parts.length > 0) names = parts;
    }
    this.placeKeys.set(key, this.places.length);
    return this.places.push({ object, kind, names, file, first, lookup: !kernel && !python && (hasSymbols(object) || inlined || object === '') }) - 1;
  }

  private makeRows(line: number, sourceLine: number, object: number, exact: boolean): readonly number[] {
    const { builder } = this;
    const { kind, names, file, first, lookup } = this.placeAt(line);
    const source = sourceLine < 0 ? undefined : this.sourceFiles[sourceLine];
    const printed = this.address(line);
    const address = !lookup || printed < 0 ? -1 : exact ? printed : Math.max(printed - 1, 0);
    const inlined = this.isInlined(line, sourceLine);
    return names.map((name, index) => {
      // The object of a Python function is a file made for it alone, and gone.
      const func = builder.funcOf(builder.strings.intern(name), file, kind === FunctionKind.Python ? -1 : object, first, kind, first);
      return builder.frame(func, source?.line ?? 0, 0, {
        address,
        inlined: inlined || index > 0,
        ...(source && source.file >= 0 ? { file: source.file } : {}),
      });
    });
  }
}

function isVisible(byte: number): boolean {
  return byte > SPACE && byte < 127;
}

function isHexDigit(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102);
}

/** The hexadecimal number at `start`; -1 when it does not fit a double exactly. */
function addressAt(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let at = start; isHexDigit(bytes[at]); at++) value = value * 16 + bytes[at] - (bytes[at] < 58 ? 48 : 87);
  return Number.isSafeInteger(value) ? value : -1;
}
