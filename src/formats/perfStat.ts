import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const perfStat: Format = {
  id: 'perf-stat',
  label: 'perf stat (JSON)',
  names: [],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
