// Broken inputs for the readers: real files, mutated and cut by a seeded generator, so that every case can be made again.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Profile } from '../src/core/profile.ts';
import { FormatError, type Format } from '../src/formats/format.ts';
import { FORMATS } from '../src/formats/index.ts';
import { inputOf } from './stackText.ts';

export const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** Where a format's real files are, if not in the folder of its id. */
const FOLDERS: Readonly<Record<string, string>> = { 'perf-script': 'perf', 'heatline-samples': 'samples' };

/** Every reader, with the folder of real files that its cases are made from. */
export const SUBJECTS: readonly { format: Format; folder: string }[] = FORMATS
  .map((format) => ({ format, folder: FOLDERS[format.id] ?? format.id }))
  .filter(({ folder }) => existsSync(path.join(fixtures, folder)));

/** Longest a case may take; the largest input is some tens of kilobytes. */
const MAX_MS = 5000;
/** Most memory the process may ever have had. */
const MAX_RSS_BYTES = 1.5 * 2 ** 30;

/** A generator of numbers that depends on its seed alone (mulberry32). */
class Random {
  constructor(private state: number) {}

  /** A whole number from 0 to `below` - 1. */
  next(below: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 4294967296 * below);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.next(from.length)];
  }
}

const seeds = new Map<string, Uint8Array[]>();

function seedsOf(folder: string): Uint8Array[] {
  let known = seeds.get(folder);
  if (!known) {
    const names = readdirSync(path.join(fixtures, folder)).filter((name) => !name.endsWith('.expected.json') && !name.endsWith('.md')).sort();
    // Readers get what was compressed.
    const content = (name: string) => (name.endsWith('.gz') ? gunzipSync : Buffer.from)(readFileSync(path.join(fixtures, folder, name)));
    known = names.map((name) => new Uint8Array(content(name))).filter((bytes) => bytes.length > 0);
    seeds.set(folder, known);
  }
  return known;
}

const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const ascii = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/** Numbers at which readers break: limits of integer types, of doubles, and no numbers at all. */
const NUMBERS = [
  '0', '-1', '1', '2147483647', '2147483648', '4294967295', '9007199254740991', '9007199254740993', '18446744073709551616',
  '99999999999999999999999999999999', '1e308', '1e400', '-0', '+5', '0x', '0xffffffffffffffff', '1.5', '.', '*', '', 'NaN', '1'.repeat(5000),
];
const TEXTS = ['\0', '\n', '\n\n', '\r\n', '\t', ' ', '(', ')', '()', '(1)', '(1) x', '=', ':', ' (inlined)', '->', '\ufeff', '\xff\xfe', '\xc3', '{', '}', '[]', '"', '\\', '#'];

function mutate(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.next(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.next(random.pick([4, 40, 400])));
  switch (random.next(13)) {
    case 0:
      return bytes.slice(0, at);
    case 1: {
      const changed = bytes.slice();
      for (let i = random.next(20); i >= 0 && bytes.length > 0; i--) changed[random.next(bytes.length)] ^= 1 << random.next(8);
      return changed;
    }
    case 2: {
      const changed = bytes.slice();
      for (let i = random.next(20); i >= 0 && bytes.length > 0; i--) changed[random.next(bytes.length)] = random.next(256);
      return changed;
    }
    case 3:
      return concat(bytes.subarray(0, at), Uint8Array.from({ length: 1 + random.next(20) }, () => random.next(256)), bytes.subarray(at));
    case 4:
      return concat(bytes.subarray(0, at), bytes.subarray(end));
    case 5: {
      // The same piece over and over: deep stacks, deep nesting, many parts.
      const piece = bytes.subarray(at, end);
      return concat(bytes.subarray(0, at), ...Array.from({ length: 1 + random.next(random.pick([3, 300])) }, () => piece), bytes.subarray(at));
    }
    case 6: {
      const other = random.pick(others);
      const from = random.next(other.length);
      return concat(bytes.subarray(0, at), other.subarray(from, from + random.next(2000)), bytes.subarray(random.next(2) === 0 ? at : end));
    }
    case 7:
      return concat(bytes.subarray(0, at), ascii(random.pick(TEXTS)), bytes.subarray(at));
    case 8: {
      // One number of the text, or of the bytes, becomes an extreme one.
      const text = Buffer.from(bytes).toString('latin1');
      const numbers = [...text.matchAll(/\d+/g)];
      if (numbers.length === 0) return bytes;
      const { 0: number, index } = random.pick(numbers);
      return ascii(text.slice(0, index) + random.pick(NUMBERS) + text.slice(index + number.length));
    }
    case 9: {
      const changed = bytes.slice();
      const value = random.pick([0, 0xff, 0x7f, 0x80]);
      for (let i = at; i < Math.min(at + 4, changed.length); i++) changed[i] = value;
      return changed;
    }
    case 10: {
      const lines = Buffer.from(bytes).toString('latin1').split('\n');
      const moved = lines.splice(random.next(lines.length), 1 + random.next(5));
      lines.splice(random.next(lines.length + 1), 0, ...moved);
      return ascii(lines.join('\n'));
    }
    case 11: {
      const lines = Buffer.from(bytes).toString('latin1').split('\n');
      const line = random.next(lines.length);
      const words = lines[line].split(' ');
      words.splice(random.next(words.length), random.next(2), random.pick([...NUMBERS, ...TEXTS]));
      lines[line] = words.join(' ');
      return ascii(lines.join('\n'));
    }
    default:
      return random.next(10) === 0
        ? concat(Uint8Array.of(0xff, 0xfe), new Uint8Array(Buffer.from(Buffer.from(bytes).toString('utf8'), 'utf16le')))
        : ascii(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'));
  }
}

/** A case: its bytes, and the size of the chunks in which they come. */
export interface Case {
  readonly bytes: Uint8Array;
  readonly chunkSize: number;
}

/** Case `index` of a subject; the same for the same seed. */
export function makeCase(folder: string, seed: number, index: number): Case {
  const random = new Random((Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b) ^ folder.length) | 0);
  const others = seedsOf(folder);
  let bytes = random.pick(others);
  for (let i = random.next(4); i >= 0; i--) bytes = mutate(bytes, others, random);
  return { bytes: bytes.subarray(0, 4_000_000), chunkSize: random.pick([1, 7, 100, 4096, 65536].filter((size) => bytes.length / size < 100_000)) };
}

