import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind, type ProfileMeta } from '../core/profile.ts';
import { formatQuantity, groupedDigits } from '../core/quantities.ts';

/** Processes that have series of their own; the others are in the sums. */
const MOST_SERIES = 32;
/** Moments whose tree is kept. */
const MOST_SNAPSHOTS = 60;
/** Deeper trees of processes are cut there. */
const MOST_DEPTH = 1000;

const MEASURES = [
  { name: 'PSS', label: 'PSS: resident, shared pages by parts', at: 1 },
  { name: 'USS', label: 'USS: resident, its own alone', at: 2 },
  { name: 'RSS', label: 'RSS: resident, shared pages in every process', at: 0 },
  { name: 'swap', label: 'Swapped out', at: 3 },
] as const;
type Json = Readonly<Record<string, unknown>>;

interface Member {
  readonly parent: number;
  readonly pid: number;
  name: string;
  readonly depth: number;
  /** Bytes: the greatest PSS (RSS where that is unknown). */
  peak: number;
  /** Bytes of USS, first and greatest; NaN when unknown. */
  firstUss: number;
  mostUss: number;
}

/** One look at all processes: times in seconds, sizes in bytes. */
interface Tick {
  readonly time: number;
  /** Process, RSS, PSS, USS, swap, one after another; -1 unknown. */
  readonly sizes: Float64Array;
}

/** What processes held at each look, and the profile that it makes. */
export class MemoryTicks {
  private readonly members: Member[] = [];
  private readonly ticks: Tick[] = [];

  /** A process, or its new name; false when it is out of order. */
  process(index: number, parent: number, pid: number, name: string): boolean {
    const known = this.members[index];
    if (known) {
      known.name = name;
      return true;
    }
    if (index !== this.members.length || parent >= index) return false;
    const above = this.members[parent];
    const isDeep = above !== undefined && above.depth >= MOST_DEPTH;
    this.members.push({ parent: isDeep ? above.parent : parent, pid, name, depth: isDeep ? above.depth : (above?.depth ?? -1) + 1, peak: 0, firstUss: NaN, mostUss: NaN });
    return true;
  }

  knows(index: number): boolean {
    return this.members[index] !== undefined;
  }

  /** A look: microseconds since the start, then process, RSS, PSS, USS and swap in KiB for each; false when time runs backwards. */
  add([time, ...sizes]: readonly number[]): boolean {
    if (time < 0 || time / 1e6 < (this.ticks.at(-1)?.time ?? 0)) return false;
    const bytes = Float64Array.from(sizes, (size, at) => (at % 5 === 0 || size < 0 ? size : size * 1024));
    for (let at = 0; at < bytes.length; at += 5) {
      const member = this.members[bytes[at]];
      member.peak = Math.max(member.peak, bytes[at + 2] >= 0 ? bytes[at + 2] : bytes[at + 1]);
      if (bytes[at + 3] < 0) continue;
      if (Number.isNaN(member.firstUss)) member.firstUss = member.mostUss = bytes[at + 3];
      member.mostUss = Math.max(member.mostUss, bytes[at + 3]);
    }
    this.ticks.push({ time: time / 1e6, sizes: bytes });
    return true;
  }

  /** Puts series, trees and sums into the profile; gives its meta. `header` and `end` are the records of the recording. */
  write(builder: ProfileBuilder, header: Json, end: Json): ProfileMeta {
    const { ticks } = this;
    if (ticks.length === 0) builder.warn('nothing was seen: the program ended before the first look');
    // Where no process tells what it shares, resident size is all there is.
    const shown = ticks.some(({ sizes }) => sizes.some((size, at) => at % 5 === 2 && size >= 0)) ? 0 : 2;
    MEASURES.forEach(({ name, label }) => builder.event({ name, unit: 'bytes', label }));
    builder.defaultEvent = shown;
    builder.seriesAxis = { label: 'Time', unit: 'seconds' };
    const totals = MEASURES.map(({ at }) => ticks.map(({ sizes }) => sumOf(sizes, at)));
    this.writeSums(builder, totals);
    this.writeSeries(builder);
    const peak = totals[shown].reduce((best, value, row) => (value > totals[shown][best] ? row : best), 0);
    if (ticks.length > 0) this.writeTrees(builder, shown, peak);
    return this.meta(header, end, totals, shown, peak);
  }

  private writeSums(builder: ProfileBuilder, totals: readonly (readonly number[])[]): void {
    if (this.ticks.length === 0) return;
    for (const measure of [2, 0, 1, 3]) {
      const row = builder.seriesOf(MEASURES[measure].name, 'bytes', `${MEASURES[measure].name} of all processes`);
      this.ticks.forEach(({ time }, at) => builder.addPoint(row, time, totals[measure][at]));
    }
  }

  private writeSeries(builder: ProfileBuilder): void {
    const { members, ticks } = this;
    const chosen = members.map((_, index) => index).sort((a, b) => members[b].peak - members[a].peak).slice(0, MOST_SERIES).sort((a, b) => a - b);
    if (members.length > MOST_SERIES) builder.warn(`the ${MOST_SERIES} processes that held most have lines of their own; ${members.length - MOST_SERIES} others are in the sums`);
    if (members.length > 1) {
      for (const index of chosen) {
        for (const { name, at } of MEASURES.slice(0, 2)) {
          let row = -1;
          let isThere = false;
          for (const { time, sizes } of ticks) {
            const place = placeOf(sizes, index);
            const value = place < 0 ? -1 : sizes[place + 1 + at];
            if (value >= 0) builder.addPoint((row = row < 0 ? builder.seriesOf(`${name} of ${this.title(index)}`, 'bytes') : row), time, value);
            else if (isThere && row >= 0) builder.addPoint(row, time, 0);
            isThere = value >= 0;
          }
        }
      }
      const count = builder.seriesOf('processes', 'count', 'Processes', true);
      for (const { time, sizes } of ticks) builder.addPoint(count, time, sizes.length / 5);
    }
  }

