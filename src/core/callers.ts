import { inclusiveWeights } from './inclusive.ts';
import type { Profile } from './profile.ts';

/** Functions on the other end of calls, the costliest first; columns of equal length. */
export interface CallEnds {
  readonly func: readonly number[];
  /** Inclusive cost that flows over the calls. */
  readonly total: readonly number[];
  /** -1 when the profile does not count calls. */
  readonly calls: readonly number[];
}

/** Who calls `func`, and whom it calls, with the inclusive cost of these calls; each stack counts once for each pair. */
export function callersAndCallees(profile: Profile, event: number, func: number): { callers: CallEnds; callees: CallEnds } {
  const callers = new Ends();
  const callees = new Ends();
  if (profile.stacks.length > 0 || !profile.graph) {
    const { stacks, frames } = profile;
    const inclusive = inclusiveWeights(profile, event);
    for (let stack = 0; stack < stacks.length; stack++) {
      const up = stacks.parent[stack];
      if (up < 0) continue;
      const callee = frames.func[stacks.frame[stack]];
      const caller = frames.func[stacks.frame[up]];
      if (callee === func) callers.addStack(caller, stack, stacks.subtreeEnd[stack], inclusive[stack]);
      if (caller === func) callees.addStack(callee, stack, stacks.subtreeEnd[stack], inclusive[stack]);
    }
  } else {
    const { edges } = profile.graph;
    for (let edge = 0; edge < edges.length; edge++) {
      if (edges.callee[edge] === func) callers.add(edges.caller[edge], edges.cost[event][edge], edges.calls[edge]);
      if (edges.caller[edge] === func) callees.add(edges.callee[edge], edges.cost[event][edge], edges.calls[edge]);
    }
  }
  return { callers: callers.sorted(), callees: callees.sorted() };
}

class Ends {
  private readonly byFunc = new Map<number, { total: number; calls: number; until: number }>();

  add(func: number, total: number, calls: number): void {
    const end = this.byFunc.get(func);
    if (end) {
      end.total += total;
      end.calls += calls;
    } else {
      this.byFunc.set(func, { total, calls, until: 0 });
    }
  }

  /** As in totalsByKey: an occurrence inside the subtree of an earlier one is recursion and adds nothing. */
  addStack(func: number, stack: number, subtreeEnd: number, total: number): void {
    const end = this.byFunc.get(func);
    if (!end) this.byFunc.set(func, { total, calls: -1, until: subtreeEnd });
    else if (stack >= end.until) {
      end.total += total;
      end.until = subtreeEnd;
    }
  }

  sorted(): CallEnds {
    const rows = [...this.byFunc].filter(([, end]) => end.total !== 0 || end.calls > 0).sort((a, b) => b[1].total - a[1].total || a[0] - b[0]);
    return { func: rows.map(([func]) => func), total: rows.map(([, end]) => end.total), calls: rows.map(([, end]) => end.calls) };
  }
}
