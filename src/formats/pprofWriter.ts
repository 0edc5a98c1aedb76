import { FloatColumn, TupleTable } from '../core/columns.ts';
import type { Profile } from '../core/profile.ts';
import { nanosecondsPer } from '../core/quantities.ts';
import type { Writer } from './format.ts';
import { stacksOfGraph } from './pprofGraph.ts';
import { PprofLocations } from './pprofLocations.ts';
import { FairRounding, wholeNumbers } from './pprofTypes.ts';
import { ProtobufWriter } from './protobufWriter.ts';

/** Output is handed on in pieces of about this size. */
const PIECE_BYTES = 1 << 16;

/**
 * profile.proto as `go tool pprof` reads it. One sample for each stack, or for each stack and thread where samples know their
 * thread (labels `thread id`, `thread name`, `process id`); inlined frames are lines of one location.
 * Source: github.com/google/pprof, proto/profile.proto.
 */
export const pprofWriter: Writer = {
  id: 'pprof',
  label: 'pprof',
  extension: '.pb.gz',
  gzip: true,
  losses,
  write: writePprof,
};

function losses(profile: Profile): readonly string[] {
  const lost: string[] = [];
  const { graph, frames, functions, samples } = profile;
  if (graph) {
    if (profile.stacks.length === 0) lost.push('exact callers: the cost of each function and line is exact, the stacks above it are estimated');
    lost.push('the numbers of calls');
  }
  const rounded = profile.events.filter((_, event) => wholeNumbers(profile, event).rounded);
  if (rounded.length > 0) lost.push(`fractions (${rounded.map(({ name, unit }) => `${name} is rounded to whole ${nanosecondsPer(unit) ? 'nanoseconds' : 'numbers'}`).join(', ')}; totals are kept)`);
  if (samples?.time.some((time) => !Number.isNaN(time))) lost.push('when each sample was taken');
  if (samples && !usesThreads(profile) && profile.threads.length > 0) lost.push('the threads of samples');
  if (frames.file.some((file, frame) => file !== functions.file[frames.func[frame]])) lost.push('one function in several files: it is written as one for each file');
  if (profile.series.length > 0) lost.push('values over time');
  if (profile.findings.length > 0) lost.push('findings');
  return lost;
}

/** Whether samples tell their threads and are all there is of the weights. */
function usesThreads(profile: Profile): boolean {
  const { samples } = profile;
  if (!samples?.thread.some((thread) => thread >= 0)) return false;
  return profile.totals.every((total, event) => {
    const sum = samples.weights[event].reduce((all, weight) => all + weight, 0);
    // Sums of fractions depend on their order; whole numbers must agree.
    return Math.abs(sum - total) <= (Number.isInteger(sum) && Number.isInteger(total) ? 0 : Math.abs(total) * 1e-9);
  });
}

/** Numbers of the strings of the file; the profile's own are looked up by their index. */
class Strings {
  readonly list = [''];
  private readonly known = new Map([['', 0]]);
  private readonly rows: Int32Array;

  constructor(private readonly profile: Profile) {
    this.rows = new Int32Array(profile.strings.length).fill(-1);
  }

  number(value: string): number {
    let number = this.known.get(value);
    if (number === undefined) this.known.set(value, (number = this.list.push(value) - 1));
    return number;
  }

  /** The number of a string of the profile; 0 for -1. */
  row(index: number): number {
    if (index < 0) return 0;
    if (this.rows[index] < 0) this.rows[index] = this.number(this.profile.strings[index]);
    return this.rows[index];
  }
}

