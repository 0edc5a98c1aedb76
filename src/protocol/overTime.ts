/** Questions about values over time and the trees of snapshots, and their answers. */
import type { SeriesAxis, Unit } from '../core/profile.ts';

/** One series as a legend shows it. */
export interface SeriesInfo {
  readonly name: string;
  readonly label: string;
  readonly unit: Unit;
  /** A value holds until the next point. */
  readonly isStep: boolean;
  readonly points: number;
  /** 0 when there are no points. */
  readonly least: number;
  readonly greatest: number;
  readonly last: number;
}

/** A moment whose tree is known. */
export interface SnapshotMark {
  readonly x: number;
  readonly name: string;
  readonly isPeak: boolean;
  readonly total: number;
  readonly unit: Unit;
}

export interface SeriesOverview {
  readonly axis: SeriesAxis;
  /** First and last x of all series, in the unit of the axis. */
  readonly from: number;
  readonly to: number;
  readonly series: readonly SeriesInfo[];
  readonly snapshots: readonly SnapshotMark[];
}

export interface SeriesQuery {
  /** Rows of `SeriesOverview.series`, apart by blanks: parameters are flat. */
  readonly rows: string;
  readonly from: number;
  readonly to: number;
  /** Pixels it is drawn on. */
  readonly width: number;
}

/** Points over a common x: `y` holds `x.length` values for each row that was asked for; NaN is no point. */
export interface SeriesSlice {
  readonly rows: readonly number[];
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Each pixel has the least and the greatest of several points. */
  readonly isDecimated: boolean;
}

/** Values of series near one x, however many points share its pixel. */
export interface ValuesQuery {
  readonly rows: string;
  readonly x: number;
}

export interface SeriesValues {
  /** Of the point nearest to the x that was asked for; NaN without any point. */
  readonly x: number;
  /** One for each row; NaN where a series has no value yet. */
  readonly values: Float64Array;
}

export interface SnapshotTreeQuery {
  /** Row of `SeriesOverview.snapshots`; -1: the one at or before `x`. */
  readonly snapshot: number;
  readonly x: number;
  /** Nodes that are open, apart by blanks. */
  readonly expanded: string;
  /** Opens where most of the weight is instead of what `expanded` says. */
  readonly heaviest: boolean;
  /** Share of the snapshot, 0 to 1, below which siblings become one row. */
  readonly threshold: number;
}

export interface SnapshotTreeRow {
  /** The same for one path in every snapshot; -1: stands for `count` rows below the threshold. */
  readonly node: number;
  readonly depth: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly object: string;
  /** Row of the function; -1 when `node` is. */
  readonly func: number;
  readonly weight: number;
  readonly hasChildren: boolean;
  readonly isExpanded: boolean;
  readonly count: number;
}

export interface SnapshotTreeSlice {
  /** -1 when the profile has no snapshots. */
  readonly snapshot: number;
  readonly total: number;
  readonly unit: Unit;
  readonly rows: readonly SnapshotTreeRow[];
  /** There are more rows than one answer holds. */
  readonly isCut: boolean;
}
