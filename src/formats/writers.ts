import type { Writer } from './format.ts';
import { callgrindWriter } from './callgrindWriter.ts';
import { collapsedWriter } from './collapsedWriter.ts';
import { htmlWriter } from './htmlWriter.ts';
import { jsonWriter } from './jsonWriter.ts';
import { pprofWriter } from './pprofWriter.ts';
import { speedscopeWriter } from './speedscopeWriter.ts';
import { svgWriter } from './svgWriter.ts';

/** Every format that profiles can be written in, in the order in which people are offered them. */
export const WRITERS: readonly Writer[] = [
  htmlWriter,
  svgWriter,
  speedscopeWriter,
  pprofWriter,
  callgrindWriter,
  collapsedWriter,
  jsonWriter,
];
