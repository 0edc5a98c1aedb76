import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, readLines } from './lineReader.ts';
import { StraceParser } from './straceParser.ts';
import { traceKind } from './traceKind.ts';

/**
 * What strace prints: traces with any of its options (`-f -ff -t -tt -ttt -r -T -i -n -y -k`), summaries (`-c`), and traces with
 * their summary (`-C`). Each call that returned is a sample of the time printed for it, of one call and of one error or none, as
 * `strace -c` counts; with `-k` the stack that led to it is its stack. Memory asked from the kernel and bytes read and written
 * are series. Several inputs are the files of one `-ff` run.
 */
export const strace: Format = {
  id: 'strace',
  label: 'strace',
  names: ['*.strace'],
  sniff: (head) => traceKind(head) === 'strace',
  read: readStrace,
};

async function readStrace(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const parser = new StraceParser(builder, inputs[0].name);
  let bytes = 0;
  for (const input of inputs) {
    parser.begin(input.name, inputs.length > 1);
    const reader = new LineReader((line, start, end) => parser.parse(reader, line, start, end), input.name);
    bytes = await readLines(input, reader, options, bytes).catch((error: unknown) => {
      if (!(error instanceof FormatError) || !reader.torn) throw error;
      builder.truncated(`${input.name} was cut off at line ${reader.lineNumber}; what was read until there is shown`);
      return bytes;
    });
    parser.finish();
    if (parser.table.open) builder.truncated(`${input.name} was cut off at line ${reader.lineNumber}: the summary lacks its total`);
    if (parser.known === 0 && parser.table.rows.length === 0 && inputs.length === 1) {
      throw new FormatError(input.name, `line ${Math.max(reader.lineNumber, 1)}`, 'a line of strace, but the text has none');
    }
  }
  parser.write(inputs.length === 1);
  if (parser.returned === 0 && parser.table.rows.length === 0) builder.warn('no system call returned in this trace');
  if (parser.returned > 0 && parser.foreign > 0) builder.warn(`${parser.foreign} lines are not strace's (what the program itself printed?) and were left out`);
  return builder.finish(metaOf(parser));
}

function metaOf(parser: StraceParser): ProfileMeta {
  const { clock, command, duration, exit, signals, tasks } = parser;
  const facts: (readonly [string, string])[] = [];
  if (exit !== undefined) facts.push(['Ended', exit]);
  if (tasks.count > 1) facts.push(['Threads', String(tasks.count)]);
  if (signals.size > 0) facts.push(['Signals', [...signals].map(([name, count]) => (count > 1 ? `${name} (${count})` : name)).join(', ')]);
  facts.push(...parser.standsOut());
  const pid = tasks.initial?.process.pid ?? 0;
  return {
    format: 'strace',
    tool: 'strace',
    ...(command === undefined ? {} : { command }),
    ...(Number.isNaN(clock.startTime) ? {} : { startTime: clock.startTime }),
    ...(duration > 0 ? { duration } : {}),
    ...(pid > 0 ? { pid } : {}),
    facts,
  };
}
