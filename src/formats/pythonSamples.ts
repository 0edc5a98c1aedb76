import type { Format } from './format.ts';
import { FormatError } from './format.ts';

/** Not written yet; recognises nothing. */
export const pythonSamples: Format = {
  id: 'heatline-samples',
  label: 'Python-samples',
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader that is not there yet')),
};
