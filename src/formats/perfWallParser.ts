import type { ProfileBuilder } from '../core/builder.ts';
import { decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';
import type { LineReader, LineTaker } from './lineReader.ts';
import { PerfFrames } from './perfFrames.ts';
import { hexEnd, nanosecondsBetween, NOISE, type PerfTime } from './perfScriptParser.ts';
import { PerfStack } from './perfStack.ts';
import type { Moment, WallThreads } from './perfWallThreads.ts';
import { EXIT, isScheduler, NO_RANK, reasonOfCall, reasonOfRank, RUNNABLE, waitRank, type WaitReason } from './waitReasons.ts';

const TAB = 9;
const SPACE = 32;
const HASH = 35;

/** `comm pid/tid [cpu] second.fraction: rest`; a thread that is gone already has the number -1. */
const EVENT = /^(?:(.*?)\s+)?(-?\d+)\/(-?\d+)\s+(?:\[\d+\]\s+)?(\d+)\.(\d{9}|\d{6}):\s+(.*)$/s;
const SAMPLE = /^(?:\d+\s+)?([^\s:]\S*?):(?:\s+(.*))?$/s;
/** `FORK(pid:tid):(ppid:ptid)`, `EXIT(pid:tid):...`. */
const TASK = /^PERF_RECORD_(FORK|EXIT)\((-?\d+):(-?\d+)\)/;
const COMM = /^PERF_RECORD_COMM( exec)?: (.*):(\d+)\/(\d+)\s*$/s;
const SWITCH_EVENT = /^(?:sched:sched_switch|context-switches|cs)(?::[a-zA-Z]*)?$/;
/** Event lines are short; what a tracepoint says may be long, and nothing behind this is needed. */
const MOST_LINE = 2000;

/** Reads the lines of `perf script` with switches and tasks, and tells the threads what happened to them. Source: linux, tools/perf/builtin-script.c. */
export class PerfWallParser implements LineTaker {
  /** Text of `# key : value` lines. */
  readonly header = new Map<string, string>();
  /** Nanoseconds from the first record to the last. */
  duration = 0;
  /** Events that perf says it lost. */
  lost = 0;
  /** Samples of the clock and of switches. */
  samples = 0;
  taken = 0;
  private readonly frames: PerfFrames;
  private readonly stack: PerfStack;
  /** By frame line: `waitRank` of the kernel's function. */
  private readonly ranks = new Map<number, number>();
  private origin: PerfTime | undefined;
  /** Frame lines of the sample that is being read, innermost first. */
  private lines: number[] = [];
  /** The sample that is being read. */
  private moment: Moment | undefined;
  private isSwitch = false;
  private traced = '';

  constructor(
    builder: ProfileBuilder, private readonly threads: WallThreads, private readonly name: string, private readonly reader: () => LineReader,
  ) {
    this.frames = new PerfFrames(builder);
    this.stack = new PerfStack(builder, this.frames);
  }

  /** Takes frame lines that were seen before: nearly all lines are such. */
  take(bytes: Uint8Array, start: number, end: number): number {
    this.taken = 0;
    let at = start;
    while (this.moment && at < end && bytes[at] === TAB) {
      let first = at + 1;
      while (first < end && bytes[first] === SPACE) first++;
      const line = this.frames.known(bytes, first, end);
      if (line < 0) break;
      this.lines.push(line);
      at = this.frames.knownEnd;
      this.taken++;
    }
    return at;
  }

  parse(bytes: Uint8Array, start: number, end: number): void {
    let first = start;
    while (first < end && bytes[first] <= SPACE) first++;
    if (first === end) {
      this.endSample();
      return;
    }
    if (this.moment && first > start) {
      const hex = hexEnd(bytes, first, end);
      if (hex > first) {
        this.lines.push(this.frames.line(bytes, first, end));
        return;
      }
    }
    const text = decodeText(bytes, first, Math.min(end, first + MOST_LINE));
    if (bytes[first] === HASH) {
      const parts = /^# ([a-z][a-z -]{0,30}?)\s*:\s?(.*)$/.exec(text);
      if (parts && this.header.size < 100 && !this.header.has(parts[1])) this.header.set(parts[1], parts[2].trim());
      return;
    }
    const event = EVENT.exec(text);
    if (event) this.event(event);
    // A message in the middle of a sample does not end it.
    else if (!NOISE.test(text)) throw new FormatError(this.name, `line ${this.reader().lineNumber}`, 'an event line such as "name 123/124 5.678901: 1001001 cpu-clock:", or a frame', text);
  }

  /** Ends the input; a last sample without its empty line is taken, unless it was cut in the middle of a line. */
  finish(torn: boolean): void {
    if (torn) this.moment = undefined;
    this.endSample();
    this.threads.finish(this.duration);
  }

  private event([, name = '', pid, tid, second, fraction, rest]: RegExpExecArray): void {
    this.endSample();
    const time = { second: Number(second), fraction: Number(fraction.padEnd(9, '0')) };
    const lost = /^PERF_RECORD_LOST\w*.*?lost (?:samples )?(\d+)/.exec(rest);
    if (lost) this.lost += Number(lost[1]);
    // What was there before the recording is told without a time: the threads of a running program, or perf itself before it becomes the program.
    if (time.second === 0 && time.fraction === 0) {
      const comm = this.header.get('attached') === 'yes' ? COMM.exec(rest) : null;
      if (comm) this.threads.found({ name: comm[2], pid: Number(comm[3]), tid: Number(comm[4]), time: 0 });
      return;
    }
    this.origin ??= time;
    const moment: Moment = { pid: Number(pid), tid: Number(tid), name, time: Math.max(0, nanosecondsBetween(this.origin, time)) };
    this.duration = Math.max(this.duration, moment.time);
    if (rest.startsWith('PERF_RECORD_')) this.record(moment, rest);
    else this.sample(moment, rest);
  }

  private record(moment: Moment, rest: string): void {
    if (rest.startsWith('PERF_RECORD_SWITCH')) {
      if (moment.tid <= 0) return;
      const parts = /^PERF_RECORD_SWITCH(?:_CPU_WIDE)?\s+(IN|OUT)(\s+preempt)?/.exec(rest);
      if (parts?.[1] === 'IN') this.threads.in(moment);
      else if (parts) this.threads.out(moment, parts[2] !== undefined);
      return;
    }
    const task = TASK.exec(rest);
    if (task) {
      const about = { ...moment, pid: Number(task[2]), tid: Number(task[3]) };
      if (task[1] === 'FORK') this.threads.forked(about);
      else this.threads.exited(about);
      return;
    }
    const comm = COMM.exec(rest);
    if (comm) this.threads.renamed({ ...moment, name: comm[2], pid: Number(comm[3]), tid: Number(comm[4]) }, comm[1] !== undefined);
  }

  private sample(moment: Moment, rest: string): void {
    const parts = SAMPLE.exec(rest);
    if (!parts) throw new FormatError(this.name, `line ${this.reader().lineNumber}`, 'an event name and a colon', rest);
    // A thread in its last moments has no number any more.
    this.moment = moment;
    this.isSwitch = SWITCH_EVENT.test(parts[1]);
    this.traced = parts[2] ?? '';
    this.lines.length = 0;
  }

  private endSample(): void {
    const { moment, lines } = this;
    if (!moment) return;
    this.moment = undefined;
    if (moment.tid <= 0) return;
    this.samples++;
    if (!this.isSwitch) {
      this.threads.sampled(moment, this.row(0));
      return;
    }
    let kernel = 0;
    let rank = NO_RANK;
    for (; kernel < lines.length && this.isKernel(lines[kernel]); kernel++) rank = Math.min(rank, this.rank(lines[kernel]));
    // Without any name of the kernel's the called function has to tell.
    const nameless = rank === NO_RANK && kernel < lines.length && !lines.slice(0, kernel).some((line) => this.frames.isKernel(line));
    const reason = this.stateReason() ?? (nameless ? reasonOfCall(this.frames.symbol(lines[kernel])) : reasonOfRank(rank));
    this.threads.left(moment, this.row(kernel < lines.length && this.header.get('kernel frames') !== 'yes' ? kernel : this.schedulerEnd(kernel)), reason);
  }

  /** How many of the `kernel` innermost frames are the scheduler's. */
  private schedulerEnd(kernel: number): number {
    let end = 0;
    while (end < kernel && isScheduler(this.frames.symbol(this.lines[end]))) end++;
    return end;
  }

  /** The reason, if the tracepoint's state of the thread says all. */
  private stateReason(): WaitReason | undefined {
    const state = / prev_state=(\S+) ==> /.exec(this.traced)?.[1];
    if (state?.startsWith('R')) return RUNNABLE;
    return state && /^[XZ]/.test(state) ? EXIT : undefined;
  }

  private rank(line: number): number {
    let rank = this.ranks.get(line);
    if (rank === undefined) this.ranks.set(line, (rank = waitRank(this.frames.symbol(line))));
    return rank;
  }

  /** Where the kernel hides its names, its addresses still tell: they are too great for a double to hold exactly. */
  private isKernel(line: number): boolean {
    return this.frames.isKernel(line) || this.frames.address(line) < 0;
  }

  /** The row of the stack from frame `from` outwards; -1 when no frame is left. */
  private row(from: number): number {
    if (from >= this.lines.length) return -1;
    this.stack.clear();
    for (let at = from; at < this.lines.length; at++) this.stack.add(this.lines[at]);
    return this.stack.row();
  }
}
