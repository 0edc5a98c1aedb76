import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const perfData: Format = {
  id: 'perf-data',
  label: 'perf.data',
  names: ['perf.data', 'perf.data.old', '*.perf.data'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
