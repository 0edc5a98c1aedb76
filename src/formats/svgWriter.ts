import type { Writer } from './format.ts';

export const svgWriter: Writer = {
  id: 'svg',
  label: 'SVG flame graph',
  extension: '.svg',
  write: () => [],
};
