/**
 * What the profile engine answers. The engine lives in a worker thread and holds one profile; the extension host, the
 * webview (through the host) and the terminal program ask it for slices, never for the whole model.
 */
import type { ThreadInfo, Unit } from '../core/profile.ts';
import type { FindingDetail, FindingQuery, FindingSlice } from './findings.ts';
import type { SeriesOverview, SeriesQuery, SeriesSlice, SeriesValues, SnapshotTreeQuery, SnapshotTreeSlice, ValuesQuery } from './overTime.ts';

/** What a question is about. Filters by thread and time will be further fields here. */
export interface Scope {
  /** Row in `ProfileOverview.events`. */
  readonly event: number;
}

export interface EventOverview {
  readonly name: string;
  readonly label: string;
  readonly unit: Unit;
  readonly total: number;
}

/** A source file that the profile names. */
export interface FileOverview {
  /** Row; the argument of `lines`. */
  readonly file: number;
  /** As the tool wrote it; may be relative to the run's working directory. */
  readonly path: string;
  /** Per event. */
  readonly self: readonly number[];
}

/** What a profile says of itself; nothing in it has to be computed. */
export interface ProfileFacts {
  readonly format: string;
  readonly formatLabel: string;
  readonly tool: string;
  readonly command: string;
  /** Milliseconds since 1970; 0 when unknown. */
  readonly startTime: number;
  /** Nanoseconds; 0 when unknown. */
  readonly duration: number;
  readonly facts: readonly (readonly [string, string])[];
  readonly events: readonly EventOverview[];
  readonly defaultEvent: number;
  readonly threads: readonly ThreadInfo[];
  readonly functionCount: number;
  readonly stackCount: number;
  readonly sampleCount: number;
  /** Values over time, trees at moments of them, and what a checker found. */
  readonly seriesCount: number;
  readonly snapshotCount: number;
  readonly findingCount: number;
  readonly findingKindCount: number;
  /** Flame graphs are estimates: the tool recorded calls, not stacks. */
  readonly estimated: boolean;
  /** The profile counts calls, so tables can show them. */
  readonly hasCalls: boolean;
  readonly truncated: boolean;
  readonly warnings: readonly string[];
}

/** What is told when a profile is opened. */
export interface ProfileOverview extends ProfileFacts {
  /** Files with cost, the most first. */
  readonly files: readonly FileOverview[];
}

export interface FunctionRow {
  readonly func: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly object: string;
  readonly self: number;
  readonly total: number;
  /** -1 when the profile does not count calls. */
  readonly calls: number;
  /** One of FunctionKind. */
  readonly kind: number;
}

export type FunctionColumn = 'self' | 'total' | 'calls' | 'name' | 'file';

export interface FunctionQuery extends Scope {
  readonly sort: FunctionColumn;
  readonly descending: boolean;
  /** Case-insensitive part of name, file or object; words apart by blanks must all occur. '' = all. */
  readonly search: string;
  /** The slice wanted: rows `from .. from + count - 1`. */
  readonly from: number;
  readonly count: number;
  /** A function whose place in this order is wanted too. */
  readonly rankOf?: number;
}

export interface FunctionSlice {
  /** Rows that match the search. */
  readonly matching: number;
  readonly rows: readonly FunctionRow[];
  /** Where `rankOf` stands among the matching rows; -1 when it is not there. */
  readonly rank?: number;
}

/** A caller or callee of the selected function. */
export interface EdgeRow {
  readonly func: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Inclusive cost that flows over this edge. */
  readonly total: number;
  /** -1 when the profile does not count calls. */
  readonly calls: number;
}

export interface FunctionDetail {
  readonly row: FunctionRow;
  readonly callers: readonly EdgeRow[];
  readonly callees: readonly EdgeRow[];
  /** Hottest lines of this function: exact where the profile has lines. */
  readonly lines: readonly LineCost[];
}

export interface LineCost {
  readonly file: string;
  readonly line: number;
  readonly self: number;
  readonly total: number;
  /** The function the line belongs to. */
  readonly name: string;
}

