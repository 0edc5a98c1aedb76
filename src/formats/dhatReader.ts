import { ProfileBuilder } from '../core/builder.ts';
import { FloatColumn, IntColumn } from '../core/columns.ts';
import type { EventInfo, Profile, ProfileMeta, Unit } from '../core/profile.ts';
import { FunctionKind } from '../core/profile.ts';
import { FormatError } from './format.ts';
import { JsonReader } from './jsonReader.ts';
import { parseValgrindFrame, ValgrindFrames } from './valgrindFrames.ts';

const VERSION = 2;
const MAX_FRAME = 0x7ffffffe;

/** Keys of a program point that add up, with the event they are: its name, and whether it counts bytes (or what stands for them) or blocks. */
const COSTS: readonly { readonly key: string; readonly name: string; readonly label: string; readonly counts: 'bytes' | 'blocks' }[] = [
  { key: 'tb', name: 'total', label: 'in all', counts: 'bytes' },
  { key: 'tbk', name: 'total', label: 'in all', counts: 'blocks' },
  { key: 'gb', name: 'at t-gmax', label: 'at the moment of highest use', counts: 'bytes' },
  { key: 'gbk', name: 'at t-gmax', label: 'at the moment of highest use', counts: 'blocks' },
  { key: 'eb', name: 'at t-end', label: 'at the end', counts: 'bytes' },
  { key: 'ebk', name: 'at t-end', label: 'at the end', counts: 'blocks' },
  { key: 'rb', name: 'reads', label: 'read', counts: 'bytes' },
  { key: 'wb', name: 'writes', label: 'written', counts: 'bytes' },
];
const COLUMN: ReadonlyMap<string, number> = new Map(COSTS.map(({ key }, column) => [key, column]));

/** The program points as columns: names of frames come behind them in the file. */
class ProgramPoints {
  readonly costs = COSTS.map(() => new FloatColumn());
  readonly seen = COSTS.map(() => false);
  /** Frames, innermost first, of all points; where those of each end; where each stands in the file. */
  readonly frames = new IntColumn();
  readonly ends = new IntColumn();
  readonly places = new FloatColumn();

  read(json: JsonReader): void {
    const { frames, seen } = this;
    const start = frames.length;
    const values = COSTS.map(() => 0);
    let hasFrames = false;
    json.beginObject('a program point');
    const place = json.at;
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      const column = COLUMN.get(key);
      if (column !== undefined) {
        const at = json.at;
        const value = json.number(`a number of "${key}"`);
        if (!(Number.isInteger(value) && value >= 0 && value <= 2 ** 64)) json.fail(`a whole number of "${key}" below 2^64`, at);
        values[column] = value;
        seen[column] = true;
      } else if (key === 'fs') {
        hasFrames = true;
        frames.length = start;
        for (json.beginArray('the frames of a program point'); json.more();) frames.push(json.integer('the number of a frame', 0, MAX_FRAME));
      } else {
        json.skip();
      }
    }
    if (!hasFrames) json.fail('frames ("fs") in the program point', place);
    values.forEach((value, column) => this.costs[column].push(value));
    this.ends.push(frames.length);
    this.places.push(place);
  }
}

/**
 * Reads a DHAT file of version 2. A file that was cut keeps the program points until there; without the table at its end their frames have numbers
 * for names.
 * @throws FormatError with the byte
 */
export function readDhat(bytes: Uint8Array, name: string): Profile {
  const json = new JsonReader(bytes, name);
  const builder = new ProfileBuilder();
  const points = new ProgramPoints();
  const facts = new Map<string, string | number>();
  let table: string[] | undefined;
  let version: number | undefined;
  try {
    json.beginObject('a DHAT profile');
    for (let key = json.nextKey(); key !== undefined; key = json.nextKey()) {
      if (key === 'dhatFileVersion') {
        const at = json.at;
        version = json.number('the version of the file');
        if (version !== VERSION) json.fail(`version ${VERSION} of DHAT's files (valgrind 3.17 and later)`, at);
      } else if (key === 'pps') {
        for (json.beginArray('program points'); json.more();) points.read(json);
      } else if (key === 'ftbl') {
        table = [];
        for (json.beginArray('a table of frames'); json.more();) table.push(json.string('the text of a frame'));
      } else if (json.peekType() === 'string') {
        facts.set(key, json.string());
      } else if (json.peekType() === 'number') {
        facts.set(key, json.number());
      } else {
        json.skip();
      }
    }
    json.end();
    if (version === undefined) json.fail('"dhatFileVersion"', 0);
    if (!table && points.ends.length > 0) json.fail('a table of frames ("ftbl")', 0);
  } catch (error) {
    if (!json.cut || version === undefined || !(error instanceof FormatError)) throw error;
    builder.truncated(`${name} was cut off at byte ${bytes.length}; the program points until there are here${table ? '' : ', without the names of their functions'}`);
  }
  if (json.rounded) builder.warn('numbers above 2^53 occur and are rounded');
  addCosts(builder, points, facts, table, json.cut, (at) => json.fail('the number of a frame of the table', at));
  if (points.ends.length === 0) builder.warn('the file holds no program points: nothing was allocated, copied or reported');
  return builder.finish(metaOf(facts, points.ends.length));
}

