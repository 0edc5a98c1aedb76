import { FloatColumn } from './columns.ts';
import type { FunctionCosts } from './functions.ts';

/** Rows of stacks that are kept before all are forgotten. */
const MOST_ROWS = 1 << 16;

/** Self and total by function and event, as they were added up while reading. */
export interface SumTables {
  /** One column per event, by function row; may be shorter than the functions. */
  readonly self: readonly Float64Array[];
  readonly total: readonly Float64Array[];
}

/**
 * Adds up what each function costs while stacks go by, and keeps no stack: for those who ask for nothing else, of files whose tree of
 * stacks would take most of the time and memory. A stack counts once for a function however often it occurs in it, as in `functionCosts`.
 */
export class FunctionSums {
  /** Grows when all rows of stacks are forgotten; a reader must not use rows of an earlier epoch. That happens only when a weight is added. */
  epoch = 0;
  private length = 0;
  private parent = new Int32Array(MOST_ROWS + 1024);
  private func = new Int32Array(MOST_ROWS + 1024);
  private readonly self: FloatColumn[] = [];
  private readonly total: FloatColumn[] = [];
  /** By function: the weight that counted it last. */
  private stamps = new Float64Array(4096);
  private stamp = 0;

  /** The row of a stack; unlike in StackTree the same stack may have several. */
  child(parent: number, func: number): number {
    if (this.length === this.parent.length) this.grow();
    this.parent[this.length] = parent;
    this.func[this.length] = func;
    return this.length++;
  }

  /** Adds the weight of a sample, or of samples, with this stack. */
  add(stack: number, event: number, weight: number): void {
    const { parent, func } = this;
    const total = (this.total[event] ??= new FloatColumn());
    (this.self[event] ??= new FloatColumn()).add(func[stack], weight);
    const stamp = ++this.stamp;
    for (let row = stack; row >= 0; row = parent[row]) {
      const each = func[row];
      if (each >= this.stamps.length) this.growStamps(each);
      if (this.stamps[each] === stamp) continue;
      this.stamps[each] = stamp;
      total.add(each, weight);
    }
    if (this.length > MOST_ROWS) {
      this.length = 0;
      this.epoch++;
    }
  }

  tables(): SumTables {
    const columns = (sums: readonly (FloatColumn | undefined)[]) => Array.from(sums, (column) => column?.finish() ?? new Float64Array(0));
    return { self: columns(this.self), total: columns(this.total) };
  }

  /** Adds the sums of another piece of the input; `functions` are its function rows here, `events` its events. */
  addTables({ self, total }: SumTables, functions: Int32Array, events: readonly number[]): void {
    const add = (from: readonly Float64Array[], to: FloatColumn[]) => from.forEach((column, event) => {
      const sums = (to[events[event]] ??= new FloatColumn());
      for (let func = 0; func < column.length; func++) if (column[func] !== 0) sums.add(functions[func], column[func]);
    });
    add(self, this.self);
    add(total, this.total);
  }

  /** By event, as `functionCosts` gives them. */
  costs(eventCount: number, functionCount: number): FunctionCosts[] {
    return Array.from({ length: eventCount }, (_, event) => ({
      self: this.self[event]?.finish(functionCount) ?? new Float64Array(functionCount),
      total: this.total[event]?.finish(functionCount) ?? new Float64Array(functionCount),
      calls: null,
    }));
  }

  private grow(): void {
    for (const column of ['parent', 'func'] as const) {
      const grown = new Int32Array(this.length * 2);
      grown.set(this[column]);
      this[column] = grown;
    }
  }

  private growStamps(func: number): void {
    const grown = new Float64Array(Math.max(func + 1, this.stamps.length * 2));
    grown.set(this.stamps);
    this.stamps = grown;
  }
}
