/**
 * The profile model: struct of arrays, as in the Firefox Profiler's tables (src/types/profile.ts there). Every table is a
 * set of columns of equal length; a row number is the identity of a function, frame or stack. Nothing here is mutated after
 * `ProfileBuilder.finish()`.
 */

/** What an event's numbers count. Formatting and scaling depend on it, arithmetic does not. */
export type Unit = 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds' | 'bytes' | 'instructions' | 'count';

/** One measured quantity: cpu time, wall time, instructions, bytes ... */
export interface EventInfo {
  /** The tool's own name: `wall`, `cpu-clock`, `Ir`. */
  readonly name: string;
  readonly unit: Unit;
  /** What a person calls it, when the name does not say: `Instructions read`. */
  readonly label?: string;
}

/** What a function is, for colour and filters. */
export const FunctionKind = { Unknown: 0, Native: 1, Kernel: 2, Python: 3, Builtin: 4, Go: 5 } as const;

export interface FunctionTable {
  readonly length: number;
  /** String index. */
  readonly name: Int32Array;
  /** String index, -1 when unknown. As the tool wrote it: absolute, relative to the run's cwd, or a bare name. */
  readonly file: Int32Array;
  /** String index of the binary, library or module; -1 when unknown. */
  readonly object: Int32Array;
  /** First line, 1-based; 0 when unknown. */
  readonly line: Int32Array;
  /** One of FunctionKind. */
  readonly kind: Uint8Array;
}

export interface FrameTable {
  readonly length: number;
  readonly func: Int32Array;
  /** The file this frame's line is in; it differs from the function's for code that was inlined. -1 when unknown. */
  readonly file: Int32Array;
  /** 1-based; 0 when unknown. */
  readonly line: Int32Array;
  /** 1-based; 0 when unknown. */
  readonly column: Int32Array;
  /** Address in the object (ELF virtual address once symbolised); -1 when the tool gives none. */
  readonly address: Float64Array;
  /** 1 when the compiler inlined this frame into the next outer one. */
  readonly inlined: Uint8Array;
}

/**
 * Prefix tree of stacks, in depth-first order: the descendants of `s` are exactly the rows `s + 1 .. subtreeEnd[s] - 1`, so
 * "is a descendant of" is two comparisons and sums over subtrees are one pass backwards.
 */
export interface StackTable {
  readonly length: number;
  /** Row of the caller's stack; -1 for an outermost frame. Always smaller than the row itself. */
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  /** 0 for an outermost frame. */
  readonly depth: Int32Array;
  readonly subtreeEnd: Int32Array;
}

export interface ThreadInfo {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
}

/** Samples in the order they were taken. Formats that only give sums have none. */
export interface SampleTable {
  readonly length: number;
  readonly stack: Int32Array;
  /** Row in `threads`; -1 when unknown. */
  readonly thread: Int32Array;
  /** Nanoseconds since the start of the recording; NaN when unknown. */
  readonly time: Float64Array;
  /** One column per event. */
  readonly weights: readonly Float64Array[];
}

/** Exact costs of formats that know calls, not stacks (callgrind, pstats). */
export interface CallGraph {
  /** Self cost by function and source line. */
  readonly lines: {
    readonly length: number;
    readonly func: Int32Array;
    readonly file: Int32Array;
    readonly line: Int32Array;
    readonly cost: readonly Float64Array[];
  };
  readonly edges: {
    readonly length: number;
    readonly caller: Int32Array;
    readonly callee: Int32Array;
    /** Where the call stands; -1 and 0 when unknown. */
    readonly file: Int32Array;
    readonly line: Int32Array;
    readonly calls: Float64Array;
    /** Inclusive cost of these calls, one column per event. */
    readonly cost: readonly Float64Array[];
  };
  /** Inclusive cost per function and event, where the tool measured it itself (pstats); else derived from the edges. */
  readonly total: readonly Float64Array[] | null;
  /** Calls per function as the tool counts them; null: the sum of the edges into it. */
  readonly calls: Float64Array | null;
  /** Calls that were not made through recursion (pstats' "primitive calls"). */
  readonly primitiveCalls: Float64Array | null;
}

