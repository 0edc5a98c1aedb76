import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, readLines } from './lineReader.ts';
import { LtraceParser } from './ltraceParser.ts';
import { traceKind } from './traceKind.ts';

/**
 * What ltrace prints: traces with `-f -t -tt -ttt -r -T -i -S -x -l -C`, and summaries (`-c`). Each call that returned is a
 * sample; a call made while another one of its thread has not returned has that one as its caller, and the time of a call is
 * what is printed less that of the calls made from it. What malloc and its kin have given out is a series.
 */
export const ltrace: Format = {
  id: 'ltrace',
  label: 'ltrace',
  names: ['*.ltrace'],
  sniff: (head) => traceKind(head) === 'ltrace',
  read: readLtrace,
};

async function readLtrace(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const parser = new LtraceParser(builder, inputs[0].name);
  let bytes = 0;
  for (const input of inputs) {
    parser.begin(input.name);
    const reader = new LineReader((line, start, end) => parser.parse(reader, line, start, end), input.name);
    bytes = await readLines(input, reader, options, bytes).catch((error: unknown) => {
      if (!(error instanceof FormatError) || !reader.torn) throw error;
      builder.truncated(`${input.name} was cut off at line ${reader.lineNumber}; what was read until there is shown`);
      return bytes;
    });
    if (parser.table.open) builder.truncated(`${input.name} was cut off at line ${reader.lineNumber}: the summary lacks its total`);
    if (parser.known === 0 && parser.table.rows.length === 0 && inputs.length === 1) {
      throw new FormatError(input.name, `line ${Math.max(reader.lineNumber, 1)}`, 'a line of ltrace, but the text has none');
    }
  }
  parser.write(inputs.length === 1);
  if (parser.returned === 0 && parser.table.rows.length === 0) builder.warn('no call returned in this trace');
  if (parser.returned > 0 && parser.foreign > 0) builder.warn(`${parser.foreign} lines are not ltrace's (what the program itself printed?) and were left out`);
  return builder.finish(metaOf(parser));
}

function metaOf(parser: LtraceParser): ProfileMeta {
  const { clock, duration, exit, tasks } = parser;
  const facts: (readonly [string, string])[] = [];
  if (exit !== undefined) facts.push(['Ended', exit]);
  if (tasks.count > 1) facts.push(['Threads', String(tasks.count)]);
  facts.push(...parser.standsOut());
  const pid = tasks.initial?.process.pid ?? 0;
  return {
    format: 'ltrace',
    tool: 'ltrace',
    ...(Number.isNaN(clock.startTime) ? {} : { startTime: clock.startTime }),
    ...(duration > 0 ? { duration } : {}),
    ...(pid > 0 ? { pid } : {}),
    facts,
  };
}
