import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const ltrace: Format = {
  id: 'ltrace',
  label: 'ltrace',
  names: ['*.ltrace'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
