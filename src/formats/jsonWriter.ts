import { FunctionKind, isEstimated, type CallGraph, type Finding, type Profile, type Snapshot } from '../core/profile.ts';
import type { Writer } from './format.ts';

/** Version of the form that is documented at `jsonWriter`. Additions keep it; anything that would break a reader raises it. */
export const JSON_VERSION = 1;

type Numbers = Int32Array | Float64Array | Uint8Array;

/** Numbers and texts are written this many at a time, so that no piece is large. */
const PIECE = 4096;

const KIND_NAMES: readonly string[] = Object.entries(FunctionKind).sort((a, b) => a[1] - b[1]).map(([name]) => name.toLowerCase());

/**
 * A profile in full, as a table of columns for each kind of thing; a row's number is what other tables call it by. One object:
 *
 * - `version` (1), `generator`; `meta`: `format`, and what is known of `tool`, `command`, `startTime` (ms since 1970), `duration` (ns),
 *   `pid`, `frequency` (samples a second), `facts` ([label, value] pairs)
 * - `title`: what the profile is called; absent when nobody said
 * - `events`: [{`name`, `unit`, `label`?, `total`}]; `defaultEvent`: row of the one that is shown first. Units: seconds, milliseconds,
 *   microseconds, nanoseconds, bytes, instructions, count. Costs are in the unit of their event
 * - `estimated`: flame graphs are estimates, for the tool recorded calls and not stacks; `truncated`: the input ended too early;
 *   `warnings`: [text]
 * - `threads`: [{`pid`, `tid`, `name`}]
 * - `strings`: [text]; the columns `name`, `file` and `object` below hold rows of it, -1 where unknown
 * - `functions`: `length`, `name`, `file`, `object` (binary or library), `line` (first line, 1-based, 0 unknown), `kind` (text: unknown, native,
 *   kernel, python, builtin, go)
 * - `frames`: `length`, `function` (row), `file`, `line`, `column` (1-based, 0 unknown), `address` (-1 unknown), `inlined` (0 or 1)
 * - `stacks`: `length`, `parent` (row of the caller's stack, always before its callees; -1 outermost), `frame` (row), `depth`, `self`: for each
 *   event a column of self costs
 * - `samples`: null, or `length`, `stack`, `thread` (rows; thread -1 unknown), `time` (ns since the start, null unknown), `weights`: a column for each event
 * - `callGraph`: null, or `lines` {`length`, `function`, `file`, `line`, `self`: a column for each event}, `edges` {`length`, `caller`, `callee`, `file`,
 *   `line`, `calls`, `total`: a column for each event}, and where the tool counted them itself, by function: `totals`, `calls`, `primitiveCalls`; else null
 * - `seriesAxis`: null, or {`label`, `unit`} of x; `series`: [{`name`, `unit`, `label`?, `step`? (true: a value holds until the next point),
 *   `x`, `y`}]; `snapshots`: [{`x`, `name`, `isPeak`, `event`, `stack`, `weight`}]
 * - `findings`: [{`kind`, `message`, `severity`, `count`, `bytes`, `thread`, `stacks`: [{`label`, `frames`: rows, innermost first}]}]
 *
 * Numbers that JSON has no form for (NaN, infinities) are null. The same profile gives the same bytes.
 */
export const jsonWriter: Writer = {
  id: 'json',
  label: 'JSON',
  extension: '.json',
  * write(profile, { title }) {
    yield `{"version":${JSON_VERSION},"generator":"Heatline",\n"meta":${JSON.stringify(profile.meta)},\n`;
    if (title !== undefined) yield `"title":${JSON.stringify(title)},\n`;
    yield `"events":${JSON.stringify(profile.events.map(({ name, unit, label }, row) => ({ name, unit, label, total: profile.totals[row] })))},\n`;
    yield `"defaultEvent":${profile.defaultEvent},"estimated":${isEstimated(profile)},"truncated":${profile.truncated},\n`;
    yield* list('warnings', profile.warnings, (text) => JSON.stringify(text));
    yield* list('threads', profile.threads, ({ pid, tid, name }) => JSON.stringify({ pid, tid, name }));
    yield* list('strings', profile.strings, (text) => JSON.stringify(text));
    yield* tables(profile);
    yield* callGraph(profile.graph);
    yield `"seriesAxis":${JSON.stringify(profile.seriesAxis)},\n"series":[`;
    for (const [row, { x, y, ...facts }] of profile.series.entries()) {
      yield `${row === 0 ? '\n' : ',\n'}${JSON.stringify(facts).slice(0, -1)}`;
      yield* object({ x, y }, ',');
    }
    yield '],\n"snapshots":[';
    for (const [row, snapshot] of profile.snapshots.entries()) yield* snapshotText(snapshot, row === 0 ? '\n' : ',\n');
    yield '],\n"findings":[';
    for (const [row, finding] of profile.findings.entries()) yield* findingText(finding, row === 0 ? '\n' : ',\n');
    yield ']}\n';
  },
};

