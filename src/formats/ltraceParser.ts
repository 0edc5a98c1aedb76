import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import { ByteStrings, decodeText, startsWith } from './byteStrings.ts';
import type { LineReader } from './lineReader.ts';
import { LtraceHeap, type ProcessHeap } from './ltraceHeap.ts';
import { leftOpen, ltraceArguments, ltraceCallEnd, ltraceName } from './ltraceLine.ts';
import { TraceClock, TraceDuration, TracePrefix, isDigit, resultStart, wholeNumber } from './traceLine.ts';
import { TraceFacts } from './traceFacts.ts';
import { TraceSeries } from './traceSeries.ts';
import { TraceTable, tableColumns } from './traceTable.ts';
import { TraceTasks, type Process, type Task } from './traceTasks.ts';

const CLOSE = 41;
const LESS = 60;
const MORE = 62;
const MAX_ARGS = 1000;
/** Calls that are looked through for the one that returned: longjmp leaves some behind. */
const MAX_UNWOUND = 1000;

interface LtraceProcess extends Process {
  readonly heap: ProcessHeap;
}

/** A call that has begun. */
interface OpenCall {
  readonly func: number;
  /** -1 until something within it has returned. */
  stack: number;
  readonly since: number;
  readonly args: string;
  /** Nanoseconds of the calls made from it. */
  inner: number;
}

interface LtraceTask extends Task {
  process: LtraceProcess;
  readonly open: OpenCall[];
}

/** A function that occurs in the trace. */
interface Func {
  readonly frame: number;
  readonly name: string;
  readonly follows: boolean;
  readonly forks: boolean;
}

/** Reads the lines of ltrace into a builder. Source: ltrace 0.7, output.c. */
export class LtraceParser {
  readonly clock = new TraceClock();
  readonly tasks = new TraceTasks<LtraceTask, LtraceProcess>(
    (pid) => ({ pid, tasks: 0, heap: { blocks: new Map(), bytes: 0 } }),
    (tid, row, process, name) => ({ tid, row, process, name, open: [] }),
  );
  exit: string | undefined;
  /** Nanoseconds between the first and the last line. */
  duration = 0;
  /** Lines that are ltrace's, and lines that are not. */
  known = 0;
  foreign = 0;
  /** Calls that returned. */
  returned = 0;
  readonly table: TraceTable;
  private readonly prefix = new TracePrefix();
  private readonly durationOf = new TraceDuration();
  private readonly facts = new TraceFacts();
  private readonly series = new TraceSeries();
  private readonly heap = new LtraceHeap(this.series);
  private readonly names = new ByteStrings();
  private readonly functions: Func[] = [];
  private readonly weights = [0, 0, 0];
  private timeEvent = -1;
  private callsEvent = -1;
  private bytesEvent = -1;
  private broken: LtraceTask | undefined;
  private time = NaN;

  constructor(private readonly builder: ProfileBuilder, private name: string) {
    this.table = new TraceTable(name);
  }

  /** Begins an input. */
  begin(name: string): void {
    this.name = this.table.file = name;
    this.tasks.clear();
    this.clock.restart();
  }

  parse(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    if (this.table.open) {
      this.table.line(decodeText(bytes, start, Math.min(end, start + 500)), reader.lineNumber);
      return;
    }
    if (start === end) return;
    const body = this.prefix.parse(bytes, start, end);
    const first = bytes[body];
    if (first === LESS && startsWith(bytes, body, end, '<... ')) this.resumed(reader, bytes, body + 5, end);
    else if (startsWith(bytes, body, end, '+++ ')) this.ended(decodeText(bytes, body + 4, Math.min(end, body + 200)));
    else if (startsWith(bytes, body, end, '--- ')) this.event(decodeText(bytes, body + 4, Math.min(end, body + 200)));
    else if (first === CLOSE && this.broken && resultStart(bytes, body, end) > 0) this.rest(reader, bytes, body, end);
    else this.call(reader, bytes, start, body, end);
  }

  /** Adds what is known at the end only; `withSeries`: the trace is one input, so that its lines are in order. */
  write(withSeries: boolean): void {
    const { builder, table } = this;
    this.tasks.write(builder);
    if (this.returned === 0) {
      table.write(builder, (name) => builder.frame(builder.func({ name, kind: kindOf(name) })));
      return;
    }
    if (withSeries) this.series.write(builder);
    if (this.timeEvent < 0) builder.warn('the trace has no durations (ltrace -T prints them): calls are counted only');
    const waiting = new Set<string>();
    for (const { open } of this.tasks.living()) for (const { func } of open.slice(-8)) waiting.add(this.functions[func].name);
    if (waiting.size > 0) builder.warn(`calls that had not returned when the trace ended are not counted: ${[...waiting].sort().slice(0, 8).join(', ')}`);
  }

