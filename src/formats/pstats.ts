import { ProfileBuilder } from '../core/builder.ts';
import { IntColumn } from '../core/columns.ts';
import { FunctionKind, type Profile } from '../core/profile.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { MarshalError, MarshalReader, type MarshalValue } from './marshal.ts';
import { PstatsEntries } from './pstatsEntries.ts';
import { PstatsReferences } from './pstatsReferences.ts';
import { wholeInputs } from './wholeInput.ts';

const TIME = 0;
/** Event row of the only event. */
const DICT = 0x7b;
const TUPLE = 0x28;
const SMALL_TUPLE = 0x29;

/**
 * What `python -m cProfile -o` and `profile.Profile.dump_stats` write: a marshalled dict
 * `{(file, line, name): (cc, nc, tt, ct, callers)}`, times in seconds, with `callers` `{(file, line, name): (nc, cc, tt, ct)}` -
 * the counts there the other way round - or, from the pure-Python profiler, `{...: number of calls}`. Sources: CPython,
 * Lib/cProfile.py and Lib/profile.py (snapshot_stats), Lib/pstats.py.
 */
export const pstats: Format = {
  id: 'pstats',
  label: 'Python cProfile (pstats)',
  names: ['*.pstats'],
  sniff(head) {
    if (head.length < 2 || (head[0] & 0x7f) !== DICT) return false;
    const tuple = head[1] & 0x7f;
    if (head.length === 2) return head[1] === 0x30;
    if (tuple === SMALL_TUPLE) return head[2] === 3;
    return tuple === TUPLE && head[2] === 3 && head[3] === 0 && head[4] === 0 && head[5] === 0;
  },
  read: readPstats,
};

async function readPstats(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const reader = new PstatsReader(inputs.length);
  // Marshal data refers back to any earlier value, so it is kept whole, as bytes.
  for await (const { name, data } of wholeInputs(inputs, options)) reader.add(name, data);
  return reader.finish();
}

class PstatsReader {
  private readonly builder = new ProfileBuilder([{ name: 'time', unit: 'seconds', label: 'Time' }]);
  /** By function: its file as a string index, '~' included, first line and name. */
  private readonly fileOf = new IntColumn();
  private readonly lineOf = new IntColumn();
  private readonly nameOf = new IntColumn();
  /** Entries of one dict are all different, so nothing of the first file is looked up again. */
  private readonly alone: boolean;
  private readonly builtinFile = this.builder.strings.intern('~');
  private readonly functionOf = (file: number, line: number, name: number) => this.functionRow(file, line, name);
  private name = '';
  private countedCallers = false;
  /** Callers that may still be read: an honest file has fewer than bytes, a hostile one may share one dict a million times. */
  private budget = 0;
  private entryStart = 0;

  constructor(inputs: number) {
    this.alone = inputs === 1;
  }

  add(name: string, data: Uint8Array): void {
    this.name = name;
    this.budget = data.length;
    const { strings } = this.builder;
    const refs = new PstatsReferences(strings.strings, (func) => this.keyOf(func));
    const marshal = new MarshalReader(data, refs);
    const usual = new PstatsEntries(data, refs, (text) => strings.intern(text), this.functionOf);
    let entries = 0;
    try {
      marshal.beginDict();
      for (; marshal.more(); entries++) {
        this.entryStart = marshal.at;
        if (usual.read(marshal.at)) {
          marshal.at = usual.at;
          this.usualEntry(usual);
          continue;
        }
        const key = marshal.read();
        this.entry(key, marshal.read());
      }
    } catch (error) {
      if (!(error instanceof MarshalError)) throw error;
      if (!error.cut || entries === 0) throw new FormatError(name, `byte ${error.offset}`, error.expected, error.found);
      this.builder.truncated(`${name} was cut off at byte ${data.length}; the ${entries} functions until there are shown`);
    }
  }

  finish(): Profile {
    if (this.countedCallers) {
      this.builder.warn('this profile has no times for single callers (module profile): they were shared out by the number of calls');
    }
    return this.builder.finish({ format: 'pstats', tool: this.countedCallers ? 'profile' : 'cProfile' });
  }

