import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const austin: Format = {
  id: 'austin',
  label: 'Austin',
  names: ['*.austin'],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
