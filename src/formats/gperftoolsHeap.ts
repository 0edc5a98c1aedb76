import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const gperftoolsHeap: Format = {
  id: 'gperftools-heap',
  label: 'gperftools heap profile',
  names: [],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
