/**
 * Strongly connected components of a graph in columns (Tarjan 1972), without recursion: call graphs may be chains of
 * hundreds of thousands of functions. Returns the component of each node; nodes of one cycle share it.
 */
export function stronglyConnected(nodeCount: number, from: Int32Array, to: Int32Array): Int32Array {
  const offset = new Int32Array(nodeCount + 1);
  for (let edge = 0; edge < from.length; edge++) offset[from[edge] + 1]++;
  for (let node = 0; node < nodeCount; node++) offset[node + 1] += offset[node];
  const targets = new Int32Array(from.length);
  const cursor = offset.slice(0, nodeCount);
  for (let edge = 0; edge < from.length; edge++) targets[cursor[from[edge]]++] = to[edge];

  const index = new Int32Array(nodeCount).fill(-1);
  const low = new Int32Array(nodeCount);
  const component = new Int32Array(nodeCount).fill(-1);
  const next = offset.slice(0, nodeCount);
  const open: number[] = [];
  const path: number[] = [];
  let counter = 0;
  let components = 0;
  for (let start = 0; start < nodeCount; start++) {
    if (index[start] !== -1) continue;
    index[start] = low[start] = counter++;
    open.push(start);
    path.push(start);
    while (path.length > 0) {
      const node = path[path.length - 1];
      if (next[node] < offset[node + 1]) {
        const target = targets[next[node]++];
        if (index[target] === -1) {
          index[target] = low[target] = counter++;
          open.push(target);
          path.push(target);
        } else if (component[target] === -1) {
          low[node] = Math.min(low[node], index[target]);
        }
        continue;
      }
      path.pop();
      if (path.length > 0) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[node]);
      if (low[node] !== index[node]) continue;
      for (;;) {
        const member = open.pop()!;
        component[member] = components;
        if (member === node) break;
      }
      components++;
    }
  }
  return component;
}
