import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const speedscope: Format = {
  id: 'speedscope',
  label: 'speedscope JSON',
  names: ['*.speedscope.json'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
