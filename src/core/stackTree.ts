import { TupleTable } from './columns.ts';

/** Callees of one stack that are found by walking a list; a stack with more has the rest in a hash table. */
const LISTED = 8;

/**
 * The prefix tree of stacks while it grows: each pair of caller's stack and frame has one row, in order of first use, and a
 * caller's row is always smaller than its callees'. A hash table over all rows would miss the processor's caches at every step
 * down; most stacks have few callees, and one that has just been made has none, so a short list of siblings is several times as
 * fast and smaller.
 */
export class StackTree {
  length = 0;
  /** Row of the caller's stack, -1 for outermost frames; valid up to `length`, as `frame`. */
  parent = new Int32Array(1024);
  frame = new Int32Array(1024);
  /** Row + 1 of the first callee and of the next sibling; 0 for none. What is outermost has the list at 0, row r that at r + 1. */
  private first = new Int32Array(1025);
  private next = new Int32Array(1024);
  /** [parent, frame] of what the lists have no room for, and its row. */
  private others: { readonly keys: TupleTable; readonly rows: number[] } | undefined;

  /** The row of `frame` called by the stack `parent` (-1: outermost), added when it is new. */
  child(parent: number, frame: number): number {
    let at = this.first[parent + 1];
    if (at === 0) return (this.first[parent + 1] = this.push(parent, frame) + 1) - 1;
    for (let steps = 1; ; steps++) {
      if (this.frame[at - 1] === frame) return at - 1;
      if (steps === LISTED) return this.other(parent, frame);
      const sibling = this.next[at - 1];
      if (sibling === 0) break;
      at = sibling;
    }
    const row = this.push(parent, frame);
    this.next[at - 1] = row + 1;
    return row;
  }

  private other(parent: number, frame: number): number {
    const { keys, rows } = (this.others ??= { keys: new TupleTable(2), rows: [] });
    const key = keys.internPair(parent, frame);
    if (key === rows.length) rows.push(this.push(parent, frame));
    return rows[key];
  }

  private push(parent: number, frame: number): number {
    const row = this.length;
    if (row === this.parent.length) this.grow();
    this.parent[row] = parent;
    this.frame[row] = frame;
    this.length = row + 1;
    return row;
  }

  private grow(): void {
    // Doubling large tables would hold much that is never used.
    const size = this.length < 1 << 20 ? this.length * 2 : Math.ceil(this.length * 1.5);
    const grown = (column: Int32Array<ArrayBuffer>, length: number) => {
      const result = new Int32Array(length);
      result.set(column);
      return result;
    };
    this.parent = grown(this.parent, size);
    this.frame = grown(this.frame, size);
    this.first = grown(this.first, size + 1);
    this.next = grown(this.next, size);
  }

  /** Gives up what only lookups need; `child` must not be called afterwards. */
  release(): { parent: Int32Array; frame: Int32Array } {
    this.first = this.next = new Int32Array(0);
    this.others = undefined;
    return { parent: this.parent.subarray(0, this.length), frame: this.frame.subarray(0, this.length) };
  }
}
