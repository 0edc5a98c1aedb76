import { ProfileBuilder } from '../core/builder.ts';
import { estimateStacks } from '../core/estimate.ts';
import { text, type Profile } from '../core/profile.ts';

/**
 * Stacks for a profile that knows only a call graph. The self cost of every function and line stays exact; which callers it is put
 * under is estimated (core/estimate.ts): the cost of a function is shared out over its estimated places, and stands alone where there is none.
 */
export function stacksOfGraph(profile: Profile): Profile {
  const { graph, functions } = profile;
  if (!graph) return profile;
  const builder = new ProfileBuilder([...profile.events]);
  builder.defaultEvent = profile.defaultEvent;
  const funcs = Array.from({ length: functions.length }, (_, row) => builder.func({
    name: text(profile, functions.name[row]), file: text(profile, functions.file[row]), object: text(profile, functions.object[row]),
    line: functions.line[row], kind: functions.kind[row],
  }));
  const callers = funcs.map((func) => builder.frame(func));
  const frames = Array.from(graph.lines.func, (func, row) => builder.frame(funcs[func], graph.lines.line[row], 0, { file: builder.string(text(profile, graph.lines.file[row])) }));
  for (let event = 0; event < profile.events.length; event++) {
    const places = placesOf(profile, event);
    for (let row = 0; row < graph.lines.length; row++) {
      const cost = graph.lines.cost[event][row];
      if (cost === 0) continue;
      const own = places.of(graph.lines.func[row]);
      const sum = own.reduce((total, node) => total + places.self[node], 0);
      let left = cost;
      for (const [index, node] of own.entries()) {
        // Shares of whole numbers are whole, and the last one gets what is left: nothing is lost to rounding.
        const share = index === own.length - 1 ? left : Number.isInteger(cost) ? Math.round(cost * places.self[node] / sum) : cost * places.self[node] / sum;
        left -= share;
        if (share !== 0) builder.addSelf(builder.stack(stackOf(builder, callers, places, node), frames[row]), event, share);
      }
      if (own.length === 0) builder.addSelf(builder.stack(-1, frames[row]), event, left);
    }
  }
  for (const warning of profile.warnings) builder.warn(warning);
  return { ...builder.finish(profile.meta), truncated: profile.truncated };
}

interface Places {
  readonly parent: Int32Array;
  readonly func: Int32Array;
  readonly self: Float64Array;
  /** The builder's stack of each node's callers, as far as made; -2 where not. */
  readonly stack: Int32Array;
  /** The nodes of a function that have cost of their own. */
  of(func: number): readonly number[];
}

function placesOf(profile: Profile, event: number): Places {
  const { parent, func, self } = estimateStacks(profile, event);
  const nodes = new Map<number, number[]>();
  for (let node = 0; node < func.length; node++) {
    if (!(self[node] > 0)) continue;
    const own = nodes.get(func[node]);
    if (own) own.push(node);
    else nodes.set(func[node], [node]);
  }
  return { parent, func, self, stack: new Int32Array(func.length).fill(-2), of: (of) => nodes.get(of) ?? [] };
}

/** The stack of a node's callers; -1 for an outermost one. Estimated trees are some hundred levels deep at most. */
function stackOf(builder: ProfileBuilder, callers: readonly number[], { parent, func, stack }: Places, node: number): number {
  const waiting: number[] = [];
  let at = node;
  for (; at >= 0 && stack[at] === -2; at = parent[at]) waiting.push(at);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const up = parent[next];
    stack[next] = up < 0 ? -1 : builder.stack(stack[up], callers[func[up]]);
  }
  return stack[node];
}
