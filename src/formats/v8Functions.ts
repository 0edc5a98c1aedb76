import type { ProfileBuilder } from '../core/builder.ts';
import { TupleTable } from '../core/columns.ts';
import { FunctionKind } from '../core/profile.ts';
import { fileOfUrl } from './fileUrl.ts';
import type { JsonReader } from './jsonReader.ts';

const MAX_INT = 0x7fffffff;
/** What V8 calls the time that it spends in no function of the program. */
const OWN = /^\((?:program|idle|garbage collector|BYTECODE_COMPILER|COMPILER|GC|EXTERNAL|V8 API|IDLE|ATOMICS_WAIT|OTHER|LOGGING)\)$/;

/** Functions from V8's `callFrame` objects. */
export class V8Functions {
  private readonly positions = new TupleTable(2);

  constructor(private readonly builder: ProfileBuilder) {}

  /** The function at the cursor; -1 for the root, which is above every stack and says nothing. @throws FormatError */
  read(json: JsonReader): number {
    const { builder } = this;
    let name = '';
    let url = '';
    let line = -1;
    let column = -1;
    json.beginObject('a callFrame');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'functionName') name = json.string();
      else if (key === 'url') url = json.stringOrNull() ?? '';
      else if (key === 'lineNumber') line = json.number('a line');
      else if (key === 'columnNumber') column = json.number('a column');
      else json.skip();
    }
    if (name === '(root)' && url === '') return -1;
    // V8 counts both from 0, and writes -1 for unknown.
    const first = Number.isInteger(line) && line >= 0 && line < MAX_INT ? line + 1 : 0;
    const place = Number.isInteger(column) && column >= 0 && column < MAX_INT ? column + 1 : 0;
    const own = url === '' && OWN.test(name);
    const kind = own ? (name === '(program)' ? FunctionKind.Native : FunctionKind.Builtin) : url.startsWith('node:') ? FunctionKind.Builtin : FunctionKind.Unknown;
    // Functions of one name and file are told apart by where they begin: methods, and all of a minified file.
    const identity = first > 0 ? this.positions.internPair(first, place) + 1 : 0;
    return builder.funcOf(builder.strings.intern(name || '(anonymous)'), builder.string(fileOfUrl(url)), -1, first, kind, identity);
  }
}
