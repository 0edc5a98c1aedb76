import type { ProfileBuilder } from '../core/builder.ts';
import { decodeText, startsWith } from './byteStrings.ts';
import type { LineReader } from './lineReader.ts';
import { Effect, SystemCalls, commandOf, frameOfCall, hasArguments } from './straceCalls.ts';
import { StraceEffects, type StraceProcess } from './straceEffects.ts';
import { StraceStack } from './straceStack.ts';
import { TraceClock, TraceDuration, TracePrefix, callEnd, endsWith, isDigit, resultStart, wholeNumber } from './traceLine.ts';
import { TraceFacts } from './traceFacts.ts';
import { TraceSeries } from './traceSeries.ts';
import { TraceTable, tableColumns } from './traceTable.ts';
import { TraceTasks, type Task } from './traceTasks.ts';

const OPEN = 40;
const CLOSE = 41;
const COMMA = 44;
const MINUS = 45;
const LESS = 60;
const MORE = 62;
const MAX_ARGS = 4096;
const UNFINISHED = ' <unfinished ...>';

interface StraceTask extends Task {
  process: StraceProcess;
  /** The call that has begun and not returned; -1: none. */
  call: number;
  since: number;
  /** Arguments as far as they were printed, for calls that the reader follows. */
  args: string;
}

/** Reads the lines of strace into a builder. Source: strace, src/syscall.c and src/strace.c. */
export class StraceParser {
  readonly clock = new TraceClock();
  readonly tasks = new TraceTasks<StraceTask, StraceProcess>(
    (pid) => ({ pid, tasks: 0, memory: undefined }),
    (tid, row, process, name) => ({ tid, row, process, name, call: -1, since: NaN, args: '' }),
  );
  readonly signals = new Map<string, number>();
  command: string | undefined;
  exit: string | undefined;
  /** Nanoseconds between the first and the last line. */
  duration = 0;
  /** Lines that are strace's. */
  known = 0;
  /** Lines that are not: what the program itself printed to the same terminal. */
  foreign = 0;
  /** Calls that returned. */
  returned = 0;
  readonly table: TraceTable;
  private readonly prefix = new TracePrefix();
  private readonly durationOf = new TraceDuration();
  private readonly facts = new TraceFacts();
  private readonly series = new TraceSeries();
  private readonly effects = new StraceEffects(this.series);
  private readonly calls: SystemCalls;
  private readonly stack: StraceStack;
  private readonly weights = [0, 0, 0];
  private timeEvent = -1;
  private callsEvent = -1;
  private errorsEvent = -1;
  private pending: { call: number; time: number; thread: number } | undefined;
  private creator: StraceTask | undefined;
  /** The task whose line was broken by what the program printed. */
  private broken: StraceTask | undefined;
  private time = NaN;
  /** The process that the lines of this input are about when they do not say (`-ff`); -1: unknown. */
  private ownPid = -1;

  constructor(private readonly builder: ProfileBuilder, private name: string) {
    this.table = new TraceTable(name);
    this.calls = new SystemCalls(builder);
    this.stack = new StraceStack(builder);
  }

  /** Begins an input; its name may end in the number of its process (`-ff`). */
  begin(name: string, isOneOfSeveral: boolean): void {
    this.name = this.table.file = name;
    this.tasks.clear();
    this.clock.restart();
    this.ownPid = isOneOfSeveral ? Number(/\.(\d{1,7})$/.exec(name)?.[1] ?? -1) : -1;
  }

