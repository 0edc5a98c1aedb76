import { FloatColumn, IntColumn, StringTable, TupleTable } from './columns.ts';
import { FunctionSums, type SumTables } from './functionSums.ts';
import type { FunctionCosts } from './functions.ts';
import type { BuilderTables } from './merge.ts';
import { EdgeRows, LineRows, QuadTable } from './graphRows.ts';
import type { CallGraph, EventInfo, Finding, Profile, ProfileMeta, Series, SeriesAxis, Snapshot, StackTable, ThreadInfo, Unit } from './profile.ts';
import { FunctionKind } from './profile.ts';
import { StackTree } from './stackTree.ts';

/** What identifies a function. Functions that agree in name, file and object are one. */
export interface FunctionSpec {
  name: string;
  file?: string;
  object?: string;
  /** First line, 1-based. Not part of the identity, unless the name is a placeholder many share. */
  line?: number;
  /** One of FunctionKind. */
  kind?: number;
}

interface OpenSeries {
  readonly name: string;
  readonly unit: Unit;
  readonly label: string | undefined;
  readonly step: boolean;
  readonly x: FloatColumn;
  readonly y: FloatColumn;
}

interface OpenSnapshot {
  readonly x: number;
  readonly name: string;
  isPeak: boolean;
  readonly event: number;
  readonly stack: IntColumn;
  readonly weight: FloatColumn;
}

/** Collects a profile row by row; readers call it while they stream. Everything is interned: equal things get equal rows. */
export class ProfileBuilder {
  readonly strings = new StringTable();
  private readonly functionKeys = new QuadTable();
  private readonly functionLine = new IntColumn();
  private readonly functionKind = new IntColumn();
  private readonly frameKeys = new TupleTable(7);
  private readonly stackTree = new StackTree();
  private readonly stackSelf: FloatColumn[];
  private readonly threads: ThreadInfo[] = [];
  private readonly threadKeys = new Map<string, number>();
  private readonly sampleStack = new IntColumn();
  private readonly sampleThread = new IntColumn();
  private readonly sampleTime = new FloatColumn();
  private readonly sampleWeights: FloatColumn[];
  private readonly lineKeys = new LineRows();
  private readonly lineCost: FloatColumn[];
  private readonly edgeKeys = new EdgeRows();
  private readonly edgeCalls = new FloatColumn();
  private readonly edgeCost: FloatColumn[];
  private readonly graphTotal: FloatColumn[];
  private readonly graphCalls = new FloatColumn();
  private readonly graphPrimitive = new FloatColumn();
  private hasTotals = false;
  private hasCalls = false;
  private readonly series: OpenSeries[] = [];
  private readonly snapshots: OpenSnapshot[] = [];
  private readonly findings: Finding[] = [];
  /** What the x of all series counts. */
  seriesAxis: SeriesAxis = { label: 'Time', unit: 'seconds' };
  private readonly warnings: string[] = [];
  private isTruncated = false;
  defaultEvent = 0;
  private taken = 0;
  /** False: samples are added up by stack and not kept one by one; set it before the first. */
  keepSamples = true;
  /** False: costs of call graphs are added up by function, and neither self costs nor calls keep their lines; set it before the first. */
  keepLines = true;

  /** Instead of the tree of stacks; see `sumByFunction`. */
  private sums: FunctionSums | undefined;

  /** The events may grow later through `event()`; formats that learn them on the way start with none. */
  constructor(readonly events: EventInfo[] = []) {
    const columns = () => events.map(() => new FloatColumn());
    this.stackSelf = columns();
    this.sampleWeights = columns();
    this.lineCost = columns();
    this.edgeCost = columns();
    this.graphTotal = columns();
  }

  /** The row of the event with this name, added when it is new. */
  event(info: EventInfo): number {
    const known = this.events.findIndex((event) => event.name === info.name);
    if (known >= 0) return known;
    for (const columns of [this.stackSelf, this.sampleWeights, this.lineCost, this.edgeCost, this.graphTotal]) columns.push(new FloatColumn());
    return this.events.push(info) - 1;
  }

  /** String index, -1 for undefined and for the empty string. */
  string(value: string | undefined): number {
    return value ? this.strings.intern(value) : -1;
  }

