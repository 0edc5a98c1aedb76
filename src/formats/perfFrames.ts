import type { ProfileBuilder } from '../core/builder.ts';
import { TupleTable } from '../core/columns.ts';
import { FunctionKind } from '../core/profile.ts';
import { ByteStrings } from './byteStrings.ts';

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

/** What is known of a distinct frame line. */
interface LineInfo {
  readonly text: FrameText;
  readonly kind: number;
  /** Names from the outermost to the innermost: Java's compiler joins what it inlined with `->`. */
  readonly names: readonly string[];
  /** String index of the source file that the symbol itself names (Python); -1 otherwise. */
  readonly file: number;
  readonly address: number;
}

/**
 * Turns frame lines into frames of the profile. Distinct lines are few (one for each address), so a line is looked up by
 * its bytes and taken apart only once.
 */
export class PerfFrames {
  private readonly lines = new ByteStrings();
  private readonly info: LineInfo[] = [];
  private readonly kernel: boolean[] = [];
  private readonly inlined: boolean[] = [];
  /** Line, source line (or -1), string index of the object (or -1), 1 when the address is exact. */
  private readonly variants = new TupleTable(4);
  private readonly variantRows: (readonly number[])[] = [];
  /** Rows of lines without a source line of their own; twice each, caller and exact. */
  private readonly plainRows: ((readonly number[]) | undefined)[] = [];
  private readonly sourceLines = new ByteStrings();
  private readonly sourceFiles: { readonly file: number; readonly line: number; readonly inlined: boolean }[] = [];

  private objectSeen = false;

  constructor(private readonly builder: ProfileBuilder) {}

  /** The index of a frame line, from its address on. */
  line(bytes: Uint8Array, start: number, end: number): number {
    const index = this.lines.intern(bytes, start, end);
    if (index === this.info.length) this.add(index);
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
    return this.kernel[line];
  }

  isInlined(line: number, sourceLine: number): boolean {
    return this.inlined[line] || (sourceLine >= 0 && this.sourceFiles[sourceLine].inlined);
  }

  /** Whether any line had an object: then one without may have been cut off. */
  get anyObject(): boolean {
    return this.objectSeen;
  }

  /** Whether the line ends as a frame with an object does. */
  hasObject(line: number): boolean {
    return this.info[line].text.object !== '' || this.info[line].text.inlined;
  }

  /** The address as printed; -1 when it does not fit a double exactly. */
  address(line: number): number {
    return this.info[line].text.address;
  }

  /** String index of the line's object; -1 when it has none. */
  object(line: number): number {
    return this.builder.string(this.info[line].text.object);
  }

  /**
   * The frames of a line, outermost first: one, except for joined names. `exact`: the address is that of the instruction;
   * otherwise it is where a call returns to, and the frame's address is put one byte earlier, inside the call.
   */
  rows(line: number, exact: boolean): readonly number[] {
    const slot = line * 2 + (exact ? 1 : 0);
    return this.plainRows[slot] ??= this.makeRows(line, -1, this.object(line), exact);
  }

  /** As `rows`, for a frame with a source line or inlined into code of `object`. */
  rowsWith(line: number, sourceLine: number, object: number, exact: boolean): readonly number[] {
    const variant = this.variants.intern(line, sourceLine, object, exact ? 1 : 0);
    return this.variantRows[variant] ??= this.makeRows(line, sourceLine, object, exact);
  }

  private add(index: number): void {
    const text = parseFrame(this.lines.text(index));
    const { object, symbol } = text;
    const kernel = isKernelObject(object);
    const address = !kernel && (hasSymbols(object) || text.inlined || object === '') ? text.address : -1;
    let kind: number = kernel ? FunctionKind.Kernel : FunctionKind.Native;
    let names: readonly string[] = [symbol];
    let file = -1;
    // Python's perf support names functions `py::<name>:<file>`.
    const python = /^py::([^:]+):(.*)$/.exec(symbol);
    if (python) {
      kind = FunctionKind.Python;
      names = [python[1]];
      file = this.builder.string(python[2]);
    } else if (symbol.includes('->') && /\/perf-\d+\.map$/.test(object)) {
      const parts = symbol.split('->').filter((part) => part !== '');
      if (parts.length > 0) names = parts;
    }
    this.info.push({ text, kind, names, file, address });
    this.objectSeen ||= object !== '';
    this.kernel.push(kernel);
    this.inlined.push(text.inlined);
  }

  private makeRows(line: number, sourceLine: number, object: number, exact: boolean): readonly number[] {
    const { builder } = this;
    const { kind, names, file, address } = this.info[line];
    const source = sourceLine < 0 ? undefined : this.sourceFiles[sourceLine];
    const place = address < 0 ? -1 : exact ? address : Math.max(address - 1, 0);
    const inlined = this.isInlined(line, sourceLine);
    return names.map((name, index) => {
      const func = builder.funcOf(builder.strings.intern(name), file, object, 0, kind);
      return builder.frame(func, source?.line ?? 0, 0, {
        address: place,
        inlined: inlined || index > 0,
        ...(source && source.file >= 0 ? { file: source.file } : {}),
      });
    });
  }
}
