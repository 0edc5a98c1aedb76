import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { CachegrindParser } from './cachegrindParser.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, firstLines, readLines } from './lineReader.ts';

/**
 * Cachegrind's profile format: counts by line, no calls; also what cg_merge and cg_diff write, the latter with negative counts. Source: "Cachegrind
 * Profile Data File Format" in valgrind's cachegrind/docs/cg-manual.xml, cg_annotate. Several inputs add up, as with cg_merge.
 */
export const cachegrind: Format = {
  id: 'cachegrind',
  label: 'Cachegrind',
  names: ['cachegrind.out.*'],
  sniff(head) {
    // Callgrind's header lines are more; Xdebug calls files of callgrind's format cachegrind.out.*.
    let events = false;
    let command = false;
    for (const line of firstLines(head, 400)) {
      if (/^\s*(?:$|#(?! callgrind format))/.test(line)) continue;
      if (!events) {
        if (/^events:\s*\S/.test(line)) events = true;
        else if (/^cmd:/.test(line)) command = true;
        else if (!/^desc:/.test(line)) return false;
      } else if (/^(?:[a-eg-z]|f[a-z]=\(\d+\))/.test(line) && !/^summary:/.test(line)) return false;
    }
    return events && command;
  },
  read: readCachegrind,
};

async function readCachegrind(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const parsers: CachegrindParser[] = [];
  let bytes = 0;
  for (const input of inputs) {
    const parser = new CachegrindParser(builder, input.name);
    const reader = new LineReader((line, start, end) => parser.parse(line, start, end), input.name);
    parser.reader = reader;
    let cut = false;
    try {
      bytes = await readLines(input, reader, options, bytes);
    } catch (error) {
      if (!(error instanceof FormatError) || !reader.torn) throw error;
      cut = true;
    }
    if (!parser.started) throw new FormatError(input.name, `line ${Math.max(reader.lineNumber, 1)}`, 'an "events:" line, but the file ends');
    // Every file ends with the sum of its counts.
    cut ||= !parser.summed;
    const difference = parser.finish();
    if (cut || (difference && reader.torn)) builder.truncated(`${input.name} was cut off at line ${reader.lineNumber}; what was read until there is shown`);
    else if (difference) builder.warn(difference);
    parsers.push(parser);
  }
  const [first] = parsers;
  if (!first) throw new FormatError('cachegrind', 'line 1', 'a file');
  return builder.finish({ format: 'cachegrind', tool: 'cachegrind', ...(first.command === undefined ? {} : { command: first.command }), facts: first.facts });
}