  private entry(key: MarshalValue, value: MarshalValue): void {
    const { builder } = this;
    const callee = this.func(key);
    if (!Array.isArray(value) || value.length !== 5 || !(value[4] instanceof Map)) this.error('a tuple of two counts, two times and the callers');
    const [primitive, calls, self, total] = [this.number(value[0]), this.number(value[1]), this.number(value[2]), this.number(value[3])];
    const callers = value[4];
    builder.addLineCost(this.lineRow(callee), TIME, self);
    builder.addTotal(callee, TIME, total);
    builder.addCalls(callee, calls, primitive);
    this.budget -= callers.size;
    if (this.budget < 0) this.error('callers of this function');
    let foreignCalls = 0;
    for (const [callerKey, cost] of callers) {
      if (!Array.isArray(cost) && this.func(callerKey) !== callee) foreignCalls += this.number(cost);
    }
    for (const [callerKey, cost] of callers) {
      const caller = this.func(callerKey);
      if (Array.isArray(cost)) {
        if (cost.length !== 4) this.error('a tuple of two counts and two times for each caller');
        builder.addEdgeCost(builder.edge(caller, callee, -1, 0, this.number(cost[0])), TIME, this.number(cost[3]));
        continue;
      }
      this.countedCallers = true;
      const count = this.number(cost);
      const edge = builder.edge(caller, callee, -1, 0, count);
      builder.addEdgeCost(edge, TIME, caller === callee || foreignCalls === 0 ? 0 : total * count / foreignCalls);
    }
  }

  private usualEntry(entry: PstatsEntries): void {
    const { builder, alone } = this;
    const { func } = entry;
    builder.addLineCost(this.lineRow(func), TIME, entry.self);
    builder.addTotal(func, TIME, entry.total);
    builder.addCalls(func, entry.calls, entry.primitive);
    for (let i = 0; i < entry.callerCount; i++) {
      const edge = alone ? builder.newEdge(entry.callers[i], func, -1, 0, entry.callerCalls[i]) : builder.edge(entry.callers[i], func, -1, 0, entry.callerCalls[i]);
      builder.addEdgeCost(edge, TIME, entry.callerTotals[i]);
    }
  }

  /** The function of a key tuple. */
  private func(key: MarshalValue): number {
    if (!Array.isArray(key) || key.length !== 3) this.error('a function as (file, line, name)');
    const [file, line, name] = key;
    if (typeof file !== 'string' || typeof name !== 'string') this.error('a function as (file, line, name)');
    const first = this.number(line);
    if (!Number.isInteger(first) || first < 0 || first > 0x7fffffff) this.error('a line number');
    const { strings } = this.builder;
    return this.functionRow(strings.intern(file), first, strings.intern(name));
  }

  private functionRow(file: number, line: number, name: number): number {
    const { builder } = this;
    // Built-in functions are ('~', 0, '<...>').
    const builtin = file === this.builtinFile && line === 0;
    const shown = builder.strings.strings[name] === '' ? builder.strings.intern('???') : name;
    const fileIndex = builtin || builder.strings.strings[file] === '' ? -1 : file;
    const row = builder.funcOf(shown, fileIndex, -1, line, builtin ? FunctionKind.Builtin : FunctionKind.Python, line);
    if (row === this.fileOf.length) {
      this.fileOf.push(file);
      this.lineOf.push(line);
      this.nameOf.push(name);
    }
    return row;
  }

  private keyOf(func: number): MarshalValue {
    const { strings } = this.builder.strings;
    return [strings[this.fileOf.data[func]], this.lineOf.data[func], strings[this.nameOf.data[func]]];
  }

  /** The row of a function's self cost: its first line, for Python says no more. */
  private lineRow(func: number): number {
    const file = this.fileOf.data[func];
    const line = this.lineOf.data[func];
    const known = file === this.builtinFile && line === 0 ? -1 : this.builder.string(this.builder.strings.strings[file]);
    return this.alone ? this.builder.newGraphLine(func, known, line) : this.builder.graphLine(func, known, line);
  }

  private number(value: MarshalValue): number {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value !== 'bigint') return this.error('a number');
    this.builder.warn('counts above 2^53 occur and are rounded');
    const rounded = Number(value);
    return Number.isFinite(rounded) ? rounded : this.error('a number');
  }

  private error(expected: string): never {
    throw new FormatError(this.name, `the entry at byte ${this.entryStart}`, expected);
  }
}
