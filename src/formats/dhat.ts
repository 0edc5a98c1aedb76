import type { Profile } from '../core/profile.ts';
import { readDhat } from './dhatReader.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { leadingKeys } from './jsonReader.ts';
import { wholeInput } from './wholeInput.ts';

/**
 * What valgrind's DHAT writes (version 2 of its files): for each place in the program that allocates (`heap`), copies (`copy`) or reports an event
 * of its own (`ad-hoc`), how much in all, at the moment of the highest use (t-gmax) and at the end, and how much of it was read and written.
 * The largest use of each single place (`mb`, `mbk`) is left out: these are of different moments and do not add up.
 *
 * Source: the comment "File format notes" in valgrind's dhat/dh_main.c.
 */
export const dhat: Format = {
  id: 'dhat',
  label: 'DHAT',
  names: ['dhat.out.*'],
  sniff: (head) => leadingKeys(head).includes('dhatFileVersion'),
  read,
};

async function read(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  if (inputs.length > 1) throw new FormatError(inputs[1].name, 'byte 0', 'a single DHAT file: the moments of highest use of two runs do not add up');
  return readDhat(await wholeInput(inputs[0], options), inputs[0].name);
}
