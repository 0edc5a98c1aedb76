import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import { CollapsedParser } from './collapsedParser.ts';
import type { Format, Input, PieceEnd, PiecePlace, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, firstLines, readLines } from './lineReader.ts';

const NAMES = /\.(?:folded|collapsed)(?:\.gz)?$/i;
const STACK_LINE = /^[^\0]*[ \t]-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;

/**
 * Collapsed ("folded") stacks, as FlameGraph's stackcollapse scripts, py-spy, async-profiler, bpftrace and many others write them: a
 * line for each stack, its frames from the outermost inwards with `;` between, a space, and a count. Two counts on every line are
 * two profiles, from difffolded.pl. Source: FlameGraph's README.md, flamegraph.pl and difffolded.pl.
 */
export const collapsed: Format = {
  id: 'collapsed',
  label: 'collapsed stacks',
  names: ['*.folded', '*.collapsed'],
  sniff: sniffCollapsed,
  read: readCollapsed,
  pieces: { boundary, read: readPiece, finish: finishPieces },
};

/** There is no mark to know this format by: nearly every line must be a stack, and one of them deeper than a frame. */
function sniffCollapsed(head: Uint8Array, name: string): boolean {
  const lines = firstLines(head, 400).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const named = NAMES.test(name);
  if (lines.length === 0) return named && head.length > 0;
  const good = lines.filter((line) => STACK_LINE.test(line)).length;
  // A stack of thousands of frames may be longer than the head.
  if (lines.length === 1 && good === 0) return head.length > 30_000 && head.indexOf(10) < 0 && !head.includes(0) && lines[0].split(';', 101).length > 100;
  return good >= lines.length * (named ? 0.5 : 0.95) && (named || lines.some((line) => line.includes(';')));
}

/** What a piece knows that its stacks do not tell. */
interface CollapsedPiece {
  readonly stacks: number;
  /** Line in which the input was cut off; 0 when it was not. */
  readonly cutAt: number;
}

async function readCollapsed(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  let bytes = 0;
  let meta: ProfileMeta | undefined;
  for (const input of inputs) {
    const before = bytes;
    const progress = (done: number) => options?.progress?.((bytes = before + done));
    const end = await readPiece(input, builder, { first: true, last: true }, { progress });
    if (end) meta = finishPieces(builder, input.name, [end]);
  }
  return builder.finish(meta ?? { format: 'collapsed' });
}

async function readPiece(input: Input, builder: ProfileBuilder, place: PiecePlace, options?: ReadOptions): Promise<PieceEnd | undefined> {
  const parser = new CollapsedParser(builder, input.name, () => reader);
  const reader: LineReader = new LineReader((line, start, end) => parser.line(line, start, end), input.name);
  await readLines(input, reader, options);
  parser.finish();
  // The first lines of the whole tell whether every line has two counts.
  if (parser.isDifferential && !(place.first && place.last)) return undefined;
  return { lines: reader.lineNumber, state: { stacks: parser.stacks, cutAt: parser.cutAt } satisfies CollapsedPiece };
}

function finishPieces(builder: ProfileBuilder, name: string, ends: readonly PieceEnd[]): ProfileMeta {
  let lines = 0;
  let stacks = 0;
  for (const { lines: own, state } of ends) {
    const piece = state as CollapsedPiece;
    if (piece.cutAt > 0) builder.truncated(`${name} was cut off in line ${lines + piece.cutAt}; the stacks until there are shown`);
    lines += own;
    stacks += piece.stacks + piece.cutAt;
  }
  if (stacks === 0) throw new FormatError(name, `line ${Math.max(lines, 1)}`, 'a stack and its count, but the text has none');
  return { format: 'collapsed' };
}

/** Any start of a line will do. (Not of one that begins with a mark of byte order, which would be taken for one at the start of a piece.) */
function boundary(bytes: Uint8Array, from: number): number {
  for (let newline = bytes.indexOf(10, Math.max(0, from - 1)); newline >= 0; newline = bytes.indexOf(10, newline + 1)) {
    if (newline + 1 < bytes.length && bytes[newline + 1] < 128) return newline + 1;
  }
  return -1;
}