/** What a case came to: a profile, an error that names the place, or, described in `problem`, something that must not be. */
export interface Outcome {
  readonly kind: 'profile' | 'truncated' | 'error' | 'problem';
  readonly problem?: string;
}

export async function runCase(format: Format, { bytes, chunkSize }: Case): Promise<Outcome> {
  const start = performance.now();
  let outcome: Outcome;
  try {
    const profile = await format.read([inputOf('fuzz', bytes, chunkSize)]);
    const wrong = inconsistency(profile);
    outcome = wrong ? { kind: 'problem', problem: `inconsistent profile: ${wrong}` } : { kind: profile.truncated ? 'truncated' : 'profile' };
  } catch (error) {
    if (!(error instanceof FormatError)) return { kind: 'problem', problem: error instanceof Error ? error.stack ?? error.message : String(error) };
    outcome = { kind: 'error' };
  }
  const elapsed = performance.now() - start;
  if (elapsed > MAX_MS) return { kind: 'problem', problem: `took ${Math.round(elapsed)} ms for ${bytes.length} bytes` };
  const resident = process.resourceUsage().maxRSS * 1024;
  if (resident > MAX_RSS_BYTES) return { kind: 'problem', problem: `the process grew to ${Math.round(resident / 2 ** 20)} MiB` };
  return outcome;
}

/** What is wrong with the tables of a profile; undefined when everything refers to something that is there. */
export function inconsistency(profile: Profile): string | undefined {
  const { strings, functions, frames, stacks, samples, graph, threads } = profile;
  const events = profile.events.length;
  const outside = (column: ArrayLike<number>, from: number, below: number) => {
    for (let row = 0; row < column.length; row++) if (!(column[row] >= from && column[row] < below)) return true;
    return false;
  };
  const odd = (column: ArrayLike<number>) => outside(column, -Infinity, Infinity);
  if (strings.some((value) => typeof value !== 'string')) return 'strings';
  if (outside(functions.name, 0, strings.length) || outside(functions.file, -1, strings.length) || outside(functions.object, -1, strings.length)) return 'functions';
  if (outside(functions.line, 0, 2 ** 31)) return 'lines of functions';
  if (outside(frames.func, 0, functions.length) || outside(frames.file, -1, strings.length) || outside(frames.line, 0, 2 ** 31)) return 'frames';
  if (outside(frames.address, -1, 2 ** 53)) return 'addresses';
  if (outside(stacks.frame, 0, frames.length)) return 'frames of stacks';
  for (let row = 0; row < stacks.length; row++) {
    const parent = stacks.parent[row];
    if (parent >= row || parent < -1 || stacks.depth[row] !== (parent < 0 ? 0 : stacks.depth[parent] + 1)) return `stack ${row}`;
    if (stacks.subtreeEnd[row] <= row || stacks.subtreeEnd[row] > (parent < 0 ? stacks.length : stacks.subtreeEnd[parent])) return `subtree of stack ${row}`;
  }
  if (profile.stackSelf.length !== events || profile.stackSelf.some((column) => column.length !== stacks.length || odd(column))) return 'weights of stacks';
  if (samples && (outside(samples.stack, 0, stacks.length) || outside(samples.thread, -1, threads.length) || samples.weights.length !== events)) return 'samples';
  if (graph) {
    const { lines, edges } = graph;
    if (outside(lines.func, 0, functions.length) || outside(lines.file, -1, strings.length) || outside(lines.line, 0, 2 ** 31)) return 'lines';
    if (outside(edges.caller, 0, functions.length) || outside(edges.callee, 0, functions.length) || odd(edges.calls)) return 'edges';
    if ([...lines.cost, ...edges.cost].some(odd) || lines.cost.length !== events || edges.cost.length !== events) return 'costs';
  }
  for (const series of profile.series) {
    if (series.x.length !== series.y.length || odd(series.x) || odd(series.y)) return `series ${series.name}`;
    for (let i = 1; i < series.x.length; i++) if (series.x[i] < series.x[i - 1]) return `order of series ${series.name}`;
  }
  for (const { stack, weight, event } of profile.snapshots) {
    if (stack.length !== weight.length || outside(stack, 0, stacks.length) || odd(weight) || !(event >= 0 && event < events)) return 'snapshots';
  }
  for (const { count, bytes, stacks: own } of profile.findings) {
    if (!(count >= 1 && bytes >= 0) || own.some((each) => outside(each.frames, 0, frames.length))) return 'findings';
  }
  if (profile.totals.length !== events || odd(profile.totals)) return 'totals';
  if (profile.truncated && profile.warnings.length === 0) return 'truncated without a word';
  return undefined;
}

/** Writes the bytes of a case where a person can look at them; the path. */
export function keepCase(format: Format, seed: number, index: number, { bytes }: Case): string {
  const file = path.join(os.tmpdir(), `heatline-fuzz-${format.id}-${seed}-${index}.input`);
  writeFileSync(file, bytes);
  return file;
}
