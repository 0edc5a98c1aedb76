import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, firstLines, readLines } from './lineReader.ts';
import { PerfScriptParser } from './perfScriptParser.ts';

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
};

async function readPerfScript(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const parsers: PerfScriptParser[] = [];
  let bytes = 0;
  for (const input of inputs) {
    const parser = new PerfScriptParser(builder, input.name, () => reader);
    const reader: LineReader = new LineReader((line, start, end) => parser.parse(line, start, end), input.name);
    try {
      bytes = await readLines(input, reader, options, bytes);
    } catch (error) {
      if (!(error instanceof FormatError) || !reader.torn) throw error;
      parser.markTorn();
    }
    parser.finish(reader.torn);
    if (builder.sampleCount === 0 && inputs.length === 1) {
      throw new FormatError(input.name, `line ${reader.lineNumber}`, 'at least one sample, but the text has none');
    }
    parsers.push(parser);
  }
  return builder.finish(metaOf(parsers[0]));
}

function metaOf({ header, duration }: PerfScriptParser): ProfileMeta {
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
