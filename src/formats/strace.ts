import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const strace: Format = {
  id: 'strace',
  label: 'strace',
  names: ['*.strace'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
