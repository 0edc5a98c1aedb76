import { IntColumn, TupleTable } from '../core/columns.ts';
import { text, type Profile } from '../core/profile.ts';

interface MappingOut {
  /** String index of the profile. */
  readonly object: number;
  limit: bigint;
  hasFunctions: boolean;
  hasFiles: boolean;
  hasLines: boolean;
  hasInlined: boolean;
}

interface FunctionOut {
  /** String indexes of the profile. */
  readonly name: number;
  readonly file: number;
  readonly line: number;
}

interface LocationOut {
  readonly id: number;
  /** Id of the mapping; 0 without. */
  readonly mapping: number;
  /** 0 without. */
  readonly address: number;
  /** Innermost first. */
  readonly lines: readonly { readonly function: number; readonly line: number; readonly column: number }[];
}

/** A mapping over all addresses: pprof takes those in it as the ELF file's own. */
const EVERYWHERE = 0xffffffffffffffffn;
const PAGE = 4096;
const UNKNOWN = new Set(['[unknown]', '']);

/**
 * The stacks of a profile as pprof's locations: a frame with the frames that were inlined into it is one. Ids are given when a path
 * first needs them; mappings and functions are complete once all paths are made.
 */
export class PprofLocations {
  /** Group of the frames that are inlined into each other, outermost first, as (group of the outer ones or -1, frame). */
  private readonly groups = new TupleTable(2);
  private readonly groupOf: Int32Array;
  /** Id by group; 0 while it has none. */
  private readonly ids: Int32Array;
  private readonly used = new IntColumn();
  private readonly path_ = { ids: new Int32Array(256), count: 0 };
  private readonly mappingRows = new Map<number, number>();
  private readonly mappingList: MappingOut[] = [];
  private readonly functionKeys = new TupleTable(3);

  constructor(private readonly profile: Profile) {
    const { stacks, frames } = profile;
    this.groupOf = new Int32Array(stacks.length);
    for (let row = 0; row < stacks.length; row++) {
      const frame = stacks.frame[row];
      const parent = stacks.parent[row];
      this.groupOf[row] = this.groups.internPair(parent >= 0 && frames.inlined[frame] === 1 ? this.groupOf[parent] : -1, frame);
    }
    this.ids = new Int32Array(this.groups.length);
  }

  /** The ids of a stack's locations, innermost first; the array is used again by the next call. */
  path(stack: number): { readonly ids: Int32Array; readonly count: number } {
    const { stacks, frames } = this.profile;
    const path = this.path_;
    path.count = 0;
    for (let row = stack; row >= 0; row = stacks.parent[row]) {
      if (path.count === path.ids.length) {
        const grown = new Int32Array(path.count * 2);
        grown.set(path.ids);
        path.ids = grown;
      }
      path.ids[path.count++] = this.ids[this.groupOf[row]] ||= this.used.push(this.groupOf[row]) + 1;
      while (frames.inlined[stacks.frame[row]] === 1 && stacks.parent[row] >= 0) row = stacks.parent[row];
    }
    return path;
  }

  /** All locations that were used; asks for functions and mappings. */
  *all(): Iterable<LocationOut> {
    for (let id = 1; id <= this.used.length; id++) yield this.location(id);
  }

  /** The mappings that the locations need, the program itself first. */
  mappings(): readonly MappingOut[] {
    const objects = new Set<number>();
    for (let id = 1; id <= this.used.length; id++) objects.add(this.objectOf(this.framesOf(id)));
    objects.delete(-1);
    const isLibrary = (object: number) => /\.so(?:[._]|$)|^\[|\.ko(?:\.|$)/.test(text(this.profile, object));
    const program = [...objects].find((object) => !isLibrary(object));
    for (const object of program === undefined ? objects : new Set([program, ...objects])) {
      this.mappingRows.set(object, this.mappingList.push({ object, limit: 0n, hasFunctions: false, hasFiles: false, hasLines: false, hasInlined: false }));
    }
    for (let id = 1; id <= this.used.length; id++) this.noteMapping(this.framesOf(id));
    return this.mappingList;
  }

  /** The functions that the locations need; complete after `all`. */
  functions(): readonly FunctionOut[] {
    const [name, file, line] = this.functionKeys.columns.map((column) => column.finish());
    return Array.from(name, (_, row) => ({ name: name[row], file: file[row], line: line[row] }));
  }

  /** The frames of a location, innermost first. */
  private framesOf(id: number): number[] {
    const [outer, frame] = this.groups.columns.map((column) => column.data);
    const rows: number[] = [];
    for (let group = this.used.data[id - 1]; group >= 0; group = outer[group]) rows.push(frame[group]);
    return rows;
  }

  /** String index of the object of a location's code: the outermost frame knows it. */
  private objectOf(rows: readonly number[]): number {
    const { frames, functions } = this.profile;
    for (let i = rows.length - 1; i >= 0; i--) {
      const object = functions.object[frames.func[rows[i]]];
      if (object >= 0) return object;
    }
    return -1;
  }

  private addressOf(rows: readonly number[]): number {
    const { address } = this.profile.frames;
    for (let i = rows.length - 1; i >= 0; i--) if (address[rows[i]] > 0) return address[rows[i]];
    return 0;
  }

  private noteMapping(rows: readonly number[]): void {
    const { frames } = this.profile;
    const row = this.mappingRows.get(this.objectOf(rows));
    if (row === undefined) return;
    const mapping = this.mappingList[row - 1];
    mapping.hasFunctions ||= !this.isNameless(rows);
    mapping.hasFiles ||= rows.some((frame) => frames.file[frame] >= 0);
    mapping.hasLines ||= rows.some((frame) => frames.line[frame] > 0);
    mapping.hasInlined ||= rows.length > 1;
    // Without names, addresses are offsets into the file, which a tool may still look up.
    const end = BigInt(Math.floor(this.addressOf(rows) / PAGE) + 1) * BigInt(PAGE);
    if (mapping.hasFunctions) mapping.limit = EVERYWHERE;
    else if (end > mapping.limit) mapping.limit = end;
  }

  private isNameless(rows: readonly number[]): boolean {
    const { frames, functions } = this.profile;
    return rows.length === 1 && frames.line[rows[0]] === 0 && frames.file[rows[0]] < 0 && UNKNOWN.has(text(this.profile, functions.name[frames.func[rows[0]]]));
  }

  private location(id: number): LocationOut {
    const { frames, functions } = this.profile;
    const rows = this.framesOf(id);
    const lines = this.isNameless(rows) ? [] : rows.map((frame) => {
      const func = frames.func[frame];
      const file = frames.file[frame];
      // What has no name has none in the file either.
      const name = UNKNOWN.has(text(this.profile, functions.name[func])) ? -1 : functions.name[func];
      const row = this.functionKeys.intern(name, file, file === functions.file[func] ? functions.line[func] : 0);
      return { function: row + 1, line: frames.line[frame], column: frames.column[frame] };
    });
    return { id, mapping: this.mappingRows.get(this.objectOf(rows)) ?? 0, address: this.addressOf(rows), lines };
  }
}