function* writePprof(given: Profile): Iterable<Uint8Array> {
  const profile = given.stacks.length === 0 && given.graph ? stacksOfGraph(given) : given;
  const out = new ProtobufWriter();
  const message = new ProtobufWriter();
  const scratch = new ProtobufWriter();
  const strings = new Strings(profile);
  const numbers = profile.events.map((_, event) => wholeNumbers(profile, event));
  for (const [event, { name }] of profile.events.entries()) {
    message.int(1, strings.number(name));
    message.int(2, strings.number(numbers[event].unit));
    out.message(1, message);
  }

  const locations = new PprofLocations(profile);
  const rounding = numbers.map(() => new FairRounding());
  const keys = { id: strings.number('thread id'), name: strings.number('thread name'), process: strings.number('process id') };
  const values = numbers.map(() => 0);
  for (const { stack, thread, weights } of weighed(profile)) {
    let any = false;
    for (let event = 0; event < values.length; event++) {
      values[event] = rounding[event].next(weights[event] * numbers[event].factor);
      any ||= values[event] !== 0;
    }
    if (!any) continue;
    const path = locations.path(stack);
    message.ints(1, path.ids, path.count, scratch);
    message.ints(2, values, values.length, scratch);
    if (thread >= 0) {
      const { tid, pid, name } = profile.threads[thread];
      const label = (key: number, field: number, value: number) => {
        if (value === 0) return;
        scratch.int(1, key);
        scratch.int(field, value);
        message.message(3, scratch);
      };
      label(keys.id, 3, tid);
      label(keys.name, 2, strings.number(name));
      label(keys.process, 3, pid);
    }
    out.message(2, message);
    if (out.length > PIECE_BYTES) yield out.take();
  }

  for (const [row, { object, limit, hasFunctions, hasFiles, hasLines, hasInlined }] of locations.mappings().entries()) {
    message.int(1, row + 1);
    message.bigint(3, limit);
    message.int(5, strings.row(object));
    for (const [index, flag] of [hasFunctions, hasFiles, hasLines, hasInlined].entries()) message.int(7 + index, flag ? 1 : 0);
    out.message(3, message);
  }
  for (const { id, mapping, address, lines } of locations.all()) {
    message.int(1, id);
    message.int(2, mapping);
    message.int(3, address);
    for (const line of lines) {
      scratch.int(1, line.function);
      scratch.int(2, line.line);
      scratch.int(3, line.column);
      message.message(4, scratch);
    }
    out.message(4, message);
    if (out.length > PIECE_BYTES) yield out.take();
  }
  for (const [row, { name, file, line }] of locations.functions().entries()) {
    message.int(1, row + 1);
    message.int(2, strings.row(name));
    message.int(3, strings.row(name));
    message.int(4, strings.row(file));
    message.int(5, line);
    out.message(5, message);
    if (out.length > PIECE_BYTES) yield out.take();
  }

  const { meta } = profile;
  const shown = profile.events.length > 0 ? profile.events[profile.defaultEvent] : undefined;
  const comments = [meta.tool && `tool: ${meta.tool}`, meta.command && `command: ${meta.command}`, ...(meta.facts ?? []).filter(([label]) => label === 'Comment').map(([, value]) => value)];
  const commentNumbers = comments.filter((comment) => comment !== undefined && comment !== '').map((comment) => strings.number(comment ?? ''));
  const defaultType = shown ? strings.number(shown.name) : 0;
  if (meta.frequency && shown && nanosecondsPer(shown.unit)) {
    message.int(1, strings.number(shown.name));
    message.int(2, strings.number('nanoseconds'));
    out.message(11, message);
    out.int(12, Math.round(1e9 / meta.frequency));
  }
  for (const string of strings.list) {
    out.string(6, string);
    if (out.length > PIECE_BYTES) yield out.take();
  }
  // Milliseconds with a fraction: whole nanoseconds are beyond what a double holds.
  if (meta.startTime) out.bigint(9, BigInt(Math.round(meta.startTime * 1000)) * 1000n);
  if (meta.duration && meta.duration > 0) out.int(10, Math.round(meta.duration));
  if (commentNumbers.length > 0) out.ints(13, commentNumbers, commentNumbers.length, scratch);
  out.int(14, defaultType);
  yield out.take();
}

/** Every stack with weight, or every stack and thread. The array of weights is the same each time. */
function* weighed(profile: Profile): Iterable<{ stack: number; thread: number; weights: readonly number[] }> {
  const weights = profile.events.map(() => 0);
  const { samples } = profile;
  if (!samples || !usesThreads(profile)) {
    for (let stack = 0; stack < profile.stacks.length; stack++) {
      let any = false;
      for (let event = 0; event < weights.length; event++) {
        weights[event] = profile.stackSelf[event][stack];
        any ||= weights[event] !== 0;
      }
      if (any) yield { stack, thread: -1, weights };
    }
    return;
  }
  const pairs = new TupleTable(2);
  const sums = weights.map(() => new FloatColumn());
  for (let row = 0; row < samples.length; row++) {
    const pair = pairs.internPair(samples.stack[row], samples.thread[row]);
    for (let event = 0; event < sums.length; event++) sums[event].add(pair, samples.weights[event][row]);
  }
  const [stacks, threads] = pairs.columns.map((column) => column.data);
  for (let pair = 0; pair < pairs.length; pair++) {
    for (let event = 0; event < sums.length; event++) weights[event] = sums[event].data[pair];
    yield { stack: stacks[pair], thread: threads[pair], weights };
  }
}
