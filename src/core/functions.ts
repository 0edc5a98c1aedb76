import { stronglyConnected } from './cycles.ts';
import { inclusiveWeights, totalsByKey } from './inclusive.ts';
import type { CallGraph, Profile } from './profile.ts';

/** Costs of every function for one event; columns by function row. */
export interface FunctionCosts {
  readonly self: Float64Array;
  /** Inclusive: each stack counts once, recursion never inflates. */
  readonly total: Float64Array;
  /** Calls of the function; null when the profile does not count calls. */
  readonly calls: Float64Array | null;
}

/** Self and total of every function, from the stacks or from the call graph, whichever the profile has. */
export function functionCosts(profile: Profile, event: number): FunctionCosts {
  return profile.stacks.length > 0 || !profile.graph ? costsFromStacks(profile, event) : costsFromGraph(profile, profile.graph, event);
}

function costsFromStacks(profile: Profile, event: number): FunctionCosts {
  const { stacks, frames, functions } = profile;
  const self = new Float64Array(functions.length);
  const key = new Int32Array(stacks.length);
  const own = profile.stackSelf[event];
  for (let stack = 0; stack < stacks.length; stack++) {
    key[stack] = frames.func[stacks.frame[stack]];
    self[key[stack]] += own[stack];
  }
  return { self, total: totalsByKey(profile, inclusiveWeights(profile, event), key, functions.length), calls: null };
}

/** The cycle each function is in (equal numbers: same cycle), from the edges. */
export function cyclesOf(profile: Profile, graph: CallGraph): Int32Array {
  return stronglyConnected(profile.functions.length, graph.edges.caller, graph.edges.callee);
}

/**
 * KCachegrind's rules (libcore/tracedata.cpp): edges inside a cycle, a call of itself included, carry no inclusive cost. A function
 * outside of cycles costs its self plus its callees. A member of a larger cycle costs what its callers outside of the
 * cycle paid for it; one that nobody outside calls costs its self plus what it calls outside.
 */
function costsFromGraph(profile: Profile, graph: CallGraph, event: number): FunctionCosts {
  const count = profile.functions.length;
  const { lines, edges } = graph;
  const self = new Float64Array(count);
  for (let row = 0; row < lines.length; row++) self[lines.func[row]] += lines.cost[event][row];
  let calls = graph.calls;
  if (!calls) {
    calls = new Float64Array(count);
    for (let edge = 0; edge < edges.length; edge++) calls[edges.callee[edge]] += edges.calls[edge];
  }
  if (graph.total) return { self, total: graph.total[event], calls };
  const cycle = cyclesOf(profile, graph);
  const size = new Int32Array(count);
  for (let func = 0; func < count; func++) size[cycle[func]]++;
  const total = Float64Array.from(self);
  const fromOutside = new Float64Array(count);
  const called = new Uint8Array(count);
  for (let edge = 0; edge < edges.length; edge++) {
    const caller = edges.caller[edge];
    const callee = edges.callee[edge];
    if (cycle[caller] === cycle[callee]) continue;
    total[caller] += edges.cost[event][edge];
    fromOutside[callee] += edges.cost[event][edge];
    called[callee] = 1;
  }
  for (let func = 0; func < count; func++) if (size[cycle[func]] > 1 && called[func]) total[func] = fromOutside[func];
  return { self, total, calls };
}
