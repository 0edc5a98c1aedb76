import { isEstimated, text, type Profile, type Unit } from '../core/profile.ts';
import { nanosecondsPer } from '../core/quantities.ts';
import type { WriteOptions, Writer } from './format.ts';
import { SPEEDSCOPE_SCHEMA } from './speedscope.ts';
import { OWN_EXPORTER, THREAD_MARK } from './speedscopeReader.ts';
import { ESTIMATED_LOSS, writtenStacks, type WrittenStacks } from './writtenStacks.ts';

const UNITS: Readonly<Record<Unit, string>> = {
  seconds: 'seconds', milliseconds: 'milliseconds', microseconds: 'microseconds', nanoseconds: 'nanoseconds', bytes: 'bytes', instructions: 'none', count: 'none',
};

/**
 * speedscope's JSON. Each event is a profile of its own, or one for each thread where samples have times: then the samples stand in
 * the order in which they were taken; otherwise there is one for each stack. Source: speedscope, src/lib/file-format-spec.ts.
 */
export const speedscopeWriter: Writer = {
  id: 'speedscope',
  label: 'speedscope JSON',
  extension: '.speedscope.json',
  losses(profile) {
    const losses: string[] = [];
    if (profile.functions.object.some((object) => object >= 0)) losses.push('objects of functions whose file is known');
    if (profile.frames.address.some((address) => address >= 0)) losses.push('addresses');
    if (profile.series.length > 0) losses.push('values over time');
    if (profile.findings.length > 0) losses.push('findings');
    if (isEstimated(profile)) losses.push(ESTIMATED_LOSS);
    return losses;
  },
  write: pieces,
};

/** Samples of one profile of the file. */
interface Part {
  readonly name: string;
  readonly event: number;
  /** Rows of `samples`, or of the tree of stacks. */
  readonly rows: readonly number[];
  readonly weights: Float64Array;
  readonly startValue: number;
}

function* pieces(profile: Profile, options: WriteOptions): Iterable<string> {
  const { events, samples } = profile;
  const active = options.event ?? profile.defaultEvent;
  const frames = new FrameNumbers(profile);
  const parts: { part: Part; tree: WrittenStacks; stackOf: (row: number) => number }[] = [];
  for (let event = 0; event < events.length; event++) {
    const tree = writtenStacks(profile, event);
    if (samples && samplesAreAll(profile, event)) {
      for (const part of threadParts(profile, event)) parts.push({ part, tree, stackOf: (row) => samples.stack[row] });
    } else {
      const rows: number[] = [];
      for (let row = 0; row < tree.length; row++) if (tree.self[row] !== 0) rows.push(row);
      parts.push({ part: { name: events[event].name, event, rows, weights: tree.self, startValue: 0 }, tree, stackOf: (row) => row });
    }
  }
  const title = options.title ?? profile.meta.command ?? profile.meta.format;
  const activeIndex = Math.max(0, parts.findIndex(({ part }) => part.event === active));
  yield `{"$schema":${JSON.stringify(SPEEDSCOPE_SCHEMA)},"exporter":${JSON.stringify(OWN_EXPORTER)},"name":${JSON.stringify(title)},"activeProfileIndex":${activeIndex},\n"shared":{"frames":[`;
  // Every frame that a stack uses gets its number before the profiles are written.
  for (const { part, tree, stackOf } of parts) for (const row of part.rows) frames.number(tree, stackOf(row));
  yield* frames.table();
  yield ']},\n"profiles":[';
  for (const [index, { part, tree, stackOf }] of parts.entries()) {
    yield index === 0 ? '\n' : ',\n';
    const { unit } = events[part.event];
    let endValue = part.startValue;
    for (const row of part.rows) endValue += part.weights[row];
    yield `{"type":"sampled","name":${JSON.stringify(part.name)},"unit":"${UNITS[unit]}","startValue":${part.startValue},"endValue":${endValue},"samples":[`;
    let separator = '';
    for (const row of part.rows) {
      yield `${separator}[${frames.stackText(tree, stackOf(row))}]`;
      separator = ',';
    }
    yield '],"weights":[';
    separator = '';
    for (const row of part.rows) {
      yield `${separator}${part.weights[row]}`;
      separator = ',';
    }
    yield ']}';
  }
  yield ']}\n';
}