  /** What stands out among the calls. */
  standsOut(): (readonly [string, string])[] {
    return this.facts.list((func) => this.functions[func].name);
  }

  /** Notes that the line is ltrace's; the task it is about. */
  private line(): LtraceTask {
    this.known++;
    this.time = this.clock.read(this.prefix);
    if (this.time > this.duration) this.duration = this.time;
    return this.tasks.of(this.prefix.pid);
  }

  private call(reader: LineReader, bytes: Uint8Array, start: number, body: number, end: number): void {
    const args = ltraceArguments(bytes, body, end);
    const stop = args < 0 ? end : this.durationOf.parse(bytes, args, end);
    const left = args < 0 ? undefined : leftOpen(bytes, args, end);
    const close = args < 0 || left ? -1 : ltraceCallEnd(bytes, args, stop);
    if (args < 0 || (close < 0 && !left && !isPlainName(bytes, body, args))) {
      this.other(reader, bytes, start, end);
      return;
    }
    if (this.isTorn(reader, bytes, end)) return;
    const task = this.line();
    const func = this.functionOf(bytes, body, args);
    if (close >= 0) {
      this.ending(task, { func, stack: -1, since: this.time, args: '', inner: 0 }, bytes, args + 1, close, stop);
      return;
    }
    // What never returns must not become the caller of all that follows.
    if (left !== 'no return' || !/longjmp/.test(this.functions[func].name)) this.open(task, func, bytes, args + 1, end);
    if (!left) this.broken = task;
  }

  private open(task: LtraceTask, func: number, bytes: Uint8Array, start: number, end: number): void {
    const args = this.functions[func].follows ? decodeText(bytes, start, Math.min(end, start + MAX_ARGS)) : '';
    task.open.push({ func, stack: -1, since: this.time, args, inner: 0 });
  }

  /** The stack of a call made from the calls that have begun. */
  private stackOf({ open }: LtraceTask, func: number): number {
    let known = open.length - 1;
    while (known >= 0 && open[known].stack < 0) known--;
    let stack = known < 0 ? -1 : open[known].stack;
    for (let at = known + 1; at < open.length; at++) stack = open[at].stack = this.builder.stack(stack, this.functions[open[at].func].frame);
    return this.builder.stack(stack, this.functions[func].frame);
  }

