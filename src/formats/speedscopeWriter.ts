import type { Writer } from './format.ts';

export const speedscopeWriter: Writer = {
  id: 'speedscope',
  label: 'speedscope JSON',
  extension: '.speedscope.json',
  write: () => [],
};
