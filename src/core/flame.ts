import { TupleTable } from './columns.ts';
import { estimateStacks } from './estimate.ts';
import type { Profile } from './profile.ts';
import { isEstimated } from './profile.ts';

/** What stands for a function in a drawn box that has none: the root, and several boxes too thin to draw. */
export const ROOT_FUNCTION = -1;
export const MERGED_FUNCTION = -2;

/** How siblings stand: the costliest first, or by name as flamegraph.pl draws them. */
export type SiblingOrder = 'left-heavy' | 'by-name';

/**
 * A laid-out flame graph in depth-first order. Node 0 is the root "all" (function -1); stacks are merged by function, so
 * that one function called from two lines of another is one box. Nodes without weight are left out.
 */
export interface FlameGraph {
  readonly length: number;
  readonly func: Int32Array;
  readonly parent: Int32Array;
  readonly depth: Int32Array;
  /** Where the box begins, in the event's unit; the root begins at 0. */
  readonly start: Float64Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly subtreeEnd: Int32Array;
  /** Deepest depth plus one. */
  readonly depthCount: number;
}

/** A tree of weights by function, parents before children, as `layOut` takes it. */
export interface WeightTree {
  readonly parent: Int32Array;
  readonly func: Int32Array;
  readonly self: Float64Array;
}

/** The flame graph of one event. For profiles that know only calls, see `estimateStacks`. */
export function flameGraph(profile: Profile, event: number, order: SiblingOrder): FlameGraph {
  const tree = isEstimated(profile) ? estimateStacks(profile, event) : mergeByFunction(profile, event);
  return layOut(tree, profile, order);
}

function mergeByFunction(profile: Profile, event: number): WeightTree {
  const { stacks, frames } = profile;
  const keys = new TupleTable(2);
  const node = new Int32Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const up = stacks.parent[stack];
    node[stack] = keys.intern(up < 0 ? -1 : node[up], frames.func[stacks.frame[stack]]);
  }
  const self = new Float64Array(keys.length);
  for (let stack = 0; stack < stacks.length; stack++) self[node[stack]] += profile.stackSelf[event][stack];
  const [parent, func] = keys.columns.map((column) => column.finish());
  return { parent, func, self };
}

function layOut(tree: WeightTree, profile: Profile, order: SiblingOrder): FlameGraph {
  const count = tree.parent.length;
  const total = Float64Array.from(tree.self);
  let all = 0;
  for (let node = count - 1; node >= 0; node--) {
    // What is negative (a difference, memory given back) has no width, and neither has what stands on it.
    if (total[node] < 0) total[node] = 0;
    if (tree.parent[node] >= 0) total[tree.parent[node]] += total[node];
    else all += total[node];
  }
  const rank = order === 'by-name' ? nameRanks(profile) : null;
  const compare = rank
    ? (a: number, b: number) => rank[tree.func[a]] - rank[tree.func[b]] || a - b
    : (a: number, b: number) => total[b] - total[a] || a - b;
  // Children of each node side by side; row `count` holds the outermost ones.
  const offset = new Int32Array(count + 2);
  for (let node = 0; node < count; node++) if (total[node] > 0) offset[place(tree.parent[node], count) + 1]++;
  for (let node = 0; node <= count; node++) offset[node + 1] += offset[node];
  const children = new Int32Array(offset[count + 1]);
  const cursor = offset.slice(0, count + 1);
  for (let node = 0; node < count; node++) if (total[node] > 0) children[cursor[place(tree.parent[node], count)]++] = node;
  for (let node = 0; node <= count; node++) {
    if (offset[node + 1] - offset[node] > 1) children.subarray(offset[node], offset[node + 1]).sort(compare);
  }

  const length = children.length + 1;
  const graph = {
    func: new Int32Array(length), parent: new Int32Array(length), depth: new Int32Array(length), subtreeEnd: new Int32Array(length),
    start: new Float64Array(length), self: new Float64Array(length), total: new Float64Array(length),
  };
  graph.func[0] = graph.parent[0] = -1;
  graph.total[0] = all;
  let depthCount = 1;
  let next = 1;
  // The open boxes from the root inwards: output row, the next child to place, and where it begins.
  const rows = [0];
  const positions = [offset[count]];
  const ends = [offset[count + 1]];
  const begins = [0];
  while (rows.length > 0) {
    const top = rows.length - 1;
    if (positions[top] === ends[top]) {
      graph.subtreeEnd[rows[top]] = next;
      rows.pop();
      positions.pop();
      ends.pop();
      begins.pop();
      continue;
    }
    const node = children[positions[top]++];
    const row = next++;
    graph.func[row] = tree.func[node];
    graph.parent[row] = rows[top];
    graph.depth[row] = top + 1;
    graph.start[row] = begins[top];
    graph.self[row] = tree.self[node];
    graph.total[row] = total[node];
    begins[top] += total[node];
    depthCount = Math.max(depthCount, top + 2);
    rows.push(row);
    positions.push(offset[node]);
    ends.push(offset[node + 1]);
    begins.push(graph.start[row]);
  }
  return { length, depthCount, ...graph };
}

