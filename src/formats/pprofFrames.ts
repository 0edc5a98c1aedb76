import type { ProfileBuilder } from '../core/builder.ts';
import { IntColumn, TupleTable } from '../core/columns.ts';
import { FunctionKind } from '../core/profile.ts';
import type { PprofPruning } from './pprofPrune.ts';
import type { PprofTables } from './pprofTables.ts';

/** Names that several functions share, so that only the first line tells them apart. */
const PLACEHOLDER = /^(?:<.*>|\(.*\)|.*[.(](?:anonymous|lambda).*|anonymous|lambda|)$/i;

/** The frames of locations, made when a sample first needs them, so that what no sample needs is not in the profile. */
export class PprofFrames {
  /** Frames of locations in a row, outermost first. */
  readonly rows = new IntColumn();
  /** How many frames a location has. */
  readonly count: Int32Array;
  /** Where they begin in `rows`; -1 while they are not made. */
  private readonly firstRow: Int32Array;
  private readonly functionKeys = new TupleTable(2);
  private readonly functions: number[] = [];

  constructor(private readonly tables: PprofTables, private readonly builder: ProfileBuilder, private readonly pruning: PprofPruning | undefined) {
    this.firstRow = new Int32Array(tables.locationIds.length).fill(-1);
    this.count = new Int32Array(tables.locationIds.length);
  }

  /** Where the frames of a location begin in `rows`. */
  first(location: number): number {
    if (this.firstRow[location] < 0) this.make(location);
    return this.firstRow[location];
  }

  private make(location: number): void {
    const { tables, builder, rows } = this;
    const mapping = tables.locationMapping.data[location];
    const object = mapping < 0 ? '' : tables.text(tables.mappings[mapping].file);
    const objectIndex = builder.string(object);
    const address = tables.address(location);
    const first = this.pruning ? this.pruning.firstLine(location) : tables.lineFirst.data[location];
    const end = tables.lineFirst.data[location + 1];
    this.firstRow[location] = rows.length;
    if (first === end) rows.push(builder.frame(builder.func({ name: '[unknown]', object, kind: kindOf('', '', object) }), 0, 0, { address }));
    for (let line = end - 1; line >= first; line--) {
      const func = this.func(tables.lineFunction.data[line], object, objectIndex);
      rows.push(builder.frame(func, tables.line.data[line], tables.column.data[line], { address, inlined: line < end - 1 }));
    }
    this.count[location] = rows.length - this.firstRow[location];
  }

  /** The builder's function for one of the file, in an object. */
  private func(func: number, object: string, objectIndex: number): number {
    const key = this.functionKeys.intern(func, objectIndex);
    return this.functions[key] ??= this.makeFunction(func, object, objectIndex);
  }

  private makeFunction(func: number, object: string, objectIndex: number): number {
    const { tables, builder } = this;
    const name = func < 0 ? '' : tables.text(tables.functionName.data[func]) || tables.text(tables.functionSystemName.data[func]);
    const file = func < 0 ? '' : tables.text(tables.functionFile.data[func]);
    const line = func < 0 ? 0 : tables.functionLine.data[func];
    return builder.funcOf(builder.strings.intern(name || '[unknown]'), builder.string(file), objectIndex, line, kindOf(name, file, object), PLACEHOLDER.test(name) ? line : 0);
  }
}

function isKernel(object: string): boolean {
  return object.startsWith('[kernel') || /(?:^|\/)vmlinux|\.ko(?:\.\w+)?$/.test(object);
}

function kindOf(name: string, file: string, object: string): number {
  if (isKernel(object)) return FunctionKind.Kernel;
  if (/\.py[xi]?$/.test(file)) return FunctionKind.Python;
  if (/\.go$/.test(file) || /^(?:runtime|internal\/[\w/]+|sync|syscall|type):?\.[\w.]/.test(name)) return FunctionKind.Go;
  // Scripts and class files have no binary.
  return object !== '' || /\.(?:c|cc|cpp|cxx|h|hh|hpp|rs|s|asm)$/i.test(file) ? FunctionKind.Native : FunctionKind.Unknown;
}
