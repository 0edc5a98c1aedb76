import { IntColumn, FloatColumn, TupleTable } from './columns.ts';
import { inclusiveWeights } from './inclusive.ts';
import type { Profile } from './profile.ts';

/** Who calls whom: a row for each pair of functions, in order of first occurrence. */
export interface CallEdges {
  readonly length: number;
  /** Function rows. */
  readonly caller: Int32Array;
  readonly callee: Int32Array;
  /** -1 when the profile does not count calls. */
  readonly calls: Float64Array;
  /** Inclusive cost that flows over the calls, in the event's unit. */
  readonly total: Float64Array;
}

/**
 * Every pair of caller and callee of one event. Of stacks, each counts once for a pair however often the pair occurs in it, so that
 * recursion never inflates; of call graphs, the call sites of a pair are added up. Pairs without cost and calls are left out.
 */
export function callEdges(profile: Profile, event: number): CallEdges {
  return profile.stacks.length > 0 || !profile.graph ? edgesFromStacks(profile, event) : edgesFromGraph(profile, event);
}

function edgesFromStacks(profile: Profile, event: number): CallEdges {
  const { stacks, frames } = profile;
  const inclusive = inclusiveWeights(profile, event);
  const pairs = new TupleTable(2);
  const total = new FloatColumn();
  // As in totalsByKey: an occurrence inside the subtree of an earlier one is recursion.
  const until = new IntColumn();
  for (let stack = 0; stack < stacks.length; stack++) {
    const up = stacks.parent[stack];
    if (up < 0) continue;
    const row = pairs.internPair(frames.func[stacks.frame[up]], frames.func[stacks.frame[stack]]);
    if (row === total.length) {
      total.push(inclusive[stack]);
      until.push(stacks.subtreeEnd[stack]);
    } else if (stack >= until.data[row]) {
      total.data[row] += inclusive[stack];
      until.data[row] = stacks.subtreeEnd[stack];
    }
  }
  return present(pairs, total.finish(), null);
}

function edgesFromGraph(profile: Profile, event: number): CallEdges {
  const { edges } = profile.graph!;
  const pairs = new TupleTable(2);
  const total = new FloatColumn();
  const calls = new FloatColumn();
  for (let edge = 0; edge < edges.length; edge++) {
    const row = pairs.internPair(edges.caller[edge], edges.callee[edge]);
    total.add(row, edges.cost[event][edge]);
    calls.add(row, edges.calls[edge]);
  }
  return present(pairs, total.finish(), calls.finish());
}

function present(pairs: TupleTable, total: Float64Array, calls: Float64Array | null): CallEdges {
  const kept: number[] = [];
  for (let row = 0; row < total.length; row++) if (total[row] !== 0 || (calls !== null && calls[row] > 0)) kept.push(row);
  const [caller, callee] = pairs.columns;
  return {
    length: kept.length,
    caller: Int32Array.from(kept, (row) => caller.data[row]),
    callee: Int32Array.from(kept, (row) => callee.data[row]),
    calls: Float64Array.from(kept, (row) => (calls ? calls[row] : -1)),
    total: Float64Array.from(kept, (row) => total[row]),
  };
}
