import { TupleTable } from './columns.ts';

/** Callees of one stack that are found by walking a list; a stack with more has the rest in a hash table. */
const LISTED = 8;

/** Integers of a node: its caller's row, its frame, and row + 1 of its first callee and of its next sibling (0: none). */
const NODE = 4;
const FRAME = 1;
const FIRST = 2;
const NEXT = 3;

/**
 * The prefix tree of stacks while it grows: each pair of caller's stack and frame has one row, in order of first use, and a
 * caller's row is always smaller than its callees'. A hash table over all rows would miss the processor's caches at every step
 * down; most stacks have few callees, and one that has just been made has none, so a short list of siblings is several times as
 * fast and smaller. What belongs to a node lies together, for the same reason.
 */
export class StackTree {
  length = 0;
  private nodes = new Int32Array(NODE * 1024);
  /** Row + 1 of the first outermost frame; 0 for none. */
  private firstRoot = 0;
  /** [parent, frame] of what the lists have no room for, and its row. */
  private others: { readonly keys: TupleTable; readonly rows: number[] } | undefined;

  /** The row of `frame` called by the stack `parent` (-1: outermost), added when it is new. */
  child(parent: number, frame: number): number {
    const { nodes } = this;
    const first = parent < 0 ? this.firstRoot : nodes[parent * NODE + FIRST];
    if (first === 0) {
      const row = this.push(parent, frame);
      if (parent < 0) this.firstRoot = row + 1;
      else this.nodes[parent * NODE + FIRST] = row + 1;
      return row;
    }
    let node = (first - 1) * NODE;
    for (let steps = 1; ; steps++) {
      if (nodes[node + FRAME] === frame) return node / NODE;
      if (steps === LISTED) return this.other(parent, frame);
      const next = nodes[node + NEXT];
      if (next === 0) break;
      node = (next - 1) * NODE;
    }
    const row = this.push(parent, frame);
    this.nodes[node + NEXT] = row + 1;
    return row;
  }

  /** Columns of all rows; `child` must not be called afterwards, for this gives up what lookups need. */
  release(): { parent: Int32Array<ArrayBuffer>; frame: Int32Array<ArrayBuffer> } {
    const { nodes, length } = this;
    const parent = new Int32Array(length);
    const frame = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      parent[row] = nodes[row * NODE];
      frame[row] = nodes[row * NODE + FRAME];
    }
    this.nodes = new Int32Array(0);
    this.others = undefined;
    return { parent, frame };
  }

  private other(parent: number, frame: number): number {
    const { keys, rows } = (this.others ??= { keys: new TupleTable(2), rows: [] });
    const key = keys.internPair(parent, frame);
    if (key === rows.length) rows.push(this.push(parent, frame));
    return rows[key];
  }

  private push(parent: number, frame: number): number {
    const row = this.length++;
    const node = row * NODE;
    if (node === this.nodes.length) {
      // Doubling a large table would hold much that is never used.
      const grown = new Int32Array(row < 1 << 20 ? node * 2 : Math.ceil(row * 1.5) * NODE);
      grown.set(this.nodes);
      this.nodes = grown;
    }
    this.nodes[node] = parent;
    this.nodes[node + FRAME] = frame;
    return row;
  }
}
