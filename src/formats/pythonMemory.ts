import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import { startsWith } from './byteStrings.ts';
import { FormatError, type Format, type Input, type ReadOptions } from './format.ts';
import { LineReader, readLines } from './lineReader.ts';
import { MEMORY_MAGIC, PythonMemoryParser } from './pythonMemoryParser.ts';
import { PythonMemoryProfile } from './pythonMemoryProfile.ts';

/**
 * What our watcher of Python's memory writes (src/profilers/python/heatline_memory.py): text, one record a line, only ever appended to, so
 * that a killed program leaves a readable file. The names of functions may stand in a file of their own, a second input.
 *
 *     python-memory 1
 *     h {"tool", "python", "implementation", "pid", "argv", "cwd", "interval_ns", "start_unix_ns", "depth"}
 *     p <file> "path"
 *     s <stack> <1 when outer callers are missing> (<file> <line>)...             (the line that allocated first, then its callers)
 *     m <ns since the start> <bytes held> <resident bytes or -1>
 *     t <ns since the start> <bytes> <blocks> <number of b records that follow>
 *     b <stack> <bytes> <blocks>
 *     w "warning"
 *     e {"duration_ns", "exit", "stopped", "trees", "trees_ns"}
 *     n <first line> ["function", "path", [<line>...]]
 */
export const pythonMemory: Format = {
  id: 'python-memory',
  label: 'Heatline Python memory',
  names: ['*.python-memory'],
  sniff: (head) => startsWith(head, 0, head.length, MEMORY_MAGIC),
  read: readMemory,
};

async function readMemory(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  const parsers: PythonMemoryParser[] = [];
  let bytes = 0;
  for (const input of inputs) {
    const parser = new PythonMemoryParser(input.name, (message) => builder.warn(message));
    const reader = new LineReader((line, start, end) => parser.parse(reader, line, start, end), input.name);
    bytes = await readLines(input, reader, options, bytes);
    if (reader.lineNumber === 0) throw new FormatError(input.name, 'line 1', `"${MEMORY_MAGIC}1"`, '');
    parsers.push(parser);
  }
  // A file of names has nothing else.
  const main = parsers.find(({ isNames }) => !isNames) ?? parsers[0];
  const other = parsers.find((parser) => parser !== main && !parser.isNames);
  if (other) throw new FormatError(other.name, 'line 1', 'a single recording of memory: the peaks of two runs do not line up');
  const profile = new PythonMemoryProfile(builder, main, parsers.flatMap(({ functions }) => functions));
  profile.build();
  return builder.finish(profile.meta());
}
