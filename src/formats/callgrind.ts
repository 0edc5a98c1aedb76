import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import { startsWith } from './byteStrings.ts';
import type { CallgrindHeader } from './callgrindHeader.ts';
import { CallgrindParser } from './callgrindParser.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { LineReader, firstLines, readLines } from './lineReader.ts';

/**
 * Callgrind's profile format, as written by callgrind, by valgrind's xtrees, Xdebug, `pprof -callgrind`, pyprof2calltree and callgrindWriter. Several inputs are parts or threads of one run and add up.
 */
export const callgrind: Format = {
  id: 'callgrind',
  label: 'Callgrind',
  names: ['callgrind.out.*', 'xtmemory.kcg.*', 'xtleak.kcg.*'],
  sniff(head) {
    for (const line of firstLines(head, 400)) {
      if (/^# callgrind format\s*$/.test(line) || /^events:\s*\S/.test(line)) return true;
      if (!/^(?:#|\s*$|[a-z]+ ?(?:\(BB\))?:)/.test(line)) return false;
    }
    return false;
  },
  read: readCallgrind,
};

async function readCallgrind(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  builder.keepLines = options?.sums !== true;
  const headers: CallgrindHeader[] = [];
  let bytes = 0;
  for (const input of inputs) {
    const parser = new CallgrindParser(builder, input.name);
    const { header } = parser;
    const reader = new LineReader((line, start, end) => {
      // A line that was cut may look whole (`12 34` of `12 345`); only the file's last line proves the end of valgrind's files.
      if (reader.torn && header.fromValgrind && !startsWith(line, start, end, 'totals:')) return;
      parser.parse(line, start, end);
    }, input.name);
    parser.attach(reader);
    let cut = false;
    try {
      bytes = await readLines(input, reader, options, bytes);
    } catch (error) {
      if (!(error instanceof FormatError) || !reader.torn) throw error;
      cut = true;
    }
    // With --separate-threads the file without a thread number stays empty.
    if (reader.lineNumber === 0) continue;
    if (header.parts === 0) throw new FormatError(input.name, `line ${reader.lineNumber}`, 'an "events:" line, but the file ends');
    cut ||= parser.unfinished || header.lacksTotals;
    const difference = header.finish();
    if (cut || (difference && reader.torn && header.fromValgrind)) {
      builder.truncated(`${input.name} was cut off at line ${reader.lineNumber}; what was read until there is shown`);
    } else if (difference) {
      builder.warn(difference);
    }
    headers.push(header);
  }
  if (headers.length === 0) throw new FormatError(inputs[0]?.name ?? 'callgrind', 'line 1', 'callgrind data, but the file is empty');
  return builder.finish(metaOf(headers));
}

function metaOf(headers: readonly CallgrindHeader[]): ProfileMeta {
  const [first] = headers;
  const parts = headers.reduce((sum, header) => sum + header.parts, 0);
  const threads = new Set(headers.flatMap((header) => [...header.threads]));
  const facts: (readonly [string, string])[] = [];
  if (parts > 1) facts.push(['Parts', String(parts)]);
  if (threads.size > 0) facts.push(['Threads', String(threads.size)]);
  // What triggered one dump, and when, says little about several.
  facts.push(...first.facts.filter(([label]) => parts === 1 || !/^(?:Trigger|Timerange)$/.test(label)));
  return {
    format: 'callgrind',
    ...(first.creator === '' ? {} : { tool: first.creator }),
    ...(first.command === undefined ? {} : { command: first.command }),
    ...(first.pid === undefined ? {} : { pid: first.pid }),
    facts,
  };
}
