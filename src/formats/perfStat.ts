import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { firstLines, LineReader, readLines } from './lineReader.ts';
import { PerfStatCounts } from './perfStatCounts.ts';
import { csvCount, jsonCount } from './perfStatLines.ts';

/** Longer lines are none of perf stat's. */
const MAX_LINE = 1 << 16;

/**
 * What `perf stat -j` and `perf stat -x\;` print: counters, once or, with `-I`, every few milliseconds; for all or by processor, core,
 * socket, node or thread. There are no samples: each counter is a series over seconds (a single point at 0 without `-I`), and its
 * total and derived metric are facts. Source: linux, tools/perf/util/stat-display.c.
 */
export const perfStat: Format = {
  id: 'perf-stat',
  label: 'perf stat (JSON)',
  names: [],
  sniff: (head) => firstLines(head, 60).some((line) => line.length < MAX_LINE && (/^\s*\{.*"counter-value"\s*:\s*"/.test(line) || csvCount(line) !== undefined)),
  read: readPerfStat,
};

async function readPerfStat(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const counts = new PerfStatCounts(builder);
  let bytes = 0;
  let seen = 0;
  for (const input of inputs) {
    const { name } = input;
    const reader: LineReader = new LineReader((line, start, end) => {
      if (readLine(line, start, end)) seen++;
    }, name);
    const cutOff = () => `${name} was cut off at line ${reader.lineNumber}; the counts until there are shown`;
    const readLine = (line: Uint8Array, start: number, end: number): boolean => {
      if (end - start > MAX_LINE) throw new FormatError(name, `line ${reader.lineNumber}`, 'a line of perf stat, which is shorter');
      const text = decodeText(line, start, end).trim();
      if (text === '' || text.startsWith('#')) return false;
      if (!text.startsWith('{')) {
        const count = csvCount(text);
        if (count) counts.add(count);
        else if (reader.torn && seen > 0) builder.truncated(cutOff());
        // The counted program writes to the same stream.
        else counts.foreign++;
        return count !== undefined;
      }
      let value: unknown;
      try {
        value = parseObject(text);
      } catch {
        if (!reader.torn) throw new FormatError(name, `line ${reader.lineNumber}`, 'a JSON object', text);
        builder.truncated(cutOff());
        return false;
      }
      const count = jsonCount(value);
      if (typeof count === 'string') throw new FormatError(name, `line ${reader.lineNumber}`, count, text);
      if (count) counts.add(count);
      return count !== undefined;
    };
    bytes = await readLines(input, reader, options, bytes);
    if (seen === 0 && inputs.length === 1) throw new FormatError(name, `line ${reader.lineNumber}`, 'a counter of perf stat, but the text has none');
  }
  return builder.finish({ format: 'perf-stat', tool: 'perf stat', ...counts.finish() });
}

/** perf prints numbers by the locale: `"pcnt-running" : 100,00`, which is no JSON. */
function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const mended = text.replace(/(:\s*-?\d+),(\d+)(?=\s*[,}])/g, '$1.$2');
    if (mended === text) throw error;
    return JSON.parse(mended);
  }
}