  parse(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    if (this.table.open) {
      this.table.line(decodeText(bytes, start, Math.min(end, start + 500)), reader.lineNumber);
      return;
    }
    if (startsWith(bytes, start, end, ' > ')) {
      if (this.pending) this.stack.add(bytes, start + 3, end);
      return;
    }
    this.flush();
    if (start === end) return;
    const { prefix } = this;
    const body = prefix.parse(bytes, start, end);
    const first = bytes[body];
    if (body < end && first === LESS && startsWith(bytes, body, end, '<... ')) this.resumed(reader, bytes, body + 5, end);
    else if (startsWith(bytes, body, end, '+++ ')) this.ended(decodeText(bytes, body + 4, Math.min(end, body + 200)));
    else if (startsWith(bytes, body, end, '--- ')) this.signal(decodeText(bytes, body + 4, Math.min(end, body + 200)));
    else if (this.broken && this.rest(reader, bytes, body, end)) this.broken = undefined;
    else this.callOrOther(reader, bytes, start, body, end);
  }

  /** Ends the input. */
  finish(): void {
    this.flush();
    const waiting = new Set<string>();
    for (const task of this.tasks.living()) if (task.call >= 0) waiting.add(this.calls.name(task.call));
    if (waiting.size > 0) {
      const names = [...waiting].sort();
      this.builder.warn(`calls that had not returned when the trace ended are not counted, as in strace -c: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' ...' : ''}`);
    }
  }

  /** Adds what is known at the end only; `withSeries`: the trace is one input, so that its lines are in order. */
  write(withSeries: boolean): void {
    const { builder, table } = this;
    this.tasks.write(builder);
    if (this.returned === 0) {
      table.write(builder, (name) => frameOfCall(builder, name));
      return;
    }
    if (withSeries) this.series.write(builder);
    if (this.timeEvent < 0) builder.warn('the trace has no durations (strace -T prints them): calls are counted only');
    const difference = table.differences(this.calls.counts());
    if (difference !== undefined) builder.warn(difference);
  }

  /** What stands out among the calls. */
  standsOut(): (readonly [string, string])[] {
    return this.facts.list((call) => this.calls.name(call));
  }

  private task(): StraceTask {
    const { creator, prefix } = this;
    const parent = creator && creator.call >= 0 ? { process: /CLONE_THREAD/.test(creator.args) ? creator.process : undefined, name: creator.name } : undefined;
    return this.tasks.of(prefix.pid < 0 ? this.ownPid : prefix.pid, parent);
  }

  /** Notes that the line is strace's. */
  private line(): void {
    this.known++;
    const time = this.clock.read(this.prefix);
    this.time = time;
    if (time > this.duration) this.duration = time;
  }

  private named(task: StraceTask, bytes: Uint8Array): void {
    const { commStart, commEnd } = this.prefix;
    if (commEnd > commStart) task.name = decodeText(bytes, commStart, commEnd);
  }

  private callOrOther(reader: LineReader, bytes: Uint8Array, start: number, body: number, end: number): void {
    let at = body;
    while (at < end && isNameByte(bytes[at])) at++;
    if (at === body || at >= end || bytes[at] !== OPEN || at - body > 64) {
      this.other(reader, bytes, start, body, end);
      return;
    }
    if (this.isTorn(reader, bytes, end)) return;
    this.line();
    const task = this.task();
    this.named(task, bytes);
    const call = this.calls.number(bytes, body, at);
    const stop = this.durationOf.parse(bytes, at, end);
    if (isLeftOpen(bytes, at, end)) {
      this.open(task, call, bytes, at + 1, end);
      return;
    }
    const close = callEnd(bytes, at + 1, stop);
    if (close < 0) {
      this.open(task, call, bytes, at + 1, end);
      this.broken = task;
      this.attached(decodeText(bytes, Math.max(at, end - 60), end));
      return;
    }
    task.call = -1;
    this.ending(task, call, this.time, bytes, at + 1, close, stop, '');
  }

  private open(task: StraceTask, call: number, bytes: Uint8Array, start: number, end: number): void {
    task.call = call;
    task.since = this.time;
    const effect = this.calls.effects[call];
    // What follows behind `resumed>` continues the arguments where this stops.
    const stop = endsWith(bytes, start, end, UNFINISHED) ? end - UNFINISHED.length : end;
    task.args = hasArguments(effect) ? decodeText(bytes, start, Math.min(stop, start + MAX_ARGS)) : '';
    if (effect === Effect.Clone) this.creator = task;
  }

