import { nearestPoint, pointsBetween } from '../core/decimate.ts';
import type { Profile, Series } from '../core/profile.ts';
import { text } from '../core/profile.ts';
import { snapshotAt, snapshotTotal, SnapshotTrees } from '../core/snapshotTree.ts';
import type {
  SeriesInfo, SeriesOverview, SeriesQuery, SeriesSlice, SeriesValues, SnapshotTreeQuery, SnapshotTreeSlice, ValuesQuery,
} from '../protocol/overTime.ts';

const MOST_ROWS = 5000;
/** Pixels of the widest chart that is answered. */
const MOST_PIXELS = 20_000;

/** Answers questions about values over time and snapshots of one profile. */
export class OverTimeQueries {
  private trees: SnapshotTrees | undefined;
  private known: SeriesOverview | undefined;

  constructor(private readonly profile: Profile) {}

  overview(): SeriesOverview {
    const { series, seriesAxis, snapshots, events } = this.profile;
    return (this.known ??= {
      axis: seriesAxis ?? { label: '', unit: 'count' },
      from: least(series.map(({ x }) => x[0])),
      to: -least(series.map(({ x }) => -x[x.length - 1])) || 0,
      series: series.map(seriesInfo),
      snapshots: snapshots.map((snapshot) => ({
        x: snapshot.x, name: snapshot.name, isPeak: snapshot.isPeak, total: snapshotTotal(snapshot), unit: events[snapshot.event]?.unit ?? 'count',
      })),
    });
  }

  slice({ rows, from, to, width }: SeriesQuery): SeriesSlice {
    const chosen = this.rows(rows);
    return { rows: chosen, ...pointsBetween(chosen.map((row) => this.profile.series[row]), from, to, Math.min(MOST_PIXELS, width)) };
  }

  values({ rows, x }: ValuesQuery): SeriesValues {
    return nearestPoint(this.rows(rows).map((row) => this.profile.series[row]), x);
  }

  tree({ snapshot, x, expanded, heaviest, threshold }: SnapshotTreeQuery): SnapshotTreeSlice {
    const { profile } = this;
    const row = snapshot < 0 ? snapshotAt(profile.snapshots, x) : snapshot;
    if (row < 0) return { snapshot: -1, total: 0, unit: 'count', rows: [], isCut: false };
    const found = profile.snapshots[row];
    if (!found) throw new RangeError(`the profile has no snapshot ${snapshot}`);
    this.trees ??= new SnapshotTrees(profile);
    const nodes = this.trees.rows(found, heaviest ? 'heaviest' : new Set(numbers(expanded)), Math.min(1, Math.max(0, threshold)), MOST_ROWS);
    const { frames, functions } = profile;
    return {
      snapshot: row,
      total: snapshotTotal(found),
      unit: profile.events[found.event]?.unit ?? 'count',
      isCut: nodes.length === MOST_ROWS,
      rows: nodes.map(({ frame, ...node }) => {
        const func = frame < 0 ? -1 : frames.func[frame];
        return {
          ...node, func,
          name: func < 0 ? '' : text(profile, functions.name[func]),
          object: func < 0 ? '' : text(profile, functions.object[func]),
          file: frame < 0 ? '' : text(profile, frames.file[frame]),
          line: frame < 0 ? 0 : frames.line[frame],
        };
      }),
    };
  }

  private rows(list: string): number[] {
    return numbers(list).map((row) => {
      if (!this.profile.series[row]) throw new RangeError(`the profile has no series ${row}`);
      return row;
    });
  }
}

/** Numbers apart by blanks. */
function numbers(list: string): number[] {
  return list.split(' ').filter(Boolean).map(Number);
}

function seriesInfo({ name, label, unit, step, y }: Series): SeriesInfo {
  let [low, high] = [NaN, NaN];
  for (let at = 0; at < y.length; at++) {
    if (!(y[at] >= low)) low = Number.isNaN(y[at]) ? low : y[at];
    if (!(y[at] <= high)) high = Number.isNaN(y[at]) ? high : y[at];
  }
  return { name, label: label ?? name, unit, isStep: step === true, points: y.length, least: low || 0, greatest: high || 0, last: y.at(-1) || 0 };
}

/** 0 when there is none. */
function least(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined && !Number.isNaN(value)) as number[];
  return known.length === 0 ? 0 : known.reduce((a, b) => Math.min(a, b));
}
