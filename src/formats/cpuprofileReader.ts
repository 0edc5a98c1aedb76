import { ProfileBuilder } from '../core/builder.ts';
import { FloatColumn } from '../core/columns.ts';
import { FunctionKind, type Profile } from '../core/profile.ts';
import { boundedNumber } from './boundedNumber.ts';
import { FormatError } from './format.ts';
import { JsonReader } from './jsonReader.ts';
import { V8Functions } from './v8Functions.ts';

const TIME = 0;
const SAMPLES = 1;
const MAX_INT = 0x7fffffff;

/** A node of V8's call tree. */
interface Node {
  readonly id: number;
  /** -1 for the root, which is above every stack and says nothing. */
  readonly func: number;
  readonly hits: number;
  /** [1-based line, samples there], of the function itself. */
  readonly ticks: readonly (readonly [number, number])[];
  /** Index of the caller's node; -1 while unknown, and for the root. */
  parent: number;
}

/** What the file holds beside the nodes. */
interface Columns {
  readonly samples: FloatColumn;
  readonly deltas: FloatColumn;
  readonly lines: FloatColumn;
  startTime: number;
  endTime: number;
}

/**
 * Reads V8 CPU profiles into one profile. A sample lasts until the next one is taken, the last one until `endTime`: `timeDeltas[i]`
 * is the time from sample `i - 1` (from `startTime` for the first) to sample `i`. So the total is `endTime - startTime` less the
 * time before the first sample. Samples may be out of order (negative deltas); they are put in order, as Chrome's tools do.
 */
export class CpuProfileReader {
  private readonly builder = new ProfileBuilder([
    { name: 'time', unit: 'microseconds', label: 'Time' },
    { name: 'samples', unit: 'count', label: 'Samples' },
  ]);
  private readonly functions = new V8Functions(this.builder);
  private json = new JsonReader(new Uint8Array(0), '');
  private nodes: Node[] = [];
  private indexOf = new Map<number, number>();
  /** [id of a child, index of its parent], until all ids are known. */
  private links: (readonly [number, number])[] = [];
  private parents: (readonly [number, number])[] = [];
  private rows = new Int32Array(0);
  /** Next line to hand out of a node's ticks, and how many of it are left. */
  private ticksLeft: (number[] | undefined)[] = [];
  private inputs = 0;
  private duration = 0;

  /** @throws FormatError */
  add(name: string, bytes: Uint8Array): void {
    const json = (this.json = new JsonReader(bytes, name));
    this.nodes = [];
    this.indexOf = new Map();
    this.links = [];
    this.parents = [];
    this.ticksLeft = [];
    const columns: Columns = { samples: new FloatColumn(), deltas: new FloatColumn(), lines: new FloatColumn(), startTime: NaN, endTime: NaN };
    let cut = false;
    try {
      this.file(columns);
      json.end();
    } catch (error) {
      if (!(error instanceof FormatError) || !json.cut || this.nodes.length === 0) throw error;
      cut = true;
      this.builder.truncated(`${name} was cut off at byte ${bytes.length}; what was read until there is shown`);
    }
    if (this.nodes.length === 0) throw new FormatError(name, `byte ${bytes.length}`, 'nodes of the call tree');
    if (json.rounded) this.builder.warn('numbers above 2^53 occur and are rounded');
    this.link(name, bytes.length, cut);
    const before = this.builder.sampleCount;
    if (columns.samples.length > 0) this.samples(name, bytes.length, columns, cut);
    else this.hits(columns);
    if (this.builder.sampleCount === before && columns.samples.length === 0) this.builder.warn(`${name}: no samples are in this file; the time is shared out by the hits of each function`);
    this.inputs++;
  }

  finish(): Profile {
    return this.builder.finish({ format: 'cpuprofile', tool: 'V8', ...(this.duration > 0 ? { duration: this.duration * 1000 } : {}) });
  }