  private resumed(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !startsWith(bytes, at, end, ' resumed>')) at++;
    if (at === end || at === start) {
      this.other(reader, bytes, start, end);
      return;
    }
    if (this.isTorn(reader, bytes, end)) return;
    const task = this.line();
    const func = this.functionOf(bytes, start, at);
    const stop = this.durationOf.parse(bytes, at, end);
    const begun = this.begun(task, func) ?? { func, stack: -1, since: this.time, args: '', inner: 0 };
    if (leftOpen(bytes, at, end)) {
      task.open.push(begun);
      return;
    }
    const close = ltraceCallEnd(bytes, at + 9, stop);
    if (close < 0) {
      task.open.push(begun);
      this.broken = task;
      return;
    }
    this.ending(task, begun, bytes, at + 9, close, stop);
  }

  /** Takes the innermost call of this function, and all within it, from the calls that have begun. */
  private begun({ open }: LtraceTask, func: number): OpenCall | undefined {
    // It is named without its library here.
    const { name } = this.functions[func];
    for (let at = open.length - 1; at >= Math.max(0, open.length - MAX_UNWOUND); at--) {
      if (this.functions[open[at].func].name !== name) continue;
      const found = open[at];
      open.length = at;
      return found;
    }
    return undefined;
  }

  /** The rest of a line that was broken by what the program printed. */
  private rest(reader: LineReader, bytes: Uint8Array, body: number, end: number): void {
    const begun = this.broken?.open.pop();
    if (!this.broken || !begun || this.isTorn(reader, bytes, end)) return;
    this.known++;
    this.ending(this.broken, begun, bytes, body, body, this.durationOf.parse(bytes, body, end));
    this.broken = undefined;
  }

  private ending(task: LtraceTask, call: OpenCall, bytes: Uint8Array, start: number, close: number, end: number): void {
    const { builder, weights } = this;
    const { nanoseconds } = this.durationOf;
    this.returned++;
    if (this.timeEvent < 0 && nanoseconds >= 0) this.timeEvent = builder.event({ name: 'time', unit: 'nanoseconds', label: 'Time in calls' });
    if (this.callsEvent < 0) this.callsEvent = builder.event({ name: 'calls', unit: 'count', label: 'Calls' });
    weights.fill(0);
    // The time printed includes the calls made on the way, which count themselves.
    if (this.timeEvent >= 0) weights[this.timeEvent] = Math.max(nanoseconds - call.inner, 0);
    if (nanoseconds > Number.MAX_SAFE_INTEGER) builder.warn('durations above 2^53 nanoseconds occur and are rounded');
    const caller = task.open.at(-1);
    if (caller) caller.inner += Math.max(nanoseconds, 0);
    weights[this.callsEvent] = 1;
    this.facts.call(call.func, nanoseconds - call.inner);
    this.series.call(this.time);
    const { name, follows, forks } = this.functions[call.func];
    if (follows || forks) {
      const at = resultStart(bytes, close, end);
      const result = wholeNumber(decodeText(bytes, at, Math.min(end, at + 20)));
      const args = call.args + decodeText(bytes, start, Math.min(close, start + MAX_ARGS));
      const allocated = follows ? this.heap.call(task.process.heap, name, args, result) : 0;
      if (forks) this.tasks.announce(result, undefined, '');
      if (allocated > 0) {
        if (this.bytesEvent < 0) this.bytesEvent = builder.event({ name: 'allocated', unit: 'bytes', label: 'Bytes allocated' });
        weights[this.bytesEvent] = allocated;
      }
    }
    builder.sample(this.stackOf(task, call.func), weights, call.since, task.row);
  }

  private ended(text: string): void {
    if (!/^(?:exited|killed by) /.test(text)) {
      this.foreign++;
      return;
    }
    const task = this.line();
    task.open.length = 0;
    if (this.tasks.end(task)) this.heap.clear(task.process.heap);
    if (task === this.tasks.initial) this.exit = text.replace(/ \+\+\+$/, '');
  }

  private event(text: string): void {
    const isExec = /^Called exec\(\) ---/.test(text);
    if (!isExec && !/^(?:SIG\w{1,20}|\d{1,4})\b/.test(text)) {
      this.foreign++;
      return;
    }
    const task = this.line();
    if (!isExec) return;
    task.open.length = 0;
    this.heap.clear(task.process.heap);
  }

  private other(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    const text = decodeText(bytes, start, Math.min(end, start + 301));
    const columns = tableColumns(text);
    if (columns?.includes('function')) this.table.begin(columns);
    else if (reader.torn && end - start < 200) this.cut(reader);
    // Stacks of -w stand in lines of their own and are not read.
    else if (!text.startsWith(' > ') && !text.startsWith('ltrace: ')) this.foreign++;
  }

  private functionOf(bytes: Uint8Array, start: number, end: number): number {
    const index = this.names.intern(bytes, start, end);
    if (index === this.functions.length) {
      const { name, object } = ltraceName(this.names.text(index));
      const func = this.builder.func({ name, ...(object ? { object } : {}), kind: kindOf(name) });
      this.functions.push({ frame: this.builder.frame(func), name, follows: LtraceHeap.follows(name), forks: /^(?:SYS_)?v?fork$|^(?:SYS_|__)?clone[23]?$/.test(name) });
    }
    return index;
  }

  /** Whether the input ends in the middle of this line, so that its numbers may have lost digits. */
  private isTorn(reader: LineReader, bytes: Uint8Array, end: number): boolean {
    if (!reader.torn || bytes[end - 1] === MORE) return false;
    this.cut(reader);
    return true;
  }

  private cut(reader: LineReader): void {
    this.builder.truncated(`${this.name} was cut off at line ${reader.lineNumber}; the calls until there are shown`);
  }
}

function kindOf(name: string): number {
  return name.startsWith('SYS_') ? FunctionKind.Kernel : FunctionKind.Native;
}

function isPlainName(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (!((byte >= 97 && byte <= 122) || byte === 95 || isDigit(byte) || (byte >= 65 && byte <= 90))) return false;
  }
  return true;
}
