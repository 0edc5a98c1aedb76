import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const gperftoolsCpu: Format = {
  id: 'gperftools-cpu',
  label: 'gperftools CPU profile',
  names: [],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
