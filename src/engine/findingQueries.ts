import { findingMatches, kindCounts, placeOfFinding, sortFindings, type FindingSort } from '../core/findingList.ts';
import type { Profile } from '../core/profile.ts';
import { text } from '../core/profile.ts';
import type { FindingDetail, FindingFrame, FindingQuery, FindingRow, FindingSlice } from '../protocol/findings.ts';

/** Most rows that one answer holds, and most frames of one stack. */
const MOST_ROWS = 5000;
const MOST_FRAMES = 1000;

/** Answers questions about the findings of one profile. */
export class FindingQueries {
  private readonly orders = new Map<FindingSort, Int32Array>();

  constructor(private readonly profile: Profile) {}

  slice({ search, kind, sort, from, count }: FindingQuery): FindingSlice {
    const { findings } = this.profile;
    let order = this.orders.get(sort);
    if (!order) this.orders.set(sort, (order = sortFindings(findings, sort)));
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = order.filter((row) => findingMatches(this.profile, findings[row], words));
    const kinds = kindCounts(Array.from(found, (row) => findings[row]));
    const ofKind = kind === '' ? found : found.filter((row) => findings[row].kind === kind);
    const first = Math.max(0, Math.floor(from));
    const rows = ofKind.subarray(first, first + Math.min(MOST_ROWS, Math.max(0, Math.floor(count))));
    return { matching: ofKind.length, kinds, rows: Array.from(rows, (row) => this.row(row)) };
  }

  detail(row: number): FindingDetail {
    const finding = this.profile.findings[row];
    if (!finding) throw new RangeError(`the profile has no finding ${row}`);
    return {
      row: this.row(row),
      stacks: finding.stacks.map(({ label, frames }) => ({
        label, frames: Array.from(frames.subarray(0, MOST_FRAMES), (frame) => this.frame(frame)), left: Math.max(0, frames.length - MOST_FRAMES),
      })),
    };
  }

  private row(row: number): FindingRow {
    const { kind, message, severity, count, bytes, thread } = this.profile.findings[row];
    const place = placeOfFinding(this.profile, this.profile.findings[row]);
    return { finding: row, kind, message, severity, count, bytes, thread, place: place < 0 ? null : this.frame(place) };
  }

  private frame(frame: number): FindingFrame {
    const { profile } = this;
    const func = profile.frames.func[frame];
    return {
      func, name: text(profile, profile.functions.name[func]), object: text(profile, profile.functions.object[func]),
      file: text(profile, profile.frames.file[frame]), line: profile.frames.line[frame],
    };
  }
}