  func(spec: FunctionSpec): number {
    return this.funcOf(this.strings.intern(spec.name), this.string(spec.file), this.string(spec.object), spec.line ?? 0, spec.kind ?? FunctionKind.Unknown);
  }

  /**
   * As `func`, by string index. `identity` tells functions apart that share name, file and object (Python: two lambdas of one
   * file, by their first line).
   */
  funcOf(name: number, file: number, object: number, line: number, kind: number, identity = 0): number {
    const row = this.functionKeys.intern(name, file, object, identity);
    if (row === this.functionLine.length) {
      this.functionLine.push(line);
      this.functionKind.push(kind);
    } else if (line > 0 && this.functionLine.data[row] === 0) {
      this.functionLine.data[row] = line;
    }
    return row;
  }

  /** String index of the name of the function in `row`. */
  functionName(row: number): number {
    return this.functionKeys.columns[0].data[row];
  }

  /** Notes the first line of a function that is learned later; the first note wins. */
  functionStart(row: number, line: number): void {
    if (this.functionLine.data[row] === 0) this.functionLine.data[row] = line;
  }

  /** A frame of `func`. `file` defaults to the function's own; `address` must be a whole number below 2^53, -1 when unknown. */
  frame(func: number, line = 0, column = 0, options: { file?: number; address?: number; inlined?: boolean } = {}): number {
    const address = options.address ?? -1;
    const high = address < 0 ? -1 : Math.floor(address / 0x100000000);
    const low = address < 0 ? -1 : address | 0;
    return this.frameKeys.intern(func, options.file ?? this.functionKeys.columns[1].data[func], line, column, high, low, options.inlined ? 1 : 0);
  }

  /** The stack that is `parent` (-1: none) with `frame` called by it. */
  stack(parent: number, frame: number): number {
    if (this.sums) return this.sums.child(parent, this.frameKeys.columns[0].data[frame]);
    return this.stackTree.child(parent, frame);
  }

  /**
   * From here on stacks are not kept: what each function costs is added up at once, for `finishSums`. Only for readers that ask for
   * `stackEpoch` before they use a stack of an earlier sample, and only before the first stack.
   */
  sumByFunction(): void {
    this.sums = new FunctionSums();
    this.keepSamples = false;
  }

  /** While it stays the same, rows of earlier stacks may be used; it changes only when a sample is added, and never unless stacks are only summed. */
  get stackEpoch(): number {
    return this.sums === undefined ? 0 : this.sums.epoch;
  }

  /** Adds to the self weight of a stack without a sample of its own. */
  addSelf(stack: number, event: number, weight: number): void {
    if (this.sums) this.sums.add(stack, event, weight);
    else this.stackSelf[event].add(stack, weight);
  }

  thread(pid: number, tid: number, name: string): number {
    const key = `${pid}/${tid}/${name}`;
    let row = this.threadKeys.get(key);
    if (row === undefined) {
      row = this.threads.push({ pid, tid, name }) - 1;
      this.threadKeys.set(key, row);
    }
    return row;
  }

  /** A thread of its own, also when another one has the same numbers and name. */
  addThread(thread: ThreadInfo): number {
    return this.threads.push(thread) - 1;
  }

  /** Gives a thread the name that is learned later. */
  renameThread(row: number, name: string): void {
    this.threads[row] = { ...this.threads[row], name };
  }

  /** A sample with one weight per event; also adds to the stack's self weights. `time` in ns since the start. */
  sample(stack: number, weights: readonly number[], time = NaN, thread = -1): void {
    const row = this.sampleRow(stack, time, thread);
    for (let event = 0; event < weights.length; event++) {
      if (weights[event] === 0) continue;
      if (row >= 0) this.sampleWeights[event].add(row, weights[event]);
      this.addSelf(stack, event, weights[event]);
    }
  }

  /** A sample of one event only. */
  sampleOf(stack: number, event: number, weight: number, time = NaN, thread = -1): void {
    const row = this.sampleRow(stack, time, thread);
    if (row >= 0) this.sampleWeights[event].add(row, weight);
    this.addSelf(stack, event, weight);
  }

  /** The row of a new sample, without weights yet; -1 when rows of samples are not kept. */
  private sampleRow(stack: number, time: number, thread: number): number {
    this.taken++;
    if (!this.keepSamples) return -1;
    this.sampleThread.push(thread);
    this.sampleTime.push(time);
    return this.sampleStack.push(stack);
  }