/** Whether the samples hold all of the event's weight, so that nothing is lost when they alone are written. */
function samplesAreAll(profile: Profile, event: number): boolean {
  const { samples } = profile;
  if (!samples) return false;
  const left = profile.stackSelf[event].slice();
  const size = profile.stackSelf[event].slice().fill(0);
  for (let row = 0; row < samples.length; row++) {
    const weight = samples.weights[event][row];
    left[samples.stack[row]] -= weight;
    size[samples.stack[row]] += Math.abs(weight);
  }
  return left.every((rest, stack) => Math.abs(rest) <= size[stack] * 1e-9);
}

/** The samples of an event, by thread, in the order of their times. */
function threadParts(profile: Profile, event: number): Part[] {
  const samples = profile.samples!;
  const weights = samples.weights[event];
  const byThread = new Map<number, number[]>();
  for (let row = 0; row < samples.length; row++) {
    if (weights[row] === 0) continue;
    const rows = byThread.get(samples.thread[row]);
    if (rows) rows.push(row);
    else byThread.set(samples.thread[row], [row]);
  }
  const { name, unit } = profile.events[event];
  if (byThread.size === 0) return [{ name, event, rows: [], weights, startValue: 0 }];
  return [...byThread].map(([thread, rows]): Part => {
    rows.sort((a, b) => samples.time[a] - samples.time[b] || a - b);
    const scale = nanosecondsPer(unit);
    const first = samples.time[rows[0]];
    const label = thread < 0 ? '' : threadLabel(profile, thread);
    return { name: label === '' ? name : `${name}${THREAD_MARK}${label}`, event, rows, weights, startValue: scale > 0 && Number.isFinite(first) ? first / scale : 0 };
  });
}

function threadLabel({ threads }: Profile, row: number): string {
  const { name, pid, tid } = threads[row];
  return tid === 0 && pid === 0 ? name : `${name} ${pid}/${tid}`.trim();
}

/** Numbers the frames that are used, in the order of their use. */
class FrameNumbers {
  private readonly frames: [name: string, file: string, line: number, column: number][] = [];
  private readonly numbers = new Map<number, number>();
  private readonly seen = new Set<number>();
  private lastStack = -1;
  private lastText = '';

  constructor(private readonly profile: Profile) {}

  /** Gives the frames of a stack their numbers. */
  number(tree: WrittenStacks, stack: number): void {
    const estimated = tree.frame === null;
    for (let row = stack; row >= 0; row = tree.parent[row]) {
      if (!estimated) {
        if (this.seen.has(row)) return;
        this.seen.add(row);
      }
      const key = tree.frame ? tree.frame[row] : tree.func[row];
      if (this.numbers.has(key)) continue;
      this.numbers.set(key, this.frames.length);
      this.frames.push(tree.frame ? this.frame(key) : this.func(key));
    }
  }

  * table(): Iterable<string> {
    for (const [index, [name, file, line, column]] of this.frames.entries()) {
      const more = `${file === '' ? '' : `,"file":${JSON.stringify(file)}`}${line > 0 ? `,"line":${line}` : ''}${column > 0 ? `,"col":${column}` : ''}`;
      yield `${index === 0 ? '\n' : ',\n'}{"name":${JSON.stringify(name)}${more}}`;
    }
  }

  /** The numbers of a stack's frames, outermost first, with commas between. */
  stackText(tree: WrittenStacks, stack: number): string {
    if (stack === this.lastStack && tree.frame) return this.lastText;
    const numbers: number[] = [];
    for (let row = stack; row >= 0; row = tree.parent[row]) numbers.push(this.numbers.get(tree.frame ? tree.frame[row] : tree.func[row])!);
    this.lastStack = stack;
    this.lastText = numbers.reverse().join(',');
    return this.lastText;
  }

  private frame(row: number): [string, string, number, number] {
    const { profile } = this;
    const { frames } = profile;
    const [name, file] = this.func(frames.func[row]);
    return [name, text(profile, frames.file[row]) || file, frames.line[row], frames.column[row]];
  }

  private func(row: number): [string, string, number, number] {
    const { profile } = this;
    const { functions } = profile;
    // As speedscope's own importers do, the object stands for the file where that is unknown.
    return [text(profile, functions.name[row]), text(profile, functions.file[row]) || text(profile, functions.object[row]), 0, 0];
  }
}