  /** The tree of processes at some moments, and as the profile's own at the peak. */
  private writeTrees(builder: ProfileBuilder, shown: number, peak: number): void {
    const { members, ticks } = this;
    const stacks: number[] = [];
    members.forEach(({ parent }, index) => {
      const frame = builder.frame(builder.func({ name: this.title(index), kind: FunctionKind.Native }));
      stacks.push(builder.stack(parent < 0 ? -1 : stacks[parent], frame));
    });
    const step = Math.max(1, (ticks.length - 1) / (MOST_SNAPSHOTS - 1));
    const rows = new Set([peak]);
    for (let at = 0; Math.round(at) < ticks.length; at += step) rows.add(Math.round(at));
    for (const tick of [...rows].sort((a, b) => a - b)) {
      const { time, sizes } = ticks[tick];
      const snapshot = builder.snapshot(time, `look ${tick + 1}`, shown);
      eachOf(sizes, MEASURES[shown].at, (index, value) => builder.addSnapshotWeight(snapshot, stacks[index], value));
      if (tick === peak) builder.showSnapshot(snapshot);
    }
    MEASURES.forEach(({ at }, event) => {
      if (event !== shown) eachOf(ticks[peak].sizes, at, (index, value) => builder.addSelf(stacks[index], event, value));
    });
  }

  private title(index: number): string {
    return `${this.members[index].pid} ${this.members[index].name}`.trim();
  }

  private meta(header: Json, end: Json, totals: readonly (readonly number[])[], shown: number, peak: number): ProfileMeta {
    const { members, ticks } = this;
    const facts: [string, string][] = [];
    const bytes = (value: number) => formatQuantity(value, 'bytes');
    const duration = numberOf(end['duration_us']);
    if (ticks.length > 0) {
      const alive = ticks[peak].sizes.length / 5;
      facts.push([`Peak of ${MEASURES[shown].name}`, `${bytes(totals[shown][peak])} after ${formatQuantity(ticks[peak].time, 'seconds')}, in ${alive} process${alive === 1 ? '' : 'es'}`]);
      if (shown === 0 && alive > 1) facts.push(['At the peak', `PSS ${bytes(totals[0][peak])}, USS ${bytes(totals[1][peak])}; RSS counts shared pages in every process: ${bytes(totals[2][peak])}`]);
    }
    facts.push(['Processes', groupedDigits(members.length)]);
    const grown = members.reduce<Member | undefined>((best, each) => (each.parent >= 0 && growth(each) > (best ? growth(best) : 0) ? each : best), undefined);
    if (grown) facts.push(['Child that grew most', `${grown.pid} ${grown.name}: its own pages (USS) went from ${bytes(grown.firstUss)} to ${bytes(grown.mostUss)}`]);
    const asked = numberOf(header['interval_ms']);
    if (ticks.length > 1) {
      const real = (ticks[ticks.length - 1].time - ticks[0].time) / (ticks.length - 1);
      facts.push(['Interval', `${formatQuantity(real, 'seconds')} on average${asked === undefined ? '' : `, ${asked} ms asked for`}`]);
    }
    const spent = numberOf(end['spent_us']);
    if (spent !== undefined && duration !== undefined && duration > 0) facts.push(['Looking took', `${((spent / duration) * 100).toFixed(1)} % of one processor`]);
    if (typeof end['signal'] === 'string') facts.push(['Ended', `by ${end['signal']}`]);
    else if (numberOf(end['exit']) !== undefined) facts.push(['Exit code', String(end['exit'])]);
    const start = numberOf(header['start_unix_ms']);
    const pid = numberOf(header['pid']);
    return {
      format: 'heatline-memory',
      ...(typeof header['tool'] === 'string' ? { tool: header['tool'] } : {}),
      ...(Array.isArray(header['argv']) ? { command: header['argv'].map(String).join(' ') } : {}),
      ...(start === undefined ? {} : { startTime: start }),
      ...(duration === undefined ? {} : { duration: duration * 1000 }),
      ...(pid === undefined ? {} : { pid }),
      facts,
    };
  }
}

function growth({ firstUss, mostUss }: Member): number {
  return Number.isNaN(firstUss) ? 0 : mostUss - firstUss;
}

function sumOf(sizes: Float64Array, at: number): number {
  let sum = 0;
  eachOf(sizes, at, (_, value) => (sum += value));
  return sum;
}

/** Calls back for each process whose size is known. */
function eachOf(sizes: Float64Array, at: number, take: (index: number, value: number) => void): void {
  for (let row = 0; row < sizes.length; row += 5) if (sizes[row + 1 + at] >= 0) take(sizes[row], sizes[row + 1 + at]);
}

/** Where a process is among the sizes; -1: it was not there. */
function placeOf(sizes: Float64Array, index: number): number {
  for (let row = 0; row < sizes.length; row += 5) if (sizes[row] === index) return row;
  return -1;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