  /** Adds self cost of `func` at a source line (call-graph formats). The row, for `addLineCost`. */
  graphLine(func: number, file: number, line: number): number {
    return this.keepLines ? this.lineKeys.intern(func, file, line) : this.lineKeys.intern(func, -1, 0);
  }

  /** As `graphLine`, for a line that was never added before: the caller knows, so nothing is looked up. */
  newGraphLine(func: number, file: number, line: number): number {
    if (!this.keepLines) return this.graphLine(func, file, line);
    return this.lineKeys.append(func, file, line);
  }

  addLineCost(row: number, event: number, cost: number): void {
    this.lineCost[event].add(row, cost);
  }

  /** Where `addLineCost` adds, for readers that do so millions of times. Only rows of `graphLine` may be added to. */
  lineCosts(event: number): Pick<FloatColumn, 'add'> {
    return this.lineCost[event];
  }

  /** The edge from `caller` to `callee` with its call site; further calls of it add up. The row, for `addEdgeCost`. */
  edge(caller: number, callee: number, file: number, line: number, calls: number): number {
    const row = this.keepLines ? this.edgeKeys.intern(caller, callee, file, line) : this.edgeKeys.pair(caller, callee);
    this.edgeCalls.add(row, calls);
    return row;
  }

  /** As `edge`, for an edge that was never added before: the caller knows, so nothing is looked up. */
  newEdge(caller: number, callee: number, file: number, line: number, calls: number): number {
    const row = this.edgeKeys.append(caller, callee, file, line);
    this.edgeCalls.add(row, calls);
    return row;
  }

  addEdgeCost(row: number, event: number, cost: number): void {
    this.edgeCost[event].add(row, cost);
  }

  /** As `lineCosts`, for `addEdgeCost`. */
  edgeCosts(event: number): Pick<FloatColumn, 'add'> {
    return this.edgeCost[event];
  }

  /** Inclusive cost that the tool measured itself; without it, inclusive costs are derived from the edges. */
  addTotal(func: number, event: number, cost: number): void {
    this.hasTotals = true;
    this.graphTotal[event].add(func, cost);
  }

  /** Calls as the tool counted them. */
  addCalls(func: number, calls: number, primitive: number): void {
    this.hasCalls = true;
    this.graphCalls.add(func, calls);
    this.graphPrimitive.add(func, primitive);
  }

  /** The row of the series with this name, added when it is new. `step`: a value holds until the next point. */
  seriesOf(name: string, unit: Unit, label?: string, step = false): number {
    const known = this.series.findIndex((series) => series.name === name);
    return known >= 0 ? known : this.series.push({ name, unit, label, step, x: new FloatColumn(64), y: new FloatColumn(64) }) - 1;
  }

  /** Adds a value to a series; `x` in the unit of `seriesAxis`, not below the one before. */
  addPoint(series: number, x: number, y: number): void {
    this.series[series].x.push(x);
    this.series[series].y.push(y);
  }

  /** A tree at one moment; the row, for `addSnapshotWeight`. */
  snapshot(x: number, name: string, event = 0): number {
    return this.snapshots.push({ x, name, isPeak: false, event, stack: new IntColumn(16), weight: new FloatColumn(16) }) - 1;
  }

  /** Adds self weight of a stack in one snapshot. */
  addSnapshotWeight(snapshot: number, stack: number, weight: number): void {
    this.snapshots[snapshot].stack.push(stack);
    this.snapshots[snapshot].weight.push(weight);
  }

  /** Makes the weights of this snapshot those of the profile as well. Call it once, when the snapshot is complete. */
  showSnapshot(row: number): void {
    const snapshot = this.snapshots[row];
    snapshot.isPeak = true;
    for (let i = 0; i < snapshot.stack.length; i++) this.addSelf(snapshot.stack.data[i], snapshot.event, snapshot.weight.data[i]);
  }

  /** Adds a finding; the row, so that its count may be learned later. */
  finding(finding: Finding): number {
    return this.findings.push(finding) - 1;
  }

