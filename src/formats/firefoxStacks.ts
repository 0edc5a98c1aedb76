import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import { fileOfUrl } from './fileUrl.ts';
import type { Columns, StackTables } from './firefoxTables.ts';
import { FormatError } from './format.ts';

export interface Lib {
  readonly name: string;
  readonly path: string;
}

const NOT_YET = -2;
const MAX_INT = 0x7fffffff;
const NONE = new Float64Array(0);

/** Turns rows of a thread's stack table, or of the shared one, into stacks of the profile; each row once. */
export class FirefoxStacks {
  private readonly prefix: Float64Array;
  private readonly frameOf: Float64Array;
  private readonly rows: Int32Array;
  private readonly frames: Int32Array;
  private readonly funcs: Int32Array;
  private readonly path: number[] = [];

  constructor(private readonly builder: ProfileBuilder, private readonly name: string, private readonly tables: StackTables, private readonly libs: readonly Lib[]) {
    this.prefix = tables.stackTable.get('prefix') ?? NONE;
    this.frameOf = tables.stackTable.get('frame') ?? NONE;
    this.rows = new Int32Array(this.frameOf.length).fill(NOT_YET);
    this.frames = new Int32Array(longest(tables.frameTable)).fill(NOT_YET);
    this.funcs = new Int32Array(longest(tables.funcTable)).fill(NOT_YET);
  }

  /** The stack of the profile for a row of the stack table. @throws FormatError when the tables do not fit together */
  row(stack: number): number {
    const { rows, prefix, path } = this;
    path.length = 0;
    let row = -1;
    for (let at = stack; !Number.isNaN(at) && at !== undefined; at = prefix[at]) {
      if (!(Number.isInteger(at) && at >= 0 && at < rows.length)) this.fail('a row of the stack table', at);
      if (rows[at] !== NOT_YET) {
        row = rows[at];
        break;
      }
      path.push(at);
      if (path.length > rows.length) this.fail('a stack table that is a tree', stack);
    }
    for (let at = path.pop(); at !== undefined; at = path.pop()) {
      row = this.builder.stack(row, this.frame(this.frameOf[at]));
      rows[at] = row;
    }
    return row;
  }

  private frame(index: number): number {
    if (!(Number.isInteger(index) && index >= 0 && index < this.frames.length)) this.fail('a row of the frame table', index);
    if (this.frames[index] !== NOT_YET) return this.frames[index];
    const { frameTable } = this.tables;
    const cell = (column: string) => frameTable.get(column)?.[index] ?? NaN;
    const location = frameTable.get('location')?.[index];
    const row = location === undefined ? this.processedFrame(cell) : this.rawFrame(this.text(location), cell);
    this.frames[index] = row;
    return row;
  }

  private processedFrame(cell: (column: string) => number): number {
    const func = this.func(cell('func'));
    const address = cell('address');
    const known = Number.isSafeInteger(address) && address >= 0;
    return this.builder.frame(func, placeOf(cell('line')), placeOf(cell('column')), { address: known ? address : -1, inlined: cell('inlineDepth') > 0 });
  }

  private func(index: number): number {
    if (!(Number.isInteger(index) && index >= 0 && index < this.funcs.length)) this.fail('a row of the function table', index);
    if (this.funcs[index] !== NOT_YET) return this.funcs[index];
    const { builder } = this;
    const { funcTable, resourceTable, sources } = this.tables;
    const cell = (table: Columns, column: string, at: number) => table.get(column)?.[at] ?? NaN;
    const source = cell(funcTable, 'source', index);
    const file = plainFile(this.text(Number.isNaN(source) ? cell(funcTable, 'fileName', index) : cell(sources, 'filename', source)));
    const resource = cell(funcTable, 'resource', index);
    const lib = this.libs[cell(resourceTable, 'lib', resource)] as Lib | undefined;
    const object = lib ? lib.path || lib.name : '';
    const kernel = /^\[kernel|^\[guest\.kernel|\/vmlinux|\.ko(?:\.\w+)?$|ntoskrnl/.test(object);
    const script = cell(funcTable, 'isJS', index) === 1;
    const kind = kernel ? FunctionKind.Kernel : /\.py$/.test(file) ? FunctionKind.Python : object !== '' && !script ? FunctionKind.Native : FunctionKind.Unknown;
    const line = placeOf(cell(funcTable, 'lineNumber', index));
    const column = placeOf(cell(funcTable, 'columnNumber', index));
    // Scripts have many functions of one name; where they begin tells them apart.
    const identity = script && line > 0 ? (line * 4096 + (column & 4095)) | 0 : 0;
    const name = builder.strings.intern(this.text(cell(funcTable, 'name', index)) || (script ? '(anonymous)' : '[unknown]'));
    const row = builder.funcOf(name, builder.string(file), builder.string(object), line, kind, identity);
    this.funcs[index] = row;
    return row;
  }

  /** Raw profiles name a frame by one text: `name (file.js:12:3)`, `symbol (in library)`, a label or an address. */
  private rawFrame(location: string, cell: (column: string) => number): number {
    const { builder } = this;
    const library = /^(.+) \(in ([^()]+)\)$/.exec(location);
    if (library) return builder.frame(builder.func({ name: library[1], object: library[2], kind: /kernel/.test(library[2]) ? FunctionKind.Kernel : FunctionKind.Native }));
    const script = /^(?:(.+) )?\((.+?):(\d{1,9})(?::(\d{1,9}))?\)$/.exec(location);
    if (script) {
      const [, name = '(anonymous)', file, line, column = '0'] = script;
      const func = builder.funcOf(builder.strings.intern(name), builder.string(plainFile(file)), -1, Number(line), FunctionKind.Unknown, (Number(line) * 4096 + (Number(column) & 4095)) | 0);
      return builder.frame(func, placeOf(cell('line')), placeOf(cell('column')));
    }
    return builder.frame(builder.func({ name: location || '[unknown]' }), placeOf(cell('line')), placeOf(cell('column')));
  }

  private text(index: number): string {
    if (Number.isNaN(index) || index === -1) return '';
    return this.tables.strings[index] ?? this.fail('a row of the table of strings', index);
  }

  private fail(expected: string, found: number): never {
    throw new FormatError(this.name, 'the tables of a thread', expected, String(found));
  }
}

function longest(table: Columns): number {
  let length = 0;
  for (const column of table.values()) length = Math.max(length, column.length);
  return length;
}

/** A line or column, 1-based; 0 when it is none. */
function placeOf(value: number): number {
  return Number.isInteger(value) && value > 0 && value <= MAX_INT ? value : 0;
}

/** The path of a file that is named with its repository (`hg:hg.mozilla.org/mozilla-central:dom/a.cpp:rev`) or by a URL. */
function plainFile(file: string): string {
  return fileOfUrl(/^(?:hg|git|s3|cargo):[^:]*:([^:]+)(?::|$)/.exec(file)?.[1] ?? file);
}