function* tables(profile: Profile): Iterable<string> {
  const { functions, frames, stacks, samples, stackSelf } = profile;
  yield `"functions":{"length":${functions.length}`;
  yield* columns({ name: functions.name, file: functions.file, object: functions.object, line: functions.line }, ',\n');
  yield ',\n"kind":';
  yield* joined(functions.kind, (kind) => JSON.stringify(KIND_NAMES[kind] ?? KIND_NAMES[0]));
  yield `},\n"frames":{"length":${frames.length}`;
  yield* columns({
    function: frames.func, file: frames.file, line: frames.line, column: frames.column, address: frames.address, inlined: frames.inlined,
  }, ',\n');
  yield `},\n"stacks":{"length":${stacks.length}`;
  yield* columns({ parent: stacks.parent, frame: stacks.frame, depth: stacks.depth }, ',\n');
  yield* perEvent('self', stackSelf);
  yield '},\n';
  if (!samples) {
    yield '"samples":null,\n';
    return;
  }
  yield `"samples":{"length":${samples.length}`;
  yield* columns({ stack: samples.stack, thread: samples.thread, time: samples.time }, ',\n');
  yield* perEvent('weights', samples.weights);
  yield '},\n';
}

function* callGraph(graph: CallGraph | null): Iterable<string> {
  if (!graph) {
    yield '"callGraph":null,\n';
    return;
  }
  const { lines, edges } = graph;
  yield `"callGraph":{"lines":{"length":${lines.length}`;
  yield* columns({ function: lines.func, file: lines.file, line: lines.line }, ',\n');
  yield* perEvent('self', lines.cost);
  yield `},\n"edges":{"length":${edges.length}`;
  yield* columns({ caller: edges.caller, callee: edges.callee, file: edges.file, line: edges.line, calls: edges.calls }, ',\n');
  yield* perEvent('total', edges.cost);
  yield '}';
  if (graph.total) yield* perEvent('totals', graph.total);
  else yield ',\n"totals":null';
  yield* columns({ calls: graph.calls, primitiveCalls: graph.primitiveCalls }, ',\n');
  yield '},\n';
}

function* snapshotText({ x, name, isPeak, event, stack, weight }: Snapshot, before: string): Iterable<string> {
  yield `${before}{"x":${numberText(x)},"name":${JSON.stringify(name)},"isPeak":${isPeak},"event":${event}`;
  yield* object({ stack, weight }, ',');
}

function* findingText({ kind, message, severity, count, bytes, thread, stacks }: Finding, before: string): Iterable<string> {
  yield `${before}${JSON.stringify({ kind, message, severity, count, bytes, thread }).slice(0, -1)},"stacks":[`;
  for (const [at, { label, frames }] of stacks.entries()) {
    yield `${at === 0 ? '' : ','}{"label":${JSON.stringify(label)}`;
    yield* object({ frames }, ',');
  }
  yield ']}';
}

/** The rest of an object: `before` and a name in front of each column, and the closing brace. */
function* object(named: Readonly<Record<string, Numbers | null>>, before: string): Iterable<string> {
  yield* columns(named, before);
  yield '}';
}

function* columns(named: Readonly<Record<string, Numbers | null>>, before: string): Iterable<string> {
  for (const [name, column] of Object.entries(named)) {
    yield `${before}"${name}":`;
    if (column) yield* joined(column, numberText);
    else yield 'null';
  }
}

function* perEvent(name: string, all: readonly Float64Array[]): Iterable<string> {
  yield `,\n"${name}":[`;
  for (const [event, column] of all.entries()) {
    if (event > 0) yield ',\n';
    yield* joined(column, numberText);
  }
  yield ']';
}

function* list<T>(name: string, rows: readonly T[], textOf: (row: T) => string): Iterable<string> {
  yield `"${name}":[`;
  for (const [at, row] of rows.entries()) yield (at === 0 ? '\n' : ',\n') + textOf(row);
  yield '],\n';
}

function* joined(column: Numbers, textOf: (value: number) => string): Iterable<string> {
  yield '[';
  for (let from = 0; from < column.length; from += PIECE) {
    const texts: string[] = [];
    for (const value of column.subarray(from, from + PIECE)) texts.push(textOf(value));
    yield (from === 0 ? '' : ',') + texts.join(',');
  }
  yield ']';
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}