  /** Replaces what is known of a finding. */
  amendFinding(row: number, change: Partial<Finding>): void {
    this.findings[row] = { ...this.findings[row], ...change };
  }

  /** Notes something a person should know; the same text is kept once. */
  warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  }

  /** Marks the profile as cut short, with the reason. */
  truncated(message: string): void {
    this.isTruncated = true;
    this.warn(message);
  }

  get sampleCount(): number {
    return this.taken;
  }

  get stackCount(): number {
    return this.stackTree.length;
  }

  /** As `funcOf` and `frame`, by the columns of BuilderTables. */
  frameOf(func: number, file: number, line: number, column: number, high: number, low: number, inlined: number): number {
    return this.frameKeys.intern(func, file, line, column, high, low, inlined);
  }

  /** Appends samples whose weights are in their stacks' self weights already; one column of weights per event. */
  appendSamples(stack: Int32Array, thread: Int32Array, time: Float64Array, weights: readonly Float64Array[], count: number): void {
    const before = this.sampleStack.length;
    this.taken += count;
    this.sampleStack.append(stack);
    this.sampleThread.append(thread);
    this.sampleTime.append(time);
    weights.forEach((column, event) => {
      if (column.length > 0) this.sampleWeights[event].pad(before);
      this.sampleWeights[event].append(column);
    });
  }

  /** Everything that was read, as columns in order of first use, for `mergeInto`. The builder must not be used afterwards. */
  tables(): BuilderTables {
    if (this.lineKeys.length + this.edgeKeys.length + this.snapshots.length + this.findings.length > 0) throw new Error('call graphs, snapshots and findings are not read in pieces');
    const { parent, frame } = this.stackTree.release();
    const columns = ({ columns: all }: { readonly columns: readonly IntColumn[] }) => all.map((column) => column.finish());
    return {
      events: this.events, strings: this.strings.strings, threads: this.threads, warnings: this.warnings, truncated: this.isTruncated,
      functions: [...columns(this.functionKeys), this.functionLine.finish(), this.functionKind.finish()],
      // Sums are by function: nobody asks for frames.
      frames: this.sums ? this.frameKeys.columns.map(() => new Int32Array(0)) : columns(this.frameKeys),
      parent, frame, sums: this.sums?.tables() ?? null,
      stackSelf: this.stackSelf.map((column) => column.finish()),
      samples: {
        count: this.taken, stack: this.sampleStack.finish(), thread: this.sampleThread.finish(), time: this.sampleTime.finish(),
        weights: this.sampleWeights.map((column) => column.finish()),
      },
      series: this.series.map(({ name, unit, label, step, x, y }) => ({ name, unit, label, step, x: x.finish(), y: y.finish() })),
    };
  }

  /** Adds the sums of another piece of the input; `functions` are its function rows here, `events` its events. */
  addSums(tables: SumTables, functions: Int32Array, events: readonly number[]): void {
    this.sums?.addTables(tables, functions, events);
  }

  /** After `sumByFunction`: the finished profile, whose stacks are not there, and by event what its functions cost. */
  finishSums(meta: ProfileMeta): { profile: Profile; costs: FunctionCosts[] } {
    const profile = this.finish(meta);
    const costs = (this.sums ?? new FunctionSums()).costs(profile.events.length, profile.functions.length);
    return { profile: { ...profile, totals: costs.map(({ self }) => sum(self)) }, costs };
  }

  /** The finished profile. The builder must not be used afterwards. */
  finish(meta: ProfileMeta): Profile {
    const { parent, frame } = this.stackTree.release();
    const { stacks, rank } = depthFirst(parent, frame);
    const stackSelf = this.stackSelf.map((column) => permute(column.finish(stacks.length), rank));
    const [name, file, object] = this.functionKeys.columns.map((column) => column.finish());
    const [frameFunc, frameFile, frameLine, frameColumn, high, low, inlined] = this.frameKeys.columns.map((column) => column.finish());
    const graph = this.finishGraph(name.length);
    const samples = this.sampleStack.length > 0 ? {
      length: this.sampleStack.length,
      stack: this.sampleStack.finish().map((stack) => rank[stack]),
      thread: this.sampleThread.finish(),
      time: this.sampleTime.finish(),
      weights: this.sampleWeights.map((column) => column.finish(this.sampleStack.length)),
    } : null;
    return {
      meta,
      events: this.events,
      defaultEvent: this.events.length ? Math.min(this.defaultEvent, this.events.length - 1) : 0,
      strings: this.strings.strings,
      functions: { length: name.length, name, file, object, line: this.functionLine.finish(), kind: Uint8Array.from(this.functionKind.finish()) },
      frames: {
        length: frameFunc.length, func: frameFunc, file: frameFile, line: frameLine, column: frameColumn,
        address: Float64Array.from(high, (h, row) => (h < 0 ? -1 : h * 0x100000000 + (low[row] >>> 0))),
        inlined: Uint8Array.from(inlined),
      },
      threads: this.threads,
      stacks,
      stackSelf,
      samples,
      graph,
      series: this.series.map(({ x, y, name, unit, label, step }): Series => ({
        name, unit, ...(label === undefined ? {} : { label }), ...(step ? { step } : {}), x: x.finish(), y: y.finish(),
      })),
      seriesAxis: this.series.length > 0 ? this.seriesAxis : null,
      snapshots: this.snapshots.map((snapshot): Snapshot => ({
        ...snapshot, stack: snapshot.stack.finish().map((row) => rank[row]), weight: snapshot.weight.finish(),
      })),
      findings: this.findings,
      totals: this.events.map((_, event) => sum(stackSelf[event]) + (graph ? sum(graph.lines.cost[event]) : 0)),
      truncated: this.isTruncated,
      warnings: this.warnings,
    };
  }

  private finishGraph(functionCount: number): CallGraph | null {
    if (this.lineKeys.length === 0 && this.edgeKeys.length === 0) return null;
    const [func, file, line] = this.lineKeys.columns.map((column) => column.finish());
    const [caller, callee, siteFile, siteLine] = this.edgeKeys.columns.map((column) => column.finish());
    return {
      lines: { length: func.length, func, file, line, cost: this.lineCost.map((column) => column.finish(func.length)) },
      edges: {
        length: caller.length, caller, callee, file: siteFile, line: siteLine,
        calls: this.edgeCalls.finish(caller.length),
        cost: this.edgeCost.map((column) => column.finish(caller.length)),
      },
      total: this.hasTotals ? this.graphTotal.map((column) => column.finish(functionCount)) : null,
      calls: this.hasCalls ? this.graphCalls.finish(functionCount) : null,
      primitiveCalls: this.hasCalls ? this.graphPrimitive.finish(functionCount) : null,
    };
  }
}

