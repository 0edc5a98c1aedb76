import { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind, type Profile, type ProfileMeta } from '../core/profile.ts';
import { decodeText, startsWith } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, readLines } from './lineReader.ts';
import { RecordLine } from './recordLine.ts';

const MAGIC = 'heatline-samples ';
const EVENTS = [
  { name: 'wall', unit: 'nanoseconds', label: 'Wall clock' },
  { name: 'cpu', unit: 'nanoseconds', label: 'CPU time' },
  { name: 'wait', unit: 'nanoseconds', label: 'Waiting (wall clock less CPU time)' },
] as const;
const LETTER = { h: 104, p: 112, f: 102, r: 114, s: 115, t: 116, x: 120, w: 119, e: 101 } as const;
const SPACE = 32;
const MAX_INT = 0x7fffffff;

/**
 * What our own Python sampler writes (src/profilers/python/heatline_sample.py): text, one record a line, only ever
 * appended to, so that a killed program leaves a readable file.
 *
 *     heatline-samples 1
 *     h {"tool", "python", "implementation", "pid", "parent", "argv", "cwd", "interval_ns", "start_unix_ns"}
 *     p "name"                                             (of a child process; again when it changes; the last one counts)
 *     f <function> <first line> ["name", "file"]
 *     r <frame> <function> <line> <column>
 *     s <stack> <caller's stack or -1> <frame>
 *     t <thread> <native thread id or 0> "name"            (again when the name changes; the last one counts)
 *     x <ns since the start> <thread> <stack> <wall ns> <cpu ns or -1>
 *     w "warning"
 *     e {"duration_ns", "exit", "samples", "stopped", "cpu_ns"}
 *
 * Each process writes a file of its own; those of a program and its children are read as parts of one profile. `parent` is 0 in the first one's.
 */
export const pythonSamples: Format = {
  id: 'heatline-samples',
  label: 'Heatline Python samples',
  names: ['*.heatline-samples'],
  sniff: (head) => startsWith(head, 0, head.length, MAGIC),
  read: readSamples,
};

async function readSamples(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder([...EVENTS]);
  const parsers: SampleParser[] = [];
  let bytes = 0;
  for (const input of inputs) {
    const parser = new SampleParser(builder, input.name, parsers[0]?.startUnix);
    const reader = new LineReader((line, start, end) => parser.parse(reader, line, start, end), input.name);
    bytes = await readLines(input, reader, options, bytes);
    if (reader.lineNumber === 0) throw new FormatError(input.name, 'line 1', `"${MAGIC}1"`, '');
    parser.finish();
    parsers.push(parser);
  }
  const cut = parsers.filter((parser) => parser.isCutChild).length;
  if (cut > 0) {
    builder.warn(`${cut === 1 ? 'A child process was' : `${cut} child processes were`} ended from outside, or still run; up to a tenth of a second may be missing of each`);
  }
  if (builder.sampleCount === 0) builder.warn('no samples were taken: the program ran too short, or never ran Python code');
  return builder.finish(parsers[0].meta(parsers));
}

type Json = Readonly<Record<string, unknown>>;

class SampleParser {
  private readonly functions = new Map<number, number>();
  private readonly frames = new Map<number, number>();
  private readonly stacks = new Map<number, number>();
  private readonly threads = new Map<number, number>();
  private readonly threadNames = new Map<number, string>();
  private processName = '';
  private readonly weights = [0, 0, 0];
  private header: Json = {};
  private end: Json | undefined;
  private timeOffset = 0;
  private readonly line: RecordLine;
  private magicSeen = false;

  /** `firstStart` is the start of the first of several inputs, whose times all count from there. */
  constructor(private readonly builder: ProfileBuilder, private readonly name: string, private readonly firstStart: number | undefined) {
    this.line = new RecordLine(name);
  }

  /** Nanoseconds since 1970, rounded to what a double can hold; undefined when the header does not say. */
  get startUnix(): number | undefined {
    return numberOf(this.header['start_unix_ns']);
  }

  /** Whether this is the file of a child process and has no end: pools kill their workers, so that says nothing of the profile as a whole. */
  get isCutChild(): boolean {
    return !this.end && (numberOf(this.header['parent']) ?? 0) > 0;
  }

  /** Nanoseconds from the start of the first input to the end of this one; undefined when its end is not known. */
  private get endTime(): number | undefined {
    const duration = numberOf(this.end?.['duration_ns']);
    return duration === undefined ? undefined : duration + this.timeOffset;
  }

  parse(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    const { line } = this;
    line.begin(bytes, start + 2, end, reader.lineNumber);
    if (!this.magicSeen) {
      const found = decodeText(bytes, start, Math.min(end, start + 200));
      if (found !== `${MAGIC}1`) line.error(`"${MAGIC}1"`, found);
      this.magicSeen = true;
      return;
    }
    // A torn line is what a killed program leaves; it may look whole and yet have lost digits. Only an end mark proves itself.
    if (start === end || (reader.torn && (bytes[start] !== LETTER.e || end - start < 3))) return;
    if (start + 1 === end || bytes[start + 1] !== SPACE) line.error('a record', decodeText(bytes, start, end));
    switch (bytes[start]) {
      case LETTER.x: return this.sample();
      case LETTER.s: return this.stack();
      case LETTER.r: return this.frame();
      case LETTER.f: return this.func();
      case LETTER.t: return this.thread();
      case LETTER.h: return this.head();
      case LETTER.p: return this.process();
      case LETTER.w: return this.builder.warn(line.text());
      case LETTER.e: return this.goodbye(reader.torn);
      default: return line.error('a record of the letters h, p, f, r, s, t, x, w and e', decodeText(bytes, start, end));
    }
  }

