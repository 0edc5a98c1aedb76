import { TupleTable } from './columns.ts';
import { cyclesOf, functionCosts } from './functions.ts';
import { inclusiveWeights, totalsByKey } from './inclusive.ts';
import type { CallGraph, Profile } from './profile.ts';

/** Costs of source lines for one event: a row for each (file, line) that occurs. */
export interface LineCosts {
  readonly length: number;
  /** String index. */
  readonly file: Int32Array;
  /** 1-based. */
  readonly line: Int32Array;
  /** Cost of stacks whose innermost frame is on this line. */
  readonly self: Float64Array;
  /** Cost of stacks with a frame on this line, each counted once. */
  readonly total: Float64Array;
  /** 1 where only the function was known and the cost stands at its first line. */
  readonly approximate: Uint8Array;
  /** The function with the highest self cost on the line. */
  readonly func: Int32Array;
}

/**
 * Attributes costs to source lines. Self belongs to the leaf line alone; a frame without a line counts at its function's
 * first line and is marked approximate; a frame without a file counts nowhere.
 */
export function lineCosts(profile: Profile, event: number): LineCosts {
  return profile.stacks.length > 0 || !profile.graph ? linesFromStacks(profile, event) : linesFromGraph(profile, profile.graph, event);
}

class Lines {
  readonly keys = new TupleTable(2);
  readonly approximate: number[] = [];

  /** The row of this place, -1 when it has none. */
  row(file: number, line: number, approximate: boolean): number {
    if (file < 0 || line <= 0) return -1;
    const row = this.keys.intern(file, line);
    if (row === this.approximate.length) this.approximate.push(approximate ? 1 : 0);
    else if (!approximate) this.approximate[row] = 0;
    return row;
  }

  get length(): number {
    return this.approximate.length;
  }
}

function linesFromStacks(profile: Profile, event: number): LineCosts {
  const { stacks, frames, functions } = profile;
  const lines = new Lines();
  const rowOfFrame = new Int32Array(frames.length);
  for (let frame = 0; frame < frames.length; frame++) {
    const func = frames.func[frame];
    const known = frames.line[frame] > 0;
    rowOfFrame[frame] = known ? lines.row(frames.file[frame], frames.line[frame], false) : lines.row(functions.file[func], functions.line[func], true);
  }
  const rowOfStack = new Int32Array(stacks.length);
  const self = new Float64Array(lines.length);
  const best = new Best(lines.length);
  const selfByFrame = new Float64Array(frames.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const frame = stacks.frame[stack];
    rowOfStack[stack] = rowOfFrame[frame];
    selfByFrame[frame] += profile.stackSelf[event][stack];
  }
  for (let frame = 0; frame < frames.length; frame++) {
    const row = rowOfFrame[frame];
    if (row < 0) continue;
    self[row] += selfByFrame[frame];
    best.offer(row, frames.func[frame], selfByFrame[frame]);
  }
  const total = totalsByKey(profile, inclusiveWeights(profile, event), rowOfStack, lines.length);
  return finish(lines, self, total, best);
}

function linesFromGraph(profile: Profile, graph: CallGraph, event: number): LineCosts {
  const { functions } = profile;
  // A tool that measured functions, not lines, leaves everything at the first line.
  const onlyFunctions = graph.total !== null;
  const lines = new Lines();
  const selfRow = new Int32Array(graph.lines.length);
  for (let i = 0; i < graph.lines.length; i++) {
    const known = graph.lines.line[i] > 0;
    const func = graph.lines.func[i];
    selfRow[i] = known ? lines.row(graph.lines.file[i], graph.lines.line[i], onlyFunctions) : lines.row(functions.file[func], functions.line[func], true);
  }
  const { edges } = graph;
  const siteRow = new Int32Array(edges.length);
  for (let edge = 0; edge < edges.length; edge++) {
    const caller = edges.caller[edge];
    siteRow[edge] = onlyFunctions ? -1
      : edges.line[edge] > 0 ? lines.row(edges.file[edge], edges.line[edge], false) : lines.row(functions.file[caller], functions.line[caller], true);
  }
  const self = new Float64Array(lines.length);
  const best = new Best(lines.length);
  for (let i = 0; i < graph.lines.length; i++) {
    if (selfRow[i] < 0) continue;
    self[selfRow[i]] += graph.lines.cost[event][i];
    best.offer(selfRow[i], graph.lines.func[i], graph.lines.cost[event][i]);
  }
  const total = Float64Array.from(self);
  if (onlyFunctions) {
    // Two functions on one line (lambdas): the line is as costly as the costlier one, for one may call the other.
    const costs = functionCosts(profile, event);
    for (let i = 0; i < graph.lines.length; i++) {
      if (selfRow[i] >= 0) total[selfRow[i]] = Math.max(total[selfRow[i]], costs.total[graph.lines.func[i]]);
    }
  } else {
    const cycle = cyclesOf(profile, graph);
    for (let edge = 0; edge < edges.length; edge++) {
      if (siteRow[edge] < 0 || cycle[edges.caller[edge]] === cycle[edges.callee[edge]]) continue;
      total[siteRow[edge]] += edges.cost[event][edge];
      best.offer(siteRow[edge], edges.caller[edge], 0);
    }
  }
  return finish(lines, self, total, best);
}

/** Remembers the costliest function of each row. */
class Best {
  readonly func: Int32Array;
  private readonly cost: Float64Array;

  constructor(length: number) {
    this.func = new Int32Array(length).fill(-1);
    this.cost = new Float64Array(length);
  }

  offer(row: number, func: number, cost: number): void {
    if (this.func[row] >= 0 && cost <= this.cost[row]) return;
    this.func[row] = func;
    this.cost[row] = cost;
  }
}

function finish(lines: Lines, self: Float64Array, total: Float64Array, best: Best): LineCosts {
  const [file, line] = lines.keys.columns.map((column) => column.finish());
  return { length: lines.length, file, line, self, total, approximate: Uint8Array.from(lines.approximate), func: best.func };
}