/** Gives the points to the builder. `lenient`: frames that the table lacks, because the file was cut, get a number for a name. */
function addCosts(builder: ProfileBuilder, points: ProgramPoints, facts: ReadonlyMap<string, string | number>, table: readonly string[] = [], lenient: boolean, refuse: (at: number) => never): void {
  const bytesName = textOf(facts.get('bsu')) || 'bytes';
  const blocksName = textOf(facts.get('bksu')) || 'blocks';
  const events = COSTS.flatMap((cost, column) => (points.seen[column] || column < 2 ? [{ column, row: builder.event(eventOf(cost, bytesName, blocksName)) }] : []));
  const frames = new ValgrindFrames(builder);
  const known = new Map<number, number>();
  const frameOf = (index: number, point: number): number => {
    let frame = known.get(index);
    if (frame === undefined) {
      if (index >= table.length && !lenient) refuse(points.places.data[point]);
      frame = frames.define(index < table.length ? parseValgrindFrame(table[index])
        : { name: `frame ${index}`, file: '', line: 0, object: '', address: -1, kind: FunctionKind.Unknown });
      known.set(index, frame);
    }
    return frame;
  };
  let start = 0;
  for (let point = 0; point < points.ends.length; point++) {
    const end = points.ends.data[point];
    const list = Array.from(points.frames.data.subarray(start, end), (index) => frameOf(index, point));
    const first = frames.replacements(list, 0, list.length);
    let stack = -1;
    let outer = -1;
    for (let at = list.length - 1; at >= first; at--) {
      const frame = list[at];
      stack = builder.stack(stack, frames.row(frame, outer));
      outer = frame;
    }
    // Without a frame it is the root's.
    if (stack < 0) stack = builder.stack(-1, frames.row(frameOf(0, point), -1));
    for (const { column, row } of events) {
      const cost = points.costs[column].data[point];
      if (cost !== 0) builder.addSelf(stack, row, cost);
    }
    start = end;
  }
}

function eventOf({ name, label, counts }: (typeof COSTS)[number], bytesName: string, blocksName: string): EventInfo {
  const what = counts === 'bytes' ? bytesName : blocksName;
  const unit: Unit = counts === 'bytes' && bytesName === 'bytes' ? 'bytes' : 'count';
  const plain = name === 'reads' || name === 'writes';
  return { name: plain ? name : `${name} ${what}`, unit, label: `${what[0].toUpperCase()}${what.slice(1)} ${label}` };
}

function metaOf(facts: ReadonlyMap<string, string | number>, points: number): ProfileMeta {
  const list: [string, string][] = [];
  const mode = textOf(facts.get('mode'));
  const unit = textOf(facts.get('tu'));
  if (mode !== '') list.push(['Mode', mode]);
  list.push(['Program points', String(points)]);
  for (const [key, label] of [['tg', 'Time of the highest use (t-gmax)'], ['te', 'Time of the end (t-end)']] as const) {
    if (typeof facts.get(key) === 'number') list.push([label, `${facts.get(key)} ${unit}`.trimEnd()]);
  }
  const command = textOf(facts.get('cmd'));
  const pid = facts.get('pid');
  return {
    format: 'dhat', tool: 'dhat',
    ...(command === '' ? {} : { command }),
    ...(typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 ? { pid } : {}),
    facts: list,
  };
}

function textOf(value: string | number | undefined): string {
  return typeof value === 'string' ? value : '';
}
