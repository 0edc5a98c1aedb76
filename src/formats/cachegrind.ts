import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const cachegrind: Format = {
  id: 'cachegrind',
  label: 'Cachegrind',
  names: ['cachegrind.out.*'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
