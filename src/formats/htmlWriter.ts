import type { Writer } from './format.ts';

export const htmlWriter: Writer = {
  id: 'html',
  label: 'HTML report',
  extension: '.html',
  write: () => [],
};