/**
 * Orders a prefix tree depth first, children in order of first use. `rank[old row]` is the new row. Linear, without
 * recursion: stacks may be hundreds of thousands of frames deep.
 */
function depthFirst(parent: Int32Array, frame: Int32Array): { stacks: StackTable; rank: Int32Array } {
  const length = parent.length;
  const size = new Int32Array(length).fill(1);
  // A parent is always interned before its child, so one pass backwards sums subtree sizes.
  for (let row = length - 1; row >= 0; row--) if (parent[row] >= 0) size[parent[row]] += size[row];
  const rank = new Int32Array(length);
  const nextFree = new Int32Array(length);
  let nextRoot = 0;
  const depth = new Int32Array(length);
  const newParent = new Int32Array(length);
  const newFrame = new Int32Array(length);
  const subtreeEnd = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const up = parent[row];
    let place: number;
    if (up < 0) {
      place = nextRoot;
      nextRoot += size[row];
    } else {
      place = nextFree[up];
      nextFree[up] += size[row];
    }
    rank[row] = place;
    nextFree[row] = place + 1;
    newParent[place] = up < 0 ? -1 : rank[up];
    newFrame[place] = frame[row];
    depth[place] = up < 0 ? 0 : depth[rank[up]] + 1;
    subtreeEnd[place] = place + size[row];
  }
  return { stacks: { length, parent: newParent, frame: newFrame, depth, subtreeEnd }, rank };
}

function permute(column: Float64Array, rank: Int32Array): Float64Array {
  const result = new Float64Array(column.length);
  for (let row = 0; row < column.length; row++) result[rank[row]] = column[row];
  return result;
}

function sum(column: Float64Array): number {
  let total = 0;
  for (let row = 0; row < column.length; row++) total += column[row];
  return total;
}
