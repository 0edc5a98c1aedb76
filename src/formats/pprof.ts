import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const pprof: Format = {
  id: 'pprof',
  label: 'pprof',
  names: ['*.pprof', '*.pb.gz'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
