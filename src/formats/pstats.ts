import type { Format } from './format.ts';
import { FormatError } from './format.ts';

/** Not written yet; recognises nothing. */
export const pstats: Format = {
  id: 'pstats',
  label: 'cProfile',
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader that is not there yet')),
};
