import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const dhat: Format = {
  id: 'dhat',
  label: 'DHAT',
  names: ['dhat.out.*'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
