import { boundedNumber } from './boundedNumber.ts';
import type { JsonReader } from './jsonReader.ts';

/** Columns of a table by name; null is NaN, true is 1. Columns of text and objects are left out. */
export type Columns = ReadonlyMap<string, Float64Array>;

/** The tables that stacks are made of, of a thread or shared by all. */
export interface StackTables {
  readonly stackTable: Columns;
  readonly frameTable: Columns;
  readonly funcTable: Columns;
  readonly resourceTable: Columns;
  readonly sources: Columns;
  readonly strings: readonly string[];
}

/** Names of the tables that `readTables` knows. */
const TABLES = ['stackTable', 'frameTable', 'funcTable', 'resourceTable', 'sources'] as const;

/** A thread, or the shared part, while its keys are read. */
export class OpenTables {
  private readonly tables = new Map<string, Columns>();
  private strings: string[] | undefined;

  /** Reads the value of a key if it is one of the tables; false when it is none, with the cursor still at it. */
  take(json: JsonReader, key: string): boolean {
    if ((TABLES as readonly string[]).includes(key)) {
      this.tables.set(key, readColumns(json));
      return true;
    }
    if ((key === 'stringArray' || key === 'stringTable') && json.peekType() === 'array') {
      const strings: string[] = [];
      for (json.beginArray(); json.more(); ) strings.push(json.string());
      this.strings = strings;
      return true;
    }
    return false;
  }

  get hasStacks(): boolean {
    return this.tables.has('stackTable');
  }

  get hasStrings(): boolean {
    return this.strings !== undefined;
  }

  /** The tables, with those of `shared` in the place of missing ones. */
  with(shared: OpenTables | undefined): StackTables {
    const table = (name: string): Columns => this.tables.get(name) ?? shared?.tables.get(name) ?? new Map();
    return {
      stackTable: table('stackTable'), frameTable: table('frameTable'), funcTable: table('funcTable'), resourceTable: table('resourceTable'), sources: table('sources'),
      strings: this.strings ?? shared?.strings ?? [],
    };
  }
}

/**
 * Reads a table: `{"length": 2, "prefix": [null, 0], ...}` of the processed format, or `{"schema": {"prefix": 0, ...}, "data": [[null], [0]]}` of the
 * raw one. @throws FormatError
 */
export function readColumns(json: JsonReader): Columns {
  const columns = new Map<string, Float64Array>();
  if (json.peekType() === 'null') {
    json.null();
    return columns;
  }
  let names: string[] = [];
  json.beginObject('a table');
  for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
    if (key === 'schema' && json.peekType() === 'object') names = readSchema(json);
    else if (key === 'data' && names.length > 0 && json.peekType() === 'array') readRows(json, names, columns);
    else if (json.peekType() === 'array') {
      const column = readColumn(json);
      if (column) columns.set(key, column);
    } else json.skip();
  }
  return columns;
}

function readColumn(json: JsonReader): Float64Array | undefined {
  let values = new Float64Array(256);
  let length = 0;
  let usable = true;
  for (json.beginArray(); json.more(); ) {
    const value = usable ? readCell(json) : (json.skip(), undefined);
    if (value === undefined) {
      usable = false;
      continue;
    }
    if (length === values.length) {
      const grown = new Float64Array(length * 2);
      grown.set(values);
      values = grown;
    }
    values[length++] = value;
  }
  return usable ? values.subarray(0, length) : undefined;
}

/** A number; NaN for null, 1 and 0 for true and false; undefined for everything else, which is stepped over. */
function readCell(json: JsonReader): number | undefined {
  switch (json.peekType()) {
    case 'number': return boundedNumber(json, 'a number');
    case 'null':
      json.null();
      return NaN;
    case 'boolean': return json.boolean() ? 1 : 0;
    default:
      json.skip();
      return undefined;
  }
}

function readSchema(json: JsonReader): string[] {
  const names: string[] = [];
  json.beginObject();
  for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) names[json.integer('the place of a column', 0, 100)] = key;
  return Array.from(names, (name) => name ?? '');
}

function readRows(json: JsonReader, names: readonly string[], columns: Map<string, Float64Array>): void {
  const values: number[][] = names.map(() => []);
  for (json.beginArray(); json.more(); ) {
    let place = 0;
    for (json.beginArray('a row'); json.more(); place++) {
      const value = readCell(json);
      if (place < names.length) values[place].push(value ?? NaN);
    }
    // What a row leaves out at its end is null.
    for (; place < names.length; place++) values[place].push(NaN);
  }
  for (const [place, name] of names.entries()) columns.set(name, Float64Array.from(values[place]));
}