function place(parent: number, rootPlace: number): number {
  return parent < 0 ? rootPlace : parent;
}

function nameRanks(profile: Profile): Int32Array {
  const { name, length } = profile.functions;
  const byName = Array.from({ length }, (_, func) => func).sort((a, b) => {
    const [left, right] = [profile.strings[name[a]], profile.strings[name[b]]];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
  const ranks = new Int32Array(length);
  byName.forEach((func, rank) => (ranks[func] = rank));
  return ranks;
}

/** What is visible of a flame graph, boxes as rows of the graph; -1 stands for several too thin to draw. */
export interface VisibleBoxes {
  readonly row: number[];
  readonly depth: number[];
  /** Shares of the root's width, 0 to 1. */
  readonly start: number[];
  readonly end: number[];
}

/**
 * The boxes between the shares `from` and `to` and the given depths that are at least half a pixel wide when that range is
 * drawn on `width` pixels. Thinner siblings side by side become one box. Costs what is drawn, not what there is: a box that is
 * too thin is skipped with everything below it.
 */
export function visibleBoxes(graph: FlameGraph, from: number, to: number, width: number, minDepth: number, maxDepth: number): VisibleBoxes {
  const boxes: VisibleBoxes = { row: [], depth: [], start: [], end: [] };
  const all = graph.total[0];
  if (!(all > 0) || !(to > from) || !(width > 0)) return boxes;
  const thinnest = (0.5 * (to - from)) / width;
  const add = (row: number, depth: number, start: number, end: number) => {
    boxes.row.push(row);
    boxes.depth.push(depth);
    boxes.start.push(start);
    boxes.end.push(end);
  };
  let thinDepth = -1;
  let thinStart = 0;
  let thinEnd = 0;
  const flushThin = () => {
    if (thinDepth >= 0 && thinEnd - thinStart >= thinnest) add(-1, thinDepth, thinStart, thinEnd);
    thinDepth = -1;
  };
  for (let row = 0; row < graph.length;) {
    const start = graph.start[row] / all;
    const end = (graph.start[row] + graph.total[row]) / all;
    const depth = graph.depth[row];
    if (end <= from || start >= to || depth > maxDepth) {
      row = graph.subtreeEnd[row];
      continue;
    }
    if (end - start < thinnest) {
      if (depth >= minDepth) {
        if (thinDepth !== depth || start - thinEnd > thinnest) {
          flushThin();
          thinDepth = depth;
          thinStart = start;
        }
        thinEnd = end;
      }
      row = graph.subtreeEnd[row];
      continue;
    }
    flushThin();
    if (depth >= minDepth) add(row, depth, start, end);
    row++;
  }
  flushThin();
  return boxes;
}
