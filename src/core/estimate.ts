import { functionCosts, cyclesOf } from './functions.ts';
import type { WeightTree } from './flame.ts';
import type { Profile } from './profile.ts';

/** Boxes below this share of the total are not estimated: they would be thinner than a pixel, and a graph has endless paths. */
const SMALLEST_SHARE = 1 / 4000;
const MOST_NODES = 400_000;
const DEEPEST = 400;

/**
 * Stacks guessed from a call graph, for a flame graph of a tool that recorded calls only. A function's callees get their
 * share of its cost whoever called it: cost(callee below this path) = cost(path) * cost(edge) / total(function). That is exact where a
 * function has one caller or behaves the same for all of them, and an estimate otherwise. Calls back into a function of the
 * path are recursion; their cost stays with the function.
 */
export function estimateStacks(profile: Profile, event: number): WeightTree {
  const graph = profile.graph!;
  const { edges } = graph;
  const count = profile.functions.length;
  const { self, total } = functionCosts(profile, event);
  const cycle = cyclesOf(profile, graph);

  // Edges of one caller side by side, several call sites of one callee as one.
  const merged = new Map<number, Map<number, number>>();
  const paidByCallers = new Float64Array(count);
  for (let edge = 0; edge < edges.length; edge++) {
    const caller = edges.caller[edge];
    const callee = edges.callee[edge];
    const cost = edges.cost[event][edge];
    if (caller === callee || cost <= 0) continue;
    if (cycle[caller] !== cycle[callee]) paidByCallers[callee] += cost;
    let callees = merged.get(caller);
    if (!callees) merged.set(caller, (callees = new Map()));
    callees.set(callee, (callees.get(callee) ?? 0) + cost);
  }
  const callees = new Map<number, [number, number][]>();
  for (const [caller, costs] of merged) callees.set(caller, [...costs].sort((a, b) => b[1] - a[1]));

  const parent: number[] = [];
  const func: number[] = [];
  const own: number[] = [];
  const smallest = profile.totals[event] * SMALLEST_SHARE;
  const onPath = new Uint8Array(count);
  interface Open { node: number; func: number; children: [number, number][]; next: number; scale: number }
  const open: Open[] = [];

  const enter = (up: number, row: number, weight: number) => {
    const node = parent.push(up) - 1;
    func.push(row);
    const share = total[row] > 0 ? Math.min(1, weight / total[row]) : 0;
    const children = open.length < DEEPEST ? (callees.get(row) ?? []).filter(([callee]) => !onPath[callee]) : [];
    let below = 0;
    for (const [, cost] of children) below += cost * share;
    // In a cycle the edges may promise more than there is: never hand out more than the box has.
    const room = Math.max(0, weight - self[row] * share);
    const scale = below > room ? (below > 0 ? (share * room) / below : 0) : share;
    const kept = children.filter(([, cost]) => cost * scale >= smallest);
    let given = 0;
    for (const [, cost] of kept) given += cost * scale;
    own.push(Math.max(0, weight - given));
    onPath[row] = 1;
    open.push({ node, func: row, children: kept, next: 0, scale });
  };

  const roots: [number, number][] = [];
  for (let row = 0; row < count; row++) {
    const unpaid = total[row] - paidByCallers[row];
    // Rounding of sums must not make roots of everything; a cycle that nobody outside calls has no payer at all.
    if (unpaid > total[row] * 1e-9 && (paidByCallers[row] > 0 || self[row] > 0 || callees.has(row))) roots.push([row, unpaid]);
  }
  roots.sort((a, b) => b[1] - a[1]);
  let left = profile.totals[event];
  for (const [root, unpaid] of roots) {
    const weight = Math.min(unpaid, left);
    // Outermost functions are kept however small: a flat profile would show nothing else.
    if (!(weight > 0) || parent.length >= MOST_NODES) break;
    left -= weight;
    enter(-1, root, weight);
    while (open.length > 0) {
      const top = open[open.length - 1];
      if (top.next === top.children.length) {
        onPath[top.func] = 0;
        open.pop();
        continue;
      }
      const [callee, cost] = top.children[top.next++];
      if (parent.length >= MOST_NODES) own[top.node] += cost * top.scale;
      else enter(top.node, callee, cost * top.scale);
    }
  }
  return { parent: Int32Array.from(parent), func: Int32Array.from(func), self: Float64Array.from(own) };
}
