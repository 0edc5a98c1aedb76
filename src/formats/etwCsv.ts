import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const etwCsv: Format = {
  id: 'etw-csv',
  label: 'ETW stacks (xperf, WPA CSV)',
  names: [],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
