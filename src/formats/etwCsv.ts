import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import { EtwDumpParser } from './etwDump.ts';
import { EtwTableParser, isTableHeader } from './etwTable.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, firstLines, readLines } from './lineReader.ts';

const DUMP = /^\s*(?:BeginHeader|SampledProfile,\s*(?:TimeStamp|\d+)|Stack,\s*(?:TimeStamp|\d+),|OS Version: .*Trace Start: )/;
/** Lines above a table's header: titles, and blank ones. */
const LINES_ABOVE = 20;

/**
 * Sampled stacks from Event Tracing for Windows as text: the records of `xperf -a dumper`, and tables that Windows Performance
 * Analyzer or wpaexporter saved. Sources: Microsoft's documentation of xperf's dumper action and of wpaexporter; UIforETW's
 * xperf_to_collapsedstacks.py.
 */
export const etwCsv: Format = {
  id: 'etw-csv',
  label: 'ETW export (xperf or WPA)',
  names: [],
  sniff(head) {
    const lines = firstLines(head, LINES_ABOVE);
    return lines.some((line) => DUMP.test(line.slice(0, 300)) || isTableHeader(line.slice(0, 5000)));
  },
  read: readEtw,
};

async function readEtw(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  let bytes = 0;
  for (const input of inputs) {
    let parser: EtwDumpParser | EtwTableParser | undefined;
    let above = 0;
    const reader: LineReader = new LineReader((line, start, end) => {
      if (parser) return parser.line(line, start, end);
      const text = decodeText(line, start, Math.min(end, start + 10_000));
      if (DUMP.test(text)) parser = new EtwDumpParser(builder, input.name, () => reader);
      else if (isTableHeader(text)) return void (parser = new EtwTableParser(builder, input.name, () => reader, text));
      else if (++above > LINES_ABOVE) throw new FormatError(input.name, `line ${reader.lineNumber}`, 'records of xperf, or a line with the names of columns, one of them Stack', text);
      parser?.line(line, start, end);
    }, input.name);
    bytes = await readLines(input, reader, options, bytes);
    if (!parser) throw new FormatError(input.name, `line ${Math.max(reader.lineNumber, 1)}`, 'records of xperf, or a line with the names of columns, one of them Stack', '');
    parser.finish();
  }
  if (builder.sampleCount === 0 && builder.stackCount === 0) builder.warn('no sampled stacks are in this file');
  return builder.finish({ format: 'etw-csv', tool: 'ETW' });
}
