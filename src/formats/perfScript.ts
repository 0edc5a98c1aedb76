import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import type { Format, Input, PieceEnd, PiecePlace, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, firstLines, readLines } from './lineReader.ts';
import { lostWarning } from './perfLost.ts';
import { nanosecondsBetween, PerfScriptParser, type PerfTime } from './perfScriptParser.ts';

const NEWLINE = 10;
const SPACE = 32;
const HASH = 35;

/** What to give `perf script -F`: all that this reader uses, and nothing that some perf or event lacks. */
export const PERF_SCRIPT_FIELDS = 'comm,pid,tid,time,event,period,ip,sym,dso';

/**
 * Arguments of perf that print a recording for this reader. Without `--no-inline` perf resolves inlined frames itself, and is
 * many times slower; the addresses are resolved afterwards, all at once.
 */
export const PERF_SCRIPT_ARGUMENTS: readonly string[] = ['script', '--no-inline', '--ns', '--show-lost-events', '-F', PERF_SCRIPT_FIELDS];

const EVENT_LINE = /^\s*(?:\S.*?\s+)?\d+(?:\/\d+)?(?:\s+\[\d+\])?(?:\s+[A-Za-z.]{1,8})?\s+\d+\.\d{6,9}:\s+(?:\d+\s+)?(?:[^\s:]\S*:(?:\s|$)|PERF_RECORD_)/;

/**
 * The text of `perf script`: a line for each sample, then its frames, innermost first, then an empty line. Reads the fields
 * of PERF_SCRIPT_FIELDS and the default layouts of perf 4 to 6. Each event is weighted by its period.
 */
export const perfScript: Format = {
  id: 'perf-script',
  label: 'perf script',
  names: [],
  sniff: (head) => firstLines(head, 300).some((line) => EVENT_LINE.test(line.slice(0, 300))),
  read: readPerfScript,
  pieces: { boundary, read: readPiece, timeShift, finish: finishPieces },
};

async function readPerfScript(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  builder.keepSamples = options?.samples ?? true;
  let bytes = 0;
  let meta: ProfileMeta | undefined;
  for (const input of inputs) {
    let own = 0;
    const before = bytes;
    const progress = (done: number) => options?.progress?.(before + (own = done));
    const end = await readPiece(input, builder, WHOLE, { progress });
    bytes += own;
    const facts = finishPieces(builder, input.name, [end!], inputs.length === 1);
    meta ??= facts;
  }
  return builder.finish(meta!);
}

const WHOLE: PiecePlace = { first: true, last: true };

/** What a piece knows that its samples do not tell. */
interface PerfPiece {
  readonly header: ReadonlyMap<string, string>;
  /** Time of the first sample; seconds are NaN when no sample has a time. */
  readonly origin: PerfTime;
  /** Nanoseconds from there to the latest sample. */
  readonly duration: number;
  /** Events that perf says it lost. */
  readonly lost: number;
  /** Line in which the input was cut off; 0 when it was not. */
  readonly cutAt: number;
}

async function readPiece(input: Input, builder: ProfileBuilder, place: PiecePlace, options?: ReadOptions): Promise<PieceEnd | undefined> {
  const parser = new PerfScriptParser(builder, input.name, () => reader);
  const reader: LineReader = new LineReader((line, start, end) => parser.parse(line, start, end), input.name, parser);
  try {
    await readLines(input, reader, options);
  } catch (error) {
    if (!(error instanceof FormatError) || !reader.torn) throw error;
    parser.markTorn();
  }
  if (reader.torn && !place.first && !parser.anyObject) return undefined;
  const cutAt = parser.finish(reader.torn);
  const { header, origin, duration, lost } = parser;
  return { lines: reader.lineNumber, state: { header, origin, duration, lost, cutAt } satisfies PerfPiece };
}

const piecesOf = (ends: readonly PieceEnd[]) => ends.map(({ state }) => state as PerfPiece);

/** Nanoseconds from the first sample of the whole to the first one of the last piece. */
function timeShift(ends: readonly PieceEnd[], index: number): number {
  const origins = piecesOf(ends).map(({ origin }) => origin);
  const start = origins.find(({ second }) => !Number.isNaN(second));
  const own = origins[index];
  return start === undefined || Number.isNaN(own.second) ? 0 : nanosecondsBetween(start, own);
}

function finishPieces(builder: ProfileBuilder, name: string, ends: readonly PieceEnd[], alone = true): ProfileMeta {
  const pieces = piecesOf(ends);
  const header = new Map<string, string>();
  let duration = 0;
  let lines = 0;
  pieces.forEach((piece, index) => {
    for (const [key, value] of piece.header) if (!header.has(key) && header.size < 100) header.set(key, value);
    duration = Math.max(duration, timeShift(ends, index) + piece.duration);
    if (piece.cutAt > 0) builder.truncated(`${name} was cut off at line ${lines + piece.cutAt}; the samples until there are shown`);
    lines += ends[index].lines;
  });
  const lost = pieces.reduce((sum, piece) => sum + piece.lost, 0);
  if (lost > 0) builder.warn(lostWarning(lost));
  if (alone && builder.sampleCount === 0) throw new FormatError(name, `line ${lines}`, 'at least one sample, but the text has none');
  return metaOf(header, duration);
}

/**
 * The first start of a line that is an event's: whatever stood before it, it ends the sample before it. (Not a line that begins
 * with a mark of byte order, which would be taken for one at the start of a piece.)
 */
function boundary(bytes: Uint8Array, from: number): number {
  for (let newline = bytes.indexOf(NEWLINE, Math.max(0, from - 1)); newline >= 0; newline = bytes.indexOf(NEWLINE, newline + 1)) {
    const start = newline + 1;
    if (start >= bytes.length || bytes[start] <= SPACE || bytes[start] >= 128 || bytes[start] === HASH) continue;
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return -1;
    if (EVENT_LINE.test(decodeText(bytes, start, Math.min(end, start + 300)))) return start;
  }
  return -1;
}

function metaOf(header: ReadonlyMap<string, string>, duration: number): ProfileMeta {
  const command = header.get('cmdline');
  const version = header.get('perf version');
  const facts: (readonly [string, string])[] = [];
  for (const [key, label] of [['hostname', 'Host'], ['os release', 'Kernel'], ['cpudesc', 'Processor'], ['captured on', 'Recorded on']]) {
    const value = header.get(key);
    if (value) facts.push([label, value]);
  }
  return {
    format: 'perf-script',
    tool: version ? `perf ${version}` : 'perf',
    ...(command === undefined ? {} : { command }),
    ...(duration > 0 ? { duration } : {}),
    facts,
  };
}