  private resumed(reader: LineReader, bytes: Uint8Array, start: number, end: number): void {
    if (this.isTorn(reader, bytes, end)) return;
    let at = start;
    while (at < end && isNameByte(bytes[at])) at++;
    if (!startsWith(bytes, at, end, ' resumed>') || at === start) {
      this.foreign++;
      return;
    }
    this.line();
    const task = this.task();
    this.named(task, bytes);
    const call = this.calls.number(bytes, start, at);
    const stop = this.durationOf.parse(bytes, at, end);
    const begun = task.call === call;
    const before = begun ? task.args : '';
    const since = begun ? task.since : this.time;
    if (isLeftOpen(bytes, at, end)) return;
    const close = callEnd(bytes, at + 9, stop);
    if (close < 0) {
      // Broken by what the program printed: the rest follows.
      if (!begun) this.open(task, call, bytes, at + 9, end);
      this.broken = task;
      return;
    }
    task.call = -1;
    this.ending(task, call, since, bytes, at + 9, close, stop, before);
  }

  /** The rest of a line that was broken by what the program or strace itself printed; false when the line is none. */
  private rest(reader: LineReader, bytes: Uint8Array, body: number, end: number): boolean {
    const task = this.broken;
    if (!task || task.call < 0) return false;
    if (bytes[body] !== CLOSE && bytes[body] !== COMMA) {
      if (bytes[body] !== LESS || !isLeftOpen(bytes, body, end)) return false;
      this.known++;
      return true;
    }
    const stop = this.durationOf.parse(bytes, body, end);
    const close = callEnd(bytes, body, stop);
    if (close < 0 || this.isTorn(reader, bytes, end)) return false;
    this.known++;
    const { call } = task;
    task.call = -1;
    this.ending(task, call, task.since, bytes, body, close, stop, task.args);
    return true;
  }

  /** A call has returned, or never will; its arguments are `before` and `bytes[start..close)`. */
  private ending(task: StraceTask, call: number, since: number, bytes: Uint8Array, start: number, close: number, end: number, before: string): void {
    const result = resultStart(bytes, close, end);
    const isError = startsWith(bytes, result, end, '-1 E') || startsWith(bytes, result, end, '-1 (errno') || startsWith(bytes, result, end, '? E');
    // `= ?`: the process ended instead.
    if (!isError && !(isDigit(bytes[result]) || bytes[result] === MINUS)) return;
    this.returned++;
    this.calls.count(call);
    this.weigh(isError);
    this.pending = { call, time: since, thread: task.row };
    this.series.call(this.time);
    this.facts.call(call, this.durationOf.nanoseconds);
    const effect = this.calls.effects[call];
    if (isError) this.facts.failed(call, decodeText(bytes, result + (bytes[result] === MINUS ? 3 : 2), Math.min(end, result + 30)));
    if (isError || effect === Effect.None) return;
    const value = wholeNumber(decodeText(bytes, result, Math.min(end, result + 20)));
    if (effect === Effect.Read || effect === Effect.Write) this.facts.moved(call, value, bytes, start, close);
    const args = hasArguments(effect) ? before + decodeText(bytes, start, Math.min(close, start + MAX_ARGS)) : '';
    this.effects.apply(task, effect, this.calls.name(call), args, value);
    if (effect === Effect.Execute && task === this.tasks.initial) this.command ??= commandOf(args);
    if (effect !== Effect.Clone) return;
    if (this.creator === task) this.creator = undefined;
    this.tasks.announce(value, /CLONE_THREAD/.test(args) ? task.process : undefined, task.name);
  }

