import type { ProfileBuilder } from './builder.ts';
import type { SumTables } from './functionSums.ts';
import type { EventInfo, ThreadInfo, Unit } from './profile.ts';

/**
 * What a builder has collected of one piece of an input, as plain columns that can cross a thread without a copy. Rows are in order
 * of first use, which the finished profile no longer tells.
 */
export interface BuilderTables {
  readonly events: readonly EventInfo[];
  readonly strings: readonly string[];
  /** Columns: name, file, object (string indexes), what tells functions of one name apart, line, kind. */
  readonly functions: readonly Int32Array[];
  /** Columns: function, file, line, column, upper and lower 32 bits of the address, inlined. */
  readonly frames: readonly Int32Array[];
  /** Stacks: row of the caller's stack, and frame. */
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  /** By event; columns may be shorter than the stacks. Samples are in these sums. */
  readonly stackSelf: readonly Float64Array[];
  /** What functions cost, where stacks are not kept (see ProfileBuilder.sumByFunction); else null. */
  readonly sums: SumTables | null;
  readonly samples: {
    /** How many there were; the columns are empty when rows of samples are not kept. */
    readonly count: number;
    readonly stack: Int32Array;
    readonly thread: Int32Array;
    readonly time: Float64Array;
    readonly weights: readonly Float64Array[];
  };
  readonly threads: readonly ThreadInfo[];
  readonly series: readonly {
    readonly name: string; readonly unit: Unit; readonly label: string | undefined; readonly step: boolean; readonly x: Float64Array; readonly y: Float64Array;
  }[];
  readonly warnings: readonly string[];
  readonly truncated: boolean;
}

/**
 * Adds what was read of the next piece of an input to the builder that has read everything before it. Merging the pieces in order
 * gives the same profile, row by row, as reading them with one builder: every table is interned in order of first use. (Sums of
 * weights are the same too as long as they are whole numbers; fractions are added in another order.) `timeShift`: nanoseconds from the
 * start of the whole to the start of the piece.
 */
export function mergeInto(builder: ProfileBuilder, piece: BuilderTables, timeShift = 0): void {
  const events = piece.events.map((event) => builder.event(event));
  const strings = Int32Array.from(piece.strings, (value) => builder.strings.intern(value));
  const stringOf = (index: number) => (index < 0 ? -1 : strings[index]);
  const [name, file, object, identity, line, kind] = piece.functions;
  const functions = name.map((_, row) => builder.funcOf(strings[name[row]], stringOf(file[row]), stringOf(object[row]), line[row], kind[row], identity[row]));
  const [func, source, sourceLine, column, high, low, inlined] = piece.frames;
  const frames = func.map((_, row) => builder.frameOf(functions[func[row]], stringOf(source[row]), sourceLine[row], column[row], high[row], low[row], inlined[row]));
  if (piece.sums) builder.addSums(piece.sums, functions, events);
  // A caller's row is always before its callees', so this needs one pass; it runs in place, for there may be millions.
  const stacks = piece.frame;
  for (let row = 0; row < stacks.length; row++) {
    const parent = piece.parent[row];
    stacks[row] = builder.stack(parent < 0 ? -1 : stacks[parent], frames[stacks[row]]);
  }
  piece.stackSelf.forEach((self, event) => {
    for (let row = 0; row < self.length; row++) if (self[row] !== 0) builder.addSelf(stacks[row], events[event], self[row]);
  });
  const threads = Int32Array.from(piece.threads, ({ pid, tid, name: title }) => builder.thread(pid, tid, title));
  const { samples } = piece;
  const weights = builder.events.map((): Float64Array => new Float64Array(0));
  samples.weights.forEach((weight, event) => (weights[events[event]] = weight));
  builder.appendSamples(
    samples.stack.map((row) => stacks[row]), samples.thread.map((row) => (row < 0 ? -1 : threads[row])),
    timeShift === 0 ? samples.time : samples.time.map((time) => time + timeShift), weights, samples.count,
  );
  for (const { name: title, unit, label, step, x, y } of piece.series) {
    const series = builder.seriesOf(title, unit, label, step);
    for (let point = 0; point < x.length; point++) builder.addPoint(series, x[point], y[point]);
  }
  for (const warning of piece.warnings) {
    if (piece.truncated) builder.truncated(warning);
    else builder.warn(warning);
  }
}
