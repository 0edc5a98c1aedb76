import { EdgeRows, LineRows } from '../core/graphRows.ts';
import { inclusiveWeights, totalsByKey } from '../core/inclusive.ts';
import type { CallGraph, Profile } from '../core/profile.ts';

/** Self costs and calls of a profile in the order of functions. `...End[func]` is where the rows of the next function begin. */
export interface CallTables {
  readonly lines: { readonly file: Int32Array; readonly line: Int32Array };
  /** One column per event, by row of `lines`. */
  readonly selfCost: readonly Float64Array[];
  readonly edges: Pick<CallGraph['edges'], 'callee' | 'file' | 'line' | 'calls' | 'cost'>;
  readonly linesByFunction: Int32Array;
  readonly linesEnd: Int32Array;
  readonly edgesByFunction: Int32Array;
  readonly edgesEnd: Int32Array;
}

/** The tables of a call graph as it is, or those that follow from stacks. */
export function callTables(profile: Profile): CallTables {
  const { lines, edges } = profile.stacks.length > 0 || !profile.graph ? graphOfStacks(profile) : profile.graph;
  const [linesByFunction, linesEnd] = grouped(lines.func, profile.functions.length);
  const [edgesByFunction, edgesEnd] = grouped(edges.caller, profile.functions.length);
  return { lines, selfCost: lines.cost, edges, linesByFunction, linesEnd, edgesByFunction, edgesEnd };
}

function graphOfStacks(profile: Profile): Pick<CallGraph, 'lines' | 'edges'> {
  const { stacks, frames } = profile;
  const lineRows = new LineRows();
  const edgeRows = new EdgeRows();
  const rowOfFrame = new Int32Array(frames.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    if (profile.stackSelf.every((own) => own[stack] === 0)) continue;
    const frame = stacks.frame[stack];
    rowOfFrame[frame] = lineRows.intern(frames.func[frame], frames.file[frame], frames.line[frame]);
  }
  const edgeOfStack = new Int32Array(stacks.length).fill(-1);
  for (let stack = 0; stack < stacks.length; stack++) {
    if (stacks.parent[stack] < 0) continue;
    const site = stacks.frame[stacks.parent[stack]];
    edgeOfStack[stack] = edgeRows.intern(frames.func[site], frames.func[stacks.frame[stack]], frames.file[site], frames.line[site]);
  }
  const cost = profile.stackSelf.map((own) => {
    const column = new Float64Array(lineRows.length);
    for (let stack = 0; stack < stacks.length; stack++) if (own[stack] !== 0) column[rowOfFrame[stacks.frame[stack]]] += own[stack];
    return column;
  });
  const [func, file, line] = lineRows.columns.map((column) => column.finish());
  const [caller, callee, siteFile, siteLine] = edgeRows.columns.map((column) => column.finish());
  return {
    lines: { length: func.length, func, file, line, cost },
    edges: {
      length: caller.length, caller, callee, file: siteFile, line: siteLine,
      calls: new Float64Array(caller.length).fill(1),
      cost: profile.events.map((_, event) => totalsByKey(profile, inclusiveWeights(profile, event), edgeOfStack, caller.length)),
    },
  };
}

/** Rows in the order of their group, and where each group ends. */
function grouped(group: Int32Array, groups: number): [Int32Array, Int32Array] {
  const end = new Int32Array(groups);
  for (const of of group) end[of]++;
  for (let i = 1; i < groups; i++) end[i] += end[i - 1];
  const next = new Int32Array(groups);
  next.set(end.subarray(0, Math.max(groups - 1, 0)), groups > 0 ? 1 : 0);
  const rows = new Int32Array(group.length);
  for (let row = 0; row < group.length; row++) rows[next[group[row]]++] = row;
  return [rows, end];
}