  private weigh(isError: boolean): void {
    const { builder, weights, durationOf: { nanoseconds } } = this;
    if (this.timeEvent < 0 && nanoseconds >= 0) this.timeEvent = builder.event({ name: 'time', unit: 'nanoseconds', label: 'Time in system calls' });
    if (this.callsEvent < 0) {
      this.callsEvent = builder.event({ name: 'calls', unit: 'count', label: 'Calls' });
      this.errorsEvent = builder.event({ name: 'errors', unit: 'count', label: 'Errors' });
    }
    if (nanoseconds > Number.MAX_SAFE_INTEGER) builder.warn('durations above 2^53 nanoseconds occur and are rounded');
    if (this.timeEvent >= 0) weights[this.timeEvent] = Math.max(nanoseconds, 0);
    weights[this.callsEvent] = 1;
    weights[this.errorsEvent] = isError ? 1 : 0;
  }

  private ended(text: string): void {
    const replaced = /^superseded by execve in pid (\d{1,7})/.exec(text);
    if (!replaced && !/^(?:exited with|killed by) /.test(text)) {
      this.foreign++;
      return;
    }
    this.line();
    const task = this.task();
    if (replaced) {
      // The thread that calls execve goes on under the number of its process.
      const other = this.tasks.of(Number(replaced[1]));
      Object.assign(task, { call: other.call, since: other.since, args: other.args });
      other.call = -1;
      if (other !== task) this.tasks.end(other);
      return;
    }
    task.call = -1;
    if (this.tasks.end(task)) this.effects.release(task.process);
    if (task === this.tasks.initial) this.exit = text.replace(/ \+\+\+$/, '');
  }

  private signal(text: string): void {
    const name = /^(?:stopped by )?(SIG\w{1,20}|\d{1,4})\b/.exec(text)?.[1];
    if (name === undefined) {
      this.foreign++;
      return;
    }
    this.line();
    this.task();
    if (this.signals.size < 100 || this.signals.has(name)) this.signals.set(name, (this.signals.get(name) ?? 0) + 1);
  }

  private other(reader: LineReader, bytes: Uint8Array, start: number, body: number, end: number): void {
    const text = decodeText(bytes, body, Math.min(end, body + 300));
    if (/^(?:strace: |\[ Process PID=|Process \d{1,7} (?:at|de)tached)/.test(text)) {
      this.known++;
      this.attached(text);
      return;
    }
    // Dumps of what was read and written (-e read=3).
    if (startsWith(bytes, start, end, ' | ')) return;
    const columns = tableColumns(decodeText(bytes, start, Math.min(end, start + 301)));
    if (columns?.includes('syscall')) this.table.begin(columns);
    else if (reader.torn && end - start < 200) this.cut(reader);
    else this.foreign++;
  }

  /** Takes note of a new process, which strace announces on a line of its own or, on a terminal, at the end of another one. */
  private attached(text: string): void {
    const pid = /Process (\d{1,7}) attached$/.exec(text)?.[1];
    if (pid === undefined) return;
    this.prefix.pid = Number(pid);
    this.task();
  }

  /** Whether the input ends in the middle of this line, so that its numbers may have lost digits. */
  private isTorn(reader: LineReader, bytes: Uint8Array, end: number): boolean {
    if (!reader.torn || bytes[end - 1] === MORE || (this.timeEvent < 0 && bytes[end - 1] === CLOSE)) return false;
    this.cut(reader);
    return true;
  }

  private cut(reader: LineReader): void {
    this.builder.truncated(`${this.name} was cut off at line ${reader.lineNumber}; the calls until there are shown`);
  }

  private flush(): void {
    const { pending } = this;
    if (!pending) return;
    this.pending = undefined;
    this.builder.sample(this.stack.row(this.calls.frames[pending.call]), this.weights, pending.time, pending.thread);
    this.stack.clear();
  }
}

function isNameByte(byte: number): boolean {
  return (byte >= 97 && byte <= 122) || byte === 95 || isDigit(byte) || (byte >= 65 && byte <= 90) || byte === 63;
}

/** Whether the line says that the call has not returned. */
function isLeftOpen(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[end - 1] !== MORE) return false;
  return endsWith(bytes, start, end, '<unfinished ...>') || endsWith(bytes, start, end, '<detached ...>');
}
