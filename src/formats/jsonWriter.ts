import type { Writer } from './format.ts';

export const jsonWriter: Writer = {
  id: 'json',
  label: 'JSON',
  extension: '.json',
  write: () => [],
};
