import { TupleTable } from './columns.ts';
import type { Profile, Snapshot } from './profile.ts';

/** A row of a snapshot's tree. */
export interface SnapshotNode {
  /** The same for the same path in every snapshot of the profile; -1 for a row that stands for several too small to show. */
  readonly node: number;
  /** 0 for the places that allocated. */
  readonly depth: number;
  /** Row of a frame at this place; -1 when `node` is. */
  readonly frame: number;
  /** In the unit of the snapshot's event. */
  readonly weight: number;
  readonly hasChildren: boolean;
  readonly isExpanded: boolean;
  /** Rows that this one stands for; 1 unless `node` is -1. */
  readonly count: number;
}

/** Stacks that pass through a node: the row of the next frame outwards (-1: none) and the weight. */
interface Passing {
  readonly next: number[];
  readonly weight: number[];
}

/** Which nodes are open: those listed, or as many as show where most of the weight is. */
export type Expansion = ReadonlySet<number> | 'heaviest';

/** Nodes with at least this share of the snapshot are opened by `heaviest`, to at most this many rows. */
const HEAVY = 0.5;
const HEAVIEST_ROWS = 40;

/**
 * Trees of snapshots as Massif prints them: the places that allocated first, below each its callers, by source line. Only what is
 * open is computed, from the stacks that pass through it, so that deep stacks cost nothing until someone looks.
 */
export class SnapshotTrees {
  private readonly places = new TupleTable(3);
  private readonly paths = new TupleTable(2);
  private readonly placeOfFrame: Int32Array;
  private readonly frameOfPlace: number[] = [];

  constructor(private readonly profile: Profile) {
    const { frames } = profile;
    this.placeOfFrame = new Int32Array(frames.length).fill(-1);
  }

  /** Visible rows, depth first, siblings by weight. Children below `threshold` (share of the snapshot, 0 to 1) become one row. */
  rows(snapshot: Snapshot, expansion: Expansion, threshold: number, most: number): SnapshotNode[] {
    const total = snapshotTotal(snapshot);
    const rows: SnapshotNode[] = [];
    // Open siblings still to be written, the next one last; a list instead of recursion, for stacks may be deep.
    const waiting: { readonly row: SnapshotNode; readonly passing: Passing }[] = [];
    const open = (parent: number, depth: number, passing: Passing) => {
      const children = this.children(parent, depth, passing, total * threshold);
      for (let i = children.length - 1; i >= 0; i--) waiting.push(children[i]);
    };
    open(-1, 0, { next: Array.from(snapshot.stack), weight: Array.from(snapshot.weight) });
    while (waiting.length > 0 && rows.length < most) {
      const { row, passing } = waiting.pop()!;
      const isExpanded = row.hasChildren && (expansion === 'heaviest' ? row.weight >= HEAVY * total && rows.length < HEAVIEST_ROWS : expansion.has(row.node));
      rows.push({ ...row, isExpanded });
      if (isExpanded) open(row.node, row.depth + 1, passing);
    }
    return rows;
  }

  private children(parent: number, depth: number, { next, weight }: Passing, least: number): { row: SnapshotNode; passing: Passing }[] {
    const { stacks } = this.profile;
    const groups = new Map<number, { weight: number; passing: Passing }>();
    for (let i = 0; i < next.length; i++) {
      const stack = next[i];
      if (stack < 0) continue;
      const place = this.placeOf(stacks.frame[stack]);
      let group = groups.get(place);
      if (!group) groups.set(place, (group = { weight: 0, passing: { next: [], weight: [] } }));
      group.weight += weight[i];
      group.passing.next.push(stacks.parent[stack]);
      group.passing.weight.push(weight[i]);
    }
    const sorted = [...groups].sort((a, b) => b[1].weight - a[1].weight || a[0] - b[0]);
    // A lone small child is as short as the row that would stand for it.
    const cut = sorted.findIndex(([, group]) => group.weight < least);
    const shown = cut < 0 || cut === sorted.length - 1 ? sorted.length : cut;
    const rows = sorted.slice(0, shown).map(([place, group]) => ({
      row: {
        node: this.paths.intern(parent, place), depth, frame: this.frameOfPlace[place], weight: group.weight,
        hasChildren: group.passing.next.some((stack) => stack >= 0), isExpanded: false, count: 1,
      },
      passing: group.passing,
    }));
    if (shown === sorted.length) return rows;
    const rest = sorted.slice(shown).reduce((sum, [, group]) => sum + group.weight, 0);
    const row = { node: -1, depth, frame: -1, weight: rest, hasChildren: false, isExpanded: false, count: sorted.length - shown };
    return [...rows, { row, passing: { next: [], weight: [] } }];
  }

  /** Frames at one line of one function are one place, whatever their addresses. */
  private placeOf(frame: number): number {
    let place = this.placeOfFrame[frame];
    if (place >= 0) return place;
    const { func, file, line } = this.profile.frames;
    place = this.places.intern(func[frame], file[frame], line[frame]);
    this.frameOfPlace[place] ??= frame;
    return (this.placeOfFrame[frame] = place);
  }
}

/** Weight of all stacks of a snapshot. */
export function snapshotTotal(snapshot: Snapshot): number {
  let total = 0;
  for (let i = 0; i < snapshot.weight.length; i++) total += snapshot.weight[i];
  return total;
}

/** The snapshot at `x` or the last one before it; the first one where none is before; -1 without any. */
export function snapshotAt(snapshots: readonly Snapshot[], x: number): number {
  let [low, high] = [0, snapshots.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (snapshots[middle].x <= x) low = middle + 1;
    else high = middle;
  }
  return snapshots.length === 0 ? -1 : Math.max(0, low - 1);
}
