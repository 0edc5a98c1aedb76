import type { Writer } from './format.ts';

export const callgrindWriter: Writer = {
  id: 'callgrind',
  label: 'callgrind',
  extension: '.callgrind',
  write: () => [],
};
