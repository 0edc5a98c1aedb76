import type { Writer } from './format.ts';

export const pprofWriter: Writer = {
  id: 'pprof',
  label: 'pprof',
  extension: '.pb.gz',
  write: () => [],
};
