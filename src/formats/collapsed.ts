import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const collapsed: Format = {
  id: 'collapsed',
  label: 'collapsed stacks',
  names: ['*.folded', '*.collapsed'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
