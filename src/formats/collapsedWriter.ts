import type { Writer } from './format.ts';

export const collapsedWriter: Writer = {
  id: 'collapsed',
  label: 'collapsed stacks',
  extension: '.folded',
  write: () => [],
};