  finish(): void {
    if (!this.end && !this.isCutChild) this.builder.truncated(`${this.name}: the program ended without a goodbye (killed, crashed or os._exit); the samples until then are here`);
  }

  /** Facts of the whole profile: of this first part, and how far the others reach. */
  meta(parts: readonly SampleParser[]): ProfileMeta {
    const { header, end = {} } = this;
    const interval = numberOf(header['interval_ns']);
    const start = this.startUnix;
    const duration = this.endTime === undefined ? undefined : parts.reduce((latest, part) => Math.max(latest, part.endTime ?? 0), 0);
    const pid = numberOf(header['pid']);
    const argv = Array.isArray(header['argv']) ? header['argv'].map(String).join(' ') : '';
    const facts: (readonly [string, string])[] = [];
    const fact = (label: string, value: unknown) => {
      if (typeof value === 'string' && value !== '') facts.push([label, value]);
    };
    fact('Python', [header['implementation'], header['python']].filter((part) => typeof part === 'string').join(' '));
    fact('Folder', header['cwd']);
    const processes = new Set(parts.map((part) => part.header['pid'])).size;
    if (processes > 1) facts.push(['Processes', String(processes)]);
    if (end['stopped'] === true) facts.push(['Ended', 'stopped by hand; the program went on or was ended']);
    if (numberOf(end['exit']) !== undefined) facts.push(['Exit code', String(end['exit'])]);
    return {
      format: 'heatline-samples',
      ...(typeof header['tool'] === 'string' ? { tool: header['tool'] } : {}),
      ...(argv === '' ? {} : { command: argv }),
      ...(start === undefined ? {} : { startTime: start / 1e6 }),
      ...(duration === undefined ? {} : { duration }),
      ...(pid === undefined ? {} : { pid }),
      ...(interval === undefined || interval <= 0 ? {} : { frequency: 1e9 / interval }),
      facts,
    };
  }

  private head(): void {
    this.header = this.line.object();
    if (this.firstStart !== undefined && this.startUnix !== undefined) this.timeOffset = this.startUnix - this.firstStart;
  }

  private func(): void {
    const id = this.line.integer('a function number');
    const line = this.line.integer('a line number', 0, MAX_INT);
    const value = this.line.json();
    const [name, file] = Array.isArray(value) ? (value as unknown[]) : [];
    const nameIndex = this.builder.strings.intern(this.text(name) || '???');
    const fileText = this.text(file);
    const kind = fileText === '' || fileText === '~' ? FunctionKind.Builtin : FunctionKind.Python;
    const fileIndex = kind === FunctionKind.Builtin ? -1 : this.builder.string(fileText);
    // The first line tells lambdas and comprehensions of one file apart.
    this.functions.set(id, this.builder.funcOf(nameIndex, fileIndex, -1, line, kind, line));
  }

  private frame(): void {
    const id = this.line.integer('a frame number');
    const func = this.known(this.functions, 'a function that was defined before');
    const line = this.line.integer('a line number', 0, MAX_INT);
    this.frames.set(id, this.builder.frame(func, line, this.line.integer('a column', 0, MAX_INT)));
  }

  private stack(): void {
    const id = this.line.integer('a stack number');
    const parent = this.line.integer("the caller's stack", -1);
    const above = parent < 0 ? -1 : this.stacks.get(parent);
    if (above === undefined) this.line.error('a stack that was defined before', String(parent));
    this.stacks.set(id, this.builder.stack(above, this.known(this.frames, 'a frame that was defined before')));
  }

  private thread(): void {
    const id = this.line.integer('a thread number');
    const tid = this.line.integer('a native thread id');
    const name = this.line.text();
    this.threadNames.set(id, name);
    const known = this.threads.get(id);
    if (known === undefined) this.threads.set(id, this.builder.addThread({ pid: numberOf(this.header['pid']) ?? 0, tid, name: this.fullName(name) }));
    else this.builder.renameThread(known, this.fullName(name));
  }

  private process(): void {
    this.processName = this.line.text();
    for (const [id, name] of this.threadNames) this.builder.renameThread(this.threads.get(id)!, this.fullName(name));
  }

  private fullName(thread: string): string {
    return this.processName === '' ? thread : `${this.processName} / ${thread}`;
  }

  private sample(): void {
    const time = this.line.integer('a time') + this.timeOffset;
    const thread = this.known(this.threads, 'a thread that was defined before');
    const stack = this.known(this.stacks, 'a stack that was defined before');
    const wall = this.line.integer('nanoseconds of wall clock');
    const cpu = this.line.integer('nanoseconds of CPU time', -1);
    const { weights } = this;
    weights[0] = wall;
    weights[1] = Math.max(cpu, 0);
    weights[2] = cpu < 0 ? 0 : Math.max(wall - cpu, 0);
    if (cpu < 0) this.builder.warn('the CPU time of some samples is unknown: they count as wall clock only');
    this.builder.sample(stack, weights, time, thread);
  }

  private goodbye(torn: boolean): void {
    try {
      this.end = this.line.object();
    } catch (error) {
      if (!torn) throw error;
    }
  }

  private known(table: Map<number, number>, expected: string): number {
    const id = this.line.integer(expected);
    return table.get(id) ?? this.line.error(expected, String(id));
  }

  private text(value: unknown): string {
    return typeof value === 'string' ? value : this.line.error('a JSON string', JSON.stringify(value) ?? '');
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
