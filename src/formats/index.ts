import type { Format, Input } from './format.ts';
import { austin } from './austin.ts';
import { cachegrind } from './cachegrind.ts';
import { callgrind } from './callgrind.ts';
import { collapsed } from './collapsed.ts';
import { cpuprofile } from './cpuprofile.ts';
import { dhat } from './dhat.ts';
import { etwCsv } from './etwCsv.ts';
import { firefox } from './firefox.ts';
import { gperftoolsCpu } from './gperftoolsCpu.ts';
import { gperftoolsHeap } from './gperftoolsHeap.ts';
import { ltrace } from './ltrace.ts';
import { massif } from './massif.ts';
import { memorySamples } from './memorySamples.ts';
import { perfData } from './perfData.ts';
import { perfScript } from './perfScript.ts';
import { perfStat } from './perfStat.ts';
import { perfWall } from './perfWall.ts';
import { pprof } from './pprof.ts';
import { pstats } from './pstats.ts';
import { pythonMemory } from './pythonMemory.ts';
import { pythonSamples } from './pythonSamples.ts';
import { speedscope } from './speedscope.ts';
import { strace } from './strace.ts';
import { valgrindXml } from './valgrindXml.ts';

/** Every format that can be opened, the surest to recognise first. */
export const FORMATS: readonly Format[] = [
  pythonSamples,
  pythonMemory,
  memorySamples,
  dhat,
  perfData,
  pprof,
  gperftoolsCpu,
  gperftoolsHeap,
  speedscope,
  cpuprofile,
  firefox,
  valgrindXml,
  massif,
  cachegrind,
  callgrind,
  pstats,
  etwCsv,
  perfStat,
  perfWall,
  austin,
  strace,
  ltrace,
  perfScript,
  collapsed,
];

/** Bytes that `sniff` gets to see. */
export const SNIFF_BYTES = 65536;

/** The format of these first bytes, or undefined. */
export function detectFormat(head: Uint8Array, name: string): Format | undefined {
  return FORMATS.find((format) => format.sniff(head, name));
}

/** Up to SNIFF_BYTES from the start of the input. */
export async function readHead(input: Input): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input.read()) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= SNIFF_BYTES) break;
  }
  const head = new Uint8Array(Math.min(length, SNIFF_BYTES));
  let at = 0;
  for (const part of parts) {
    const fits = part.subarray(0, head.length - at);
    head.set(fits, at);
    at += fits.length;
  }
  return head;
}
