import { ProfileBuilder } from '../core/builder.ts';
import type { Profile } from '../core/profile.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { firstLines, LineReader, readLines } from './lineReader.ts';
import { MassifParser } from './massifParser.ts';

/**
 * What valgrind's massif writes: memory use at moments of the run, at some of them with a tree of who allocated it.
 *
 *     desc: --time-unit=B
 *     cmd: ./prog
 *     time_unit: B
 *     #-----------
 *     snapshot=5
 *     #-----------
 *     time=1528
 *     mem_heap_B=1326
 *     mem_heap_extra_B=122
 *     mem_stacks_B=0
 *     heap_tree=peak
 *     n2: 1326 (heap allocation functions) malloc/new/new[], --alloc-fns, etc.
 *      n1: 903 0x1091F7: buffer (heap.c:12)
 *       n0: 903 0x10929C: main (heap.c:15)
 *      n0: 423 in 4 places, all below massif's threshold (1.00%)
 *
 * Source: ms_print, which defines what is accepted, and valgrind's massif/ms_main.c.
 */
export const massif: Format = {
  id: 'massif',
  label: 'Massif',
  names: ['massif.out.*'],
  sniff,
  read: readMassif,
};

function sniff(head: Uint8Array): boolean {
  const lines = firstLines(head, 200).filter((line) => !/^\s*(?:#|$)/.test(line));
  const command = lines.findIndex((line) => !line.startsWith('desc:'));
  return command >= 0 && lines[command].startsWith('cmd:') && lines.slice(command + 1).some((line) => /^time_unit:\s*(?:i|ms|B)\s*$/.test(line));
}

async function readMassif(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  if (inputs.length > 1) throw new FormatError(inputs[1].name, 'line 1', 'a single massif file: the times of two runs do not line up');
  const [input] = inputs;
  const builder = new ProfileBuilder();
  const parser = new MassifParser(builder, input.name);
  const reader = new LineReader((bytes, start, end) => parser.parse(reader, bytes, start, end), input.name);
  await readLines(input, reader, options);
  parser.finish(reader);
  return builder.finish(parser.meta());
}
