import type { ProfileBuilder } from '../core/builder.ts';
import { FloatColumn, IntColumn } from '../core/columns.ts';
import { FunctionKind } from '../core/profile.ts';

interface Mapping {
  readonly start: number;
  readonly limit: number;
  readonly offset: number;
  readonly file: string;
}

const PROC_MAPS = /^\s*(?:0x)?([0-9a-f]+)[\s-]?\s*(?:0x)?([0-9a-f]+):?(?:\s+([-rwxps]+))?(?:\s+([0-9a-f]+))?\s+[0-9a-f]+:[0-9a-f]+\s+\d+(?:\s+(\S.*))?$/i;
const BRIEF_MAPS = /^\s*(?:0x)?([0-9a-f]+)[\s-]?\s*(?:0x)?([0-9a-f]+):?(?:\s+([-rwxp]+))?(?:\s+(\S+))?(?:\s+\(@([0-9a-f]+)\))?(?:\s+[0-9a-f]+)?\s*$/i;
/** Longer lines are no mappings. */
const LONGEST = 10_000;

/**
 * What was mapped where in the program, from the text of /proc/self/maps that profiles of gperftools end with. Of the lines
 * that are no mappings, `name=value` gives the value for `$name` in later ones.
 * Source: github.com/google/pprof, profile/legacy_profile.go, parseProcMapsFromScanner and remapMappingIDs.
 */
export class GperftoolsMaps {
  private readonly mappings: Mapping[] = [];
  private readonly values = new Map<string, string>();
  private sorted = false;

  add(text: string): void {
    if (text.length > LONGEST) return;
    const line = text.replaceAll(/\$(\w+)/g, (name, key: string) => this.values.get(key) ?? name);
    const proc = PROC_MAPS.exec(line);
    const brief = proc ? null : BRIEF_MAPS.exec(line);
    const cells = proc ?? brief;
    if (!cells) {
      const value = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line);
      if (value) this.values.set(value[1], value[2]);
      return;
    }
    // Code is all that addresses of stacks can point to.
    if (cells[3] !== undefined && !cells[3].includes('x')) return;
    const [start, limit, offset] = [cells[1], cells[2], (proc ? cells[4] : cells[5]) ?? '0'].map((hex) => Number.parseInt(hex, 16));
    const file = (proc ? cells[5] : cells[4]) ?? '';
    if (!(limit > start) || !Number.isSafeInteger(offset)) return;
    this.mappings.push({ start, limit, offset, file });
    this.sorted = false;
  }

  /** The first mapped file that is no library: the program. '' when there is none. */
  get program(): string {
    return this.mappings.find(({ file }) => file !== '' && !file.startsWith('[') && !/\.so(?:$|[._]\d)/.test(file))?.file ?? '';
  }

  /** The file that holds an address, and the offset in it; '' and the address itself where nothing is mapped. */
  find(address: number): { file: string; offset: number } {
    if (!this.sorted) this.mappings.sort((a, b) => a.start - b.start);
    this.sorted = true;
    const { mappings } = this;
    let [low, high] = [0, mappings.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (mappings[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    const before = mappings[low - 1];
    if (before && address < before.limit) return { file: before.file, offset: address - before.start + before.offset };
    // The first part of a file's mapping may be missing.
    const after = mappings[low];
    if (after && after.offset !== 0 && after.start - after.offset <= address) return { file: after.file, offset: address - after.start + after.offset };
    return { file: '', offset: address };
  }
}

/** Stacks of addresses, innermost first, as they are read; what the addresses mean is known only at the end of the file. */
export class AddressStacks {
  private readonly addresses = new FloatColumn();
  private readonly starts = new IntColumn();
  private readonly weights: readonly FloatColumn[];

  constructor(events: number) {
    this.weights = Array.from({ length: events }, () => new FloatColumn());
  }

  get length(): number {
    return this.starts.length;
  }

  /** Begins a stack; its addresses follow. */
  begin(weights: readonly number[]): void {
    this.starts.push(this.addresses.length);
    for (const [event, column] of this.weights.entries()) column.push(weights[event]);
  }

  push(address: number): void {
    this.addresses.push(address);
  }

  depth(row: number): number {
    return this.end(row) - this.starts.data[row];
  }

  address(row: number, level: number): number {
    return this.addresses.data[this.starts.data[row] + level];
  }

  /**
   * Adds all stacks to a builder, whose rows of the events are `events`. `skipped(row)` is how many addresses behind the innermost one are left out.
   * Frames are nameless: the object and the offset in its file are what symbols are looked up by.
   */
  build(builder: ProfileBuilder, maps: GperftoolsMaps, events: readonly number[], skipped: (row: number) => number = () => 0): void {
    const frames = new Map<number, number>();
    const frameAt = (address: number) => {
      let frame = frames.get(address);
      if (frame === undefined) {
        const { file, offset } = maps.find(address);
        const kind = file.startsWith('[vsyscall') ? FunctionKind.Kernel : FunctionKind.Native;
        frame = builder.frame(builder.func({ name: '[unknown]', object: file, kind }), 0, 0, { address: Number.isSafeInteger(offset) && offset >= 0 ? offset : -1 });
        frames.set(address, frame);
      }
      return frame;
    };
    for (let row = 0; row < this.length; row++) {
      const skip = skipped(row);
      let stack = -1;
      for (let level = this.depth(row) - 1; level >= 0; level--) {
        if (level === 0 || level > skip) stack = builder.stack(stack, frameAt(this.address(row, level)));
      }
      if (stack < 0) stack = builder.stack(-1, builder.frame(builder.func({ name: '[no stack]' })));
      for (const [event, column] of this.weights.entries()) if (column.data[row] !== 0) builder.addSelf(stack, events[event], column.data[row]);
    }
  }

  private end(row: number): number {
    return row + 1 < this.starts.length ? this.starts.data[row + 1] : this.addresses.length;
  }
}
