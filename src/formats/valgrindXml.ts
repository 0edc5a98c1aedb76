import type { Format } from './format.ts';
import { FormatError } from './format.ts';

export const valgrindXml: Format = {
  id: 'valgrind-xml',
  label: 'Valgrind XML (memcheck, helgrind, drd)',
  names: [],
  sniff: () => false,
  read: (inputs) => Promise.reject(new FormatError(inputs[0].name, 'line 1', 'a reader')),
};