  private file(columns: Columns): void {
    const { json } = this;
    json.beginObject('a V8 CPU profile: a JSON object');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'nodes') for (json.beginArray('an array of nodes'); json.more(); ) this.node();
      else if (key === 'samples') for (json.beginArray('an array of node ids'); json.more(); ) columns.samples.push(json.integer('the id of a node'));
      else if (key === 'timeDeltas') for (json.beginArray('an array of microseconds'); json.more(); ) columns.deltas.push(boundedNumber(json, 'microseconds'));
      else if (key === 'lines') for (json.beginArray('an array of lines'); json.more(); ) columns.lines.push(json.number('a line'));
      else if (key === 'startTime') columns.startTime = boundedNumber(json, 'microseconds');
      else if (key === 'endTime') columns.endTime = boundedNumber(json, 'microseconds');
      else json.skip();
    }
  }

  private node(): void {
    const { json } = this;
    json.peekType();
    const start = json.at;
    const index = this.nodes.length;
    let id = -1;
    let func: number | undefined;
    let hits = 0;
    const ticks: (readonly [number, number])[] = [];
    json.beginObject('a node');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'id') id = json.integer('the id of a node');
      else if (key === 'callFrame') func = this.functions.read(json);
      else if (key === 'hitCount') hits = json.integer('a number of hits');
      else if (key === 'parent') this.parents.push([index, json.integer('the id of a node')]);
      else if (key === 'children') for (json.beginArray('an array of node ids'); json.more(); ) this.links.push([json.integer('the id of a node'), index]);
      else if (key === 'positionTicks') for (json.beginArray('an array of lines and ticks'); json.more(); ) ticks.push(this.tick());
      else json.skip();
    }
    if (id < 0 || func === undefined) return json.fail('a node with an id and a callFrame', start);
    if (this.indexOf.has(id)) json.fail('a node with an id of its own', start);
    this.indexOf.set(id, index);
    this.nodes.push({ id, func, hits, ticks, parent: -1 });
  }

  private tick(): readonly [number, number] {
    const { json } = this;
    let line = 0;
    let ticks = 0;
    json.beginObject('a line and its ticks');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'line') line = json.integer('a line', 0, MAX_INT);
      else if (key === 'ticks') ticks = json.integer('a number of ticks');
      else json.skip();
    }
    return [line, ticks];
  }

  /** Makes the nodes a tree, and a stack of each. */
  private link(name: string, end: number, cut: boolean): void {
    const { nodes, indexOf, builder } = this;
    for (const [child, parent] of this.links) {
      const index = indexOf.get(child);
      if (index !== undefined) nodes[index].parent = parent;
      else if (!cut) throw new FormatError(name, `byte ${end}`, 'a node for each id in children', String(child));
    }
    for (const [index, parentId] of this.parents) {
      const parent = indexOf.get(parentId);
      if (parent !== undefined) nodes[index].parent = parent;
      else if (!cut) throw new FormatError(name, `byte ${end}`, 'a node for each parent', String(parentId));
    }
    this.rows = new Int32Array(nodes.length).fill(-2);
    const path: number[] = [];
    for (let start = 0; start < nodes.length; start++) {
      path.length = 0;
      let row = -1;
      for (let index = start; index >= 0; index = nodes[index].parent) {
        if (this.rows[index] !== -2) {
          row = this.rows[index];
          break;
        }
        path.push(index);
        if (path.length > nodes.length) throw new FormatError(name, `byte ${end}`, 'nodes that form a tree', String(nodes[index].id));
      }
      for (let index = path.pop(); index !== undefined; index = path.pop()) {
        row = nodes[index].func < 0 ? -1 : builder.stack(row, builder.frame(nodes[index].func));
        this.rows[index] = row;
      }
    }
  }

  /** The stack of a sample of this node, with the line of the leaf where it is known. */
  private stackOf(index: number, line: number): number {
    const { nodes, rows, builder } = this;
    const { func, parent } = nodes[index];
    if (func < 0) return builder.stack(-1, builder.frame(builder.func({ name: '(root)', kind: FunctionKind.Builtin })));
    return line === 0 ? rows[index] : builder.stack(parent < 0 ? -1 : rows[parent], builder.frame(func, line));
  }

  /**
   * V8 counts how many samples of a node fell on which line, but not which. They are handed to its samples in turns, so that the numbers of
   * samples are exact and the times nearly so.
   */
  private nextTick(index: number): number {
    const { ticks } = this.nodes[index];
    if (ticks.length === 0) return 0;
    const left = (this.ticksLeft[index] ??= [0, ...ticks.map(([, count]) => count)]);
    for (let tried = 0; tried < ticks.length; tried++) {
      const turn = left[0];
      left[0] = (turn + 1) % ticks.length;
      if (left[turn + 1]-- > 0) return ticks[turn][0];
    }
    return 0;
  }

  private samples(name: string, end: number, { samples, deltas, lines, startTime, endTime }: Columns, cut: boolean): void {
    const { builder, indexOf } = this;
    const timed = deltas.length > 0;
    if (timed && deltas.length !== samples.length && !cut) throw new FormatError(name, `byte ${end}`, `as many timeDeltas as samples (${samples.length})`, String(deltas.length));
    const count = timed ? Math.min(samples.length, deltas.length) : samples.length;
    const start = Number.isNaN(startTime) ? 0 : startTime;
    const times = new Float64Array(count);
    let sorted = true;
    // Relative to startTime, for absolute ones are too large to be added up exactly.
    for (let i = 0, time = 0; i < count; i++) {
      time = timed ? time + deltas.data[i] : Number.isNaN(endTime) ? i : ((endTime - start) * i) / count;
      times[i] = time;
      if (i > 0 && time < times[i - 1]) sorted = false;
    }
    const order = Uint32Array.from(times, (_, i) => i);
    if (!sorted) order.sort((a, b) => times[a] - times[b] || a - b);
    const last = Number.isNaN(endTime) || count === 0 ? 0 : Math.max(endTime - start, times[order[count - 1]]);
    this.duration += count === 0 ? 0 : Math.max(last, times[order[count - 1]]);
    const weights = [0, 1];
    for (let i = 0; i < count; i++) {
      const row = order[i];
      const index = indexOf.get(samples.data[row]);
      if (index === undefined) {
        if (cut) continue;
        throw new FormatError(name, `byte ${end}`, 'a node for each sample', String(samples.data[row]));
      }
      const next = i + 1 < count ? times[order[i + 1]] : Math.max(last, times[row]);
      weights[TIME] = next - times[row];
      const known = row < lines.length ? lines.data[row] : 0;
      const line = Number.isInteger(known) && known > 0 && known < MAX_INT ? known : this.nextTick(index);
      builder.sample(this.stackOf(index, line), weights, times[row] * 1000);
    }
  }

  /** Without samples each hit is worth the same time, as in Chrome's tools. */
  private hits({ startTime, endTime }: Columns): void {
    const { builder, nodes } = this;
    const total = nodes.reduce((sum, node) => sum + node.hits, 0);
    const each = total > 0 && endTime > startTime ? (endTime - startTime) / total : 0;
    for (const [index, { hits, ticks }] of nodes.entries()) {
      let left = hits;
      for (const [line, count] of ticks) {
        const here = Math.min(left, count);
        if (here > 0) this.addHits(this.stackOf(index, line), here, each);
        left -= here;
      }
      if (left > 0) this.addHits(this.stackOf(index, 0), left, each);
    }
    if (total === 0) builder.warn('this profile has no samples');
  }

  private addHits(stack: number, hits: number, each: number): void {
    this.builder.addSelf(stack, TIME, hits * each);
    this.builder.addSelf(stack, SAMPLES, hits);
  }
}
