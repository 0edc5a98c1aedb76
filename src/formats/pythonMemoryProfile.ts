import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind, type ProfileMeta } from '../core/profile.ts';
import { formatQuantity } from '../core/quantities.ts';
import type { MemoryFunction, MemoryTree, PythonMemoryParser } from './pythonMemoryParser.ts';

const EVENTS = [
  { name: 'peak', unit: 'bytes', label: 'Bytes at the peak' },
  { name: 'peak blocks', unit: 'count', label: 'Blocks at the peak' },
  { name: 'end', unit: 'bytes', label: 'Bytes still held at the end' },
  { name: 'end blocks', unit: 'count', label: 'Blocks still held at the end' },
] as const;
/** A tree with less than this share of the true peak needs a word about it. */
const NEAR = 0.95;

/** Makes a profile of the tables of a recording. */
export class PythonMemoryProfile {
  private readonly names = new Map<string, Map<number, MemoryFunction>>();
  /** By stack of the file: row + 1; 0: not made yet. */
  private readonly rows: Int32Array;
  private readonly trees: readonly MemoryTree[];
  private readonly facts: (readonly [string, string])[] = [];

  constructor(private readonly builder: ProfileBuilder, private readonly file: PythonMemoryParser, functions: readonly MemoryFunction[]) {
    for (const info of EVENTS) builder.event(info);
    for (const each of functions) {
      let lines = this.names.get(each.file);
      if (!lines) this.names.set(each.file, (lines = new Map<number, MemoryFunction>()));
      for (const line of each.lines) lines.set(line, each);
    }
    this.rows = new Int32Array(file.stackCut.length);
    // A tree that was kept for being the largest is written after later ones; one that was cut off tells nothing.
    this.trees = file.trees.filter(({ count, announced }) => count === announced).sort((a, b) => a.time - b.time);
  }

  /** Fills the builder. */
  build(): void {
    const { builder, file, trees } = this;
    this.series();
    const peak = trees.reduce<MemoryTree | undefined>((most, tree) => (most && most.bytes >= tree.bytes ? most : tree), undefined);
    const last = trees.at(-1);
    if (!file.end) {
      builder.truncated(`${file.name}: the program ended without a goodbye (killed, crashed or os._exit); what it held until then is here`
        + (last ? `, and "at the end" is ${formatQuantity(last.time, 'nanoseconds')} after the start` : ''));
    }
    if (!peak || !last) {
      builder.warn('no tree was taken: the program ended too early');
      return;
    }
    trees.forEach((tree, index) => {
      const snapshot = builder.snapshot(tree.time / 1e9, `tree ${index + 1}`, 0);
      this.parts(tree, (stack, row) => builder.addSnapshotWeight(snapshot, stack, file.treeBytes.data[row]));
      if (tree === peak) builder.showSnapshot(snapshot);
    });
    this.parts(peak, (stack, row) => builder.addSelf(stack, 1, file.treeBlocks.data[row]));
    this.parts(last, (stack, row) => {
      builder.addSelf(stack, 2, file.treeBytes.data[row]);
      builder.addSelf(stack, 3, file.treeBlocks.data[row]);
    });
    this.distance(peak, last);
  }

  meta(): ProfileMeta {
    const { header = {}, end = {} } = this.file;
    const facts: (readonly [string, string])[] = [];
    const python = [header['implementation'], header['python']].filter((part) => typeof part === 'string').join(' ');
    if (python !== '') facts.push(['Python', python]);
    if (typeof header['cwd'] === 'string') facts.push(['Folder', header['cwd']]);
    facts.push(...this.facts);
    const depth = numberOf(header['depth']);
    if (depth !== undefined) facts.push(['Calls that are told', `${depth} deep`]);
    const [taken, cost] = [numberOf(end['trees']), numberOf(end['trees_ns'])];
    if (taken !== undefined && cost !== undefined) facts.push(['Trees', `${taken} were taken, in ${formatQuantity(cost, 'nanoseconds')}; ${this.trees.length} were kept`]);
    if (end['stopped'] === true) facts.push(['Ended', 'stopped by hand; the program went on or was ended']);
    if (numberOf(end['exit']) !== undefined) facts.push(['Exit code', String(end['exit'])]);
    const [start, duration, pid] = [numberOf(header['start_unix_ns']), numberOf(end['duration_ns']), numberOf(header['pid'])];
    const argv = Array.isArray(header['argv']) ? header['argv'].map(String).join(' ') : '';
    return {
      format: 'python-memory',
      ...(typeof header['tool'] === 'string' ? { tool: header['tool'] } : {}),
      ...(argv === '' ? {} : { command: argv }),
      ...(start === undefined ? {} : { startTime: start / 1e6 }),
      ...(duration === undefined ? {} : { duration }),
      ...(pid === undefined ? {} : { pid }),
      facts,
    };
  }