/** Costs of one file's lines, struct of arrays, sorted by line. */
export interface FileLines {
  readonly path: string;
  readonly line: readonly number[];
  readonly self: readonly number[];
  readonly total: readonly number[];
  /** 1 where the tool knew only the function: the cost stands at the function's first line. */
  readonly approximate: readonly number[];
  /** Calls into the function whose first line this is; -1 where none is known. */
  readonly calls: readonly number[];
  /** Functions whose code these lines are, by first line. */
  readonly functions: readonly FunctionRow[];
}

/** `left-heavy`: the costliest child first. `by-name`: as flamegraph.pl does. */
export type FlameOrder = 'left-heavy' | 'by-name';

export interface FlameQuery extends Scope {
  readonly order: FlameOrder;
  /** The visible part of the root's width, from 0 to 1. */
  readonly from: number;
  readonly to: number;
  /** Device pixels that this part is drawn on: boxes thinner than half a pixel are merged. */
  readonly width: number;
  /** First and last depth wanted. */
  readonly minDepth: number;
  readonly maxDepth: number;
}

/**
 * Boxes of a flame graph, struct of arrays. `start` and `end` are shares of the root's width (0 to 1). Box 0 of depth 0 is the root
 * "all"; its function is -1. A box with function -2 stands for several that are too thin to draw.
 */
export interface FlameSlice {
  readonly node: Int32Array;
  readonly depth: Int32Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly func: Int32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Colour key: equal for functions of one file or package. */
  readonly group: Int32Array;
  /** One of FunctionKind, so that library and kernel code can be muted. */
  readonly kind?: Uint8Array;
  /** Names of the functions in `func`, by function row. */
  readonly names: ReadonlyMap<number, string>;
  /** Deepest level of the whole graph. */
  readonly depthCount: number;
  readonly total0: number;
}

export interface FlameSearchQuery extends Scope {
  readonly order: FlameOrder;
  readonly search: string;
}

export interface FlameSearchResult {
  /** Functions whose name, file or object matches. */
  readonly functions: Int32Array;
  /** Cost in which a match occurs, each stack once. */
  readonly total: number;
}

export interface FlameNodeDetail {
  readonly node: number;
  readonly row: FunctionRow;
  /** Of this box, not of the function. */
  readonly self: number;
  readonly total: number;
  /** Share bounds, to zoom to. */
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  /** Names from the outermost frame to this one. */
  readonly path: readonly string[];
}

/** One method an entry: its parameter and its answer. */
export interface EngineMethods {
  functions: { params: FunctionQuery; result: FunctionSlice };
  functionDetail: { params: Scope & { readonly func: number }; result: FunctionDetail };
  hottestLines: { params: Scope & { readonly count: number }; result: readonly LineCost[] };
  lines: { params: Scope & { readonly file: number }; result: FileLines };
  flame: { params: FlameQuery; result: FlameSlice };
  flameSearch: { params: FlameSearchQuery; result: FlameSearchResult };
  /** `withPath: false` leaves the path empty: hovering needs none, and a deep stack's is long. */
  flameNode: { params: Scope & { readonly order: FlameOrder; readonly node: number; readonly withPath?: boolean }; result: FlameNodeDetail };
  /** The widest box of a function in the flame graph, to show where a table's row is. */
  flameNodeOf: { params: Scope & { readonly order: FlameOrder; readonly func: number }; result: FlameNodeDetail | null };
  seriesOverview: { params: Record<string, never>; result: SeriesOverview };
  series: { params: SeriesQuery; result: SeriesSlice };
  seriesValues: { params: ValuesQuery; result: SeriesValues };
  snapshotTree: { params: SnapshotTreeQuery; result: SnapshotTreeSlice };
  findings: { params: FindingQuery; result: FindingSlice };
  finding: { params: { readonly finding: number }; result: FindingDetail };
}

export type EngineMethod = keyof EngineMethods;

/** Every method's name, at run time: the host passes nothing else on. */
export const ENGINE_METHODS: readonly EngineMethod[] = [
  'functions', 'functionDetail', 'hottestLines', 'lines', 'flame', 'flameSearch', 'flameNode', 'flameNodeOf',
  'seriesOverview', 'series', 'seriesValues', 'snapshotTree', 'findings', 'finding',
];
