import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { CollapsedParser } from './collapsedParser.ts';
import type { Format, Input, ReadOptions } from './format.ts';
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

async function readCollapsed(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  let bytes = 0;
  for (const input of inputs) {
    const parser = new CollapsedParser(builder, input.name, () => reader);
    const reader: LineReader = new LineReader((line, start, end) => parser.line(line, start, end), input.name);
    bytes = await readLines(input, reader, options, bytes);
    parser.finish();
    if (parser.stacks === 0 && !parser.cut) throw new FormatError(input.name, `line ${Math.max(reader.lineNumber, 1)}`, 'a stack and its count, but the text has none');
  }
  if (builder.events.length === 0) builder.event({ name: 'samples', unit: 'count', label: 'Samples' });
  return builder.finish({ format: 'collapsed' });
}