  private series(): void {
    const { builder, file } = this;
    builder.seriesAxis = { label: 'Time', unit: 'seconds' };
    const held = builder.seriesOf('held', 'bytes', 'Held by Python');
    const resident = file.resident.data.subarray(0, file.resident.length).some((bytes) => bytes >= 0)
      ? builder.seriesOf('resident', 'bytes', 'Resident memory of the process, tracing included') : -1;
    for (let i = 0; i < file.times.length; i++) {
      const x = file.times.data[i] / 1e9;
      builder.addPoint(held, x, file.held.data[i]);
      if (resident >= 0 && file.resident.data[i] >= 0) builder.addPoint(resident, x, file.resident.data[i]);
    }
  }

  /** Says how far the largest tree is from the most that was ever held. */
  private distance(peak: MemoryTree, last: MemoryTree): void {
    const { times, held } = this.file;
    let most = peak.bytes;
    let when = peak.time;
    for (let i = 0; i < held.length; i++) {
      if (held.data[i] <= most) continue;
      most = held.data[i];
      when = times.data[i];
    }
    const [mostText, peakText] = [formatQuantity(most, 'bytes'), formatQuantity(peak.bytes, 'bytes')];
    const share = most > 0 ? peak.bytes / most : 1;
    const percent = (Math.floor(share * 1000) / 10).toFixed(1);
    this.facts.push(
      ['Peak', `${mostText} about ${formatQuantity(when, 'nanoseconds')} after the start`],
      ['Costs at the peak are of', `a tree of ${peakText} (${percent} % of the peak), ${formatQuantity(peak.time, 'nanoseconds')} after the start`],
      ['Held at the end', formatQuantity(last.bytes, 'bytes')],
    );
    if (share >= NEAR) return;
    this.builder.warn(`the lines of the peak hold ${peakText} of the ${mostText} (${percent} %) that were held for a moment about ${formatQuantity(when, 'nanoseconds')} after the start: `
      + 'memory rose and fell faster than trees can be taken, so what was held there is missing');
  }

  private parts(tree: MemoryTree, add: (stack: number, row: number) => void): void {
    for (let row = tree.first; row < tree.first + tree.count; row++) add(this.stack(this.file.treeStack.data[row]), row);
  }

  private stack(id: number): number {
    if (this.rows[id] > 0) return this.rows[id] - 1;
    const { builder, file } = this;
    let stack = -1;
    if (file.stackCut.data[id] === 1) stack = builder.stack(-1, builder.frame(builder.func({ name: '(callers further out)' })));
    for (let at = file.stackStart.data[id + 1] - 2; at >= file.stackStart.data[id]; at -= 2) stack = builder.stack(stack, this.frame(file.frames.data[at], file.frames.data[at + 1]));
    this.rows[id] = stack + 1;
    return stack;
  }

  private frame(file: number, line: number): number {
    const { builder } = this;
    const path = this.file.files[file];
    const known = this.names.get(path)?.get(line);
    const named = path !== '' && path !== '<unknown>';
    const name = known?.name ?? (/[^\\/]+$/.exec(path)?.[0] ?? '???');
    const first = known?.line ?? 0;
    const func = builder.funcOf(builder.strings.intern(name), named ? builder.string(path) : -1, -1, first, named ? FunctionKind.Python : FunctionKind.Unknown, first);
    return builder.frame(func, line);
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
