import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { decodeText, startsWith } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, readLines } from './lineReader.ts';
import { MemoryTicks } from './memoryTicks.ts';

const MAGIC = 'heatline-memory ';
/** KiB of one process; no machine has more. */
const MOST_KIB = 2 ** 42;

/**
 * What our own watcher of memory writes (src/profilers/agents/memory.ts): text, one record a line, only ever appended to, so that a killed watcher leaves a
 * readable file. A process's name comes again when it has become another program; the last one counts. Sizes are KiB, -1 unknown.
 *
 *     heatline-memory 1
 *     h {"tool", "pid", "argv", "start_unix_ms", "interval_ms", "attached"}
 *     p <process> <parent's process or -1> <pid> "name"
 *     s <us since the start> {<process> <rss> <pss> <uss> <swap>}...
 *     w "warning"
 *     e {"duration_us", "spent_us", "exit", "signal", "watched"}
 */
export const memorySamples: Format = {
  id: 'heatline-memory',
  label: 'Heatline memory of processes',
  names: ['*.heatline-memory'],
  sniff: (head) => startsWith(head, 0, head.length, MAGIC),
  read: readMemory,
};

async function readMemory(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const [input, another] = inputs;
  if (another) throw new FormatError(another.name, 'line 1', 'one file: processes of several recordings have no common time');
  const builder = new ProfileBuilder();
  const parser = new MemoryParser(builder, input.name);
  const reader = new LineReader((line, start, end) => parser.parse(reader, decodeText(line, start, end)), input.name);
  await readLines(input, reader, options);
  if (reader.lineNumber === 0) throw new FormatError(input.name, 'line 1', `"${MAGIC}1"`, '');
  if (!parser.end) builder.truncated(`${input.name}: the recording has no end, for it was killed; what was seen until then is here`);
  return builder.finish(parser.ticks.write(builder, parser.header, parser.end ?? {}));
}

type Json = Readonly<Record<string, unknown>>;

class MemoryParser {
  readonly ticks = new MemoryTicks();
  header: Json = {};
  end: Json | undefined;
  private magicSeen = false;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string) {}

  parse(reader: LineReader, line: string): void {
    const bad = (expected: string): never => {
      throw new FormatError(this.name, `line ${reader.lineNumber}`, expected, line);
    };
    if (!this.magicSeen) {
      if (line !== `${MAGIC}1`) bad(`"${MAGIC}1"`);
      this.magicSeen = true;
      return;
    }
    // A torn line may look whole and yet have lost digits.
    if (line === '' || (reader.torn && !/^e \{.*\}$/.test(line))) return;
    const rest = line.slice(2);
    if (line[1] !== ' ') bad('a record');
    switch (line[0]) {
      case 'h': this.header = record(rest) ?? bad('facts as JSON'); return;
      case 'e': this.end = record(rest) ?? bad('facts as JSON'); return;
      case 'w': this.builder.warn(text(rest) ?? bad('a text as JSON')); return;
      case 'p': return this.process(rest, bad);
      case 's': return this.sizes(rest, bad);
      default: bad('a record of the letters h, p, s, w and e');
    }
  }

  private process(rest: string, bad: (expected: string) => never): void {
    const fields = /^(\d{1,9}) (-1|\d{1,9}) (\d{1,9}) (".*")$/.exec(rest) ?? bad('process, parent, pid and name');
    const name = text(fields[4]) ?? bad('a name as JSON');
    if (!this.ticks.process(Number(fields[1]), Number(fields[2]), Number(fields[3]), name)) bad('processes in order, each after its parent');
  }

  private sizes(rest: string, bad: (expected: string) => never): void {
    const numbers = rest.split(' ').map((word) => (/^(?:-1|\d{1,16})$/.test(word) ? Number(word) : NaN));
    if (numbers.length % 5 !== 1 || numbers.some((value) => !(value >= -1))) bad('a time, and process and four sizes for each');
    for (let at = 1; at < numbers.length; at += 5) {
      if (!this.ticks.knows(numbers[at])) bad('a process that was named before');
      if (numbers.slice(at + 1, at + 5).some((size) => size > MOST_KIB)) bad('sizes in KiB');
    }
    if (!this.ticks.add(numbers)) bad('a time not before the last one');
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function record(json: string): Json | undefined {
  const value = parsed(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function text(json: string): string | undefined {
  const value = parsed(json);
  return typeof value === 'string' ? value : undefined;
}