/** Values over time: heap, memory of a process, a counter. `x` is in `SeriesAxis.unit`, ascending; both columns have one length. */
export interface Series {
  /** The tool's own name: `useful heap`. */
  readonly name: string;
  readonly unit: Unit;
  /** What a person calls it, when the name does not say. */
  readonly label?: string;
  /** A value holds until the next point, as what is counted or held does; absent: values between points lie on the line between them. */
  readonly step?: true;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What the x of all series of a profile counts: seconds, instructions, bytes allocated. */
export interface SeriesAxis {
  readonly label: string;
  readonly unit: Unit;
}

/** A tree at one moment of the series (a massif snapshot), as self weights of stacks of the profile; sparse. */
export interface Snapshot {
  readonly x: number;
  /** `snapshot 12`. */
  readonly name: string;
  /** The one the profile's own weights are those of. */
  readonly isPeak: boolean;
  /** Event that the weights are of. */
  readonly event: number;
  readonly stack: Int32Array;
  readonly weight: Float64Array;
}

/** One of the stacks of a finding. */
export interface FindingStack {
  /** What it shows, when it is not where the finding is: `Address 0x4a is 0 bytes after a block of size 40 alloc'd`; else ''. */
  readonly label: string;
  /** Frame rows, innermost first. */
  readonly frames: Int32Array;
}

/** Something that a checker found: an invalid read, a leak, a race. */
export interface Finding {
  /** The tool's own kind: `InvalidRead`, `Leak_DefinitelyLost`, `Race`. */
  readonly kind: string;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** How often it happened; at least 1. */
  readonly count: number;
  /** Bytes it is about (leaks); 0 when it is not about bytes. */
  readonly bytes: number;
  /** Name or number of the thread; '' when unknown. */
  readonly thread: string;
  readonly stacks: readonly FindingStack[];
}

/** Where a profile came from. Everything is optional: a file lying about tells little. */
export interface ProfileMeta {
  /** Format id of the reader. */
  readonly format: string;
  readonly tool?: string;
  readonly command?: string;
  /** Milliseconds since 1970. */
  readonly startTime?: number;
  /** Nanoseconds of wall clock. */
  readonly duration?: number;
  readonly pid?: number;
  /** Samples a second that were asked for. */
  readonly frequency?: number;
  /** More facts of the tool for the summary, in order: [label, value]. */
  readonly facts?: readonly (readonly [string, string])[];
}

export interface Profile {
  readonly meta: ProfileMeta;
  readonly events: readonly EventInfo[];
  /** Row in `events` that is shown first. */
  readonly defaultEvent: number;
  readonly strings: readonly string[];
  readonly functions: FunctionTable;
  readonly frames: FrameTable;
  readonly threads: readonly ThreadInfo[];
  /** Empty when the format knows only a call graph. */
  readonly stacks: StackTable;
  /** Self weight of each stack, one column per event. */
  readonly stackSelf: readonly Float64Array[];
  readonly samples: SampleTable | null;
  readonly graph: CallGraph | null;
  /** Values over time; empty for most formats. */
  readonly series: readonly Series[];
  /** What the series' x counts; null when there are no series. */
  readonly seriesAxis: SeriesAxis | null;
  /** Trees at moments of the series, by x. */
  readonly snapshots: readonly Snapshot[];
  readonly findings: readonly Finding[];
  /** Total of each event, as the sum over the profile. */
  readonly totals: readonly number[];
  /** True when the input ended too early; what was read is here. */
  readonly truncated: boolean;
  /** What the reader wants a person to know. */
  readonly warnings: readonly string[];
}

/** The text of a string column's entry; '' for -1. */
export function text(profile: Profile, index: number): string {
  return index < 0 ? '' : profile.strings[index];
}

/** True when flame graphs of this profile are estimates, because the tool recorded calls and not stacks. */
export function isEstimated(profile: Profile): boolean {
  return profile.stacks.length === 0 && profile.graph !== null;
}
