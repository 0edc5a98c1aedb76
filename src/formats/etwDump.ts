import type { ProfileBuilder } from '../core/builder.ts';
import { decodeText, startsWith } from './byteStrings.ts';
import { EtwFrames, processOf } from './etwFrames.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';

/** Samples whose stacks may still come; xperf prints a stack right behind its event. */
const MOST_OPEN = 256;

/** A sample whose stack is being read. */
interface OpenSample {
  readonly time: number;
  readonly thread: number;
  readonly count: number;
  readonly address: string;
  readonly leaf: string;
  /** Innermost first. */
  readonly frames: { readonly address: string; readonly text: string }[];
}

/**
 * Reads the records of `xperf -i trace.etl -symbols -a dumper`: of each line the first field is the kind of record.
 *
 *     SampledProfile,  TimeStamp, Process Name ( PID), ThreadID, PrgrmCtr, CPU, ThreadStartImage!Function, Image!Function, Count, SampledProfile type
 *              Stack,  TimeStamp, ThreadID, No., Address, Image!Function
 *
 * Times are microseconds. A stack belongs to the sample of the same time and thread, and its number 1 is the innermost frame. Functions
 * hold commas (`std::map<int,int>`), unquoted. Stacks of other events are not read.
 */
export class EtwDumpParser {
  private readonly frames: EtwFrames;
  private readonly open = new Map<string, OpenSample>();
  private readonly event: number;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string, private readonly reader: () => LineReader) {
    this.frames = new EtwFrames(builder);
    this.event = builder.event({ name: 'samples', unit: 'count', label: 'Samples' });
  }

  line(bytes: Uint8Array, start: number, end: number): void {
    let first = start;
    while (first < end && bytes[first] <= 32) first++;
    const isSample = startsWith(bytes, first, end, 'SampledProfile,');
    if (!isSample && !startsWith(bytes, first, end, 'Stack,')) return;
    const text = decodeText(bytes, first, end);
    const { torn } = this.reader();
    if (torn) {
      this.builder.truncated(`${this.name} was cut off in line ${this.reader().lineNumber}; the samples until there are shown`);
      return;
    }
    if (isSample) this.sample(text);
    else this.stack(text);
  }

  finish(): void {
    for (const [key, sample] of this.open) this.close(key, sample);
  }

  private sample(text: string): void {
    // A line of the header names the columns.
    if (/^SampledProfile,\s*TimeStamp/.test(text)) return;
    const parts = /^SampledProfile,\s*(\d{1,15}),\s*(.*?\(\s*-?\d+\s*\)),\s*(-?\d{1,10}),\s*(0x[0-9a-f]+|[0-9a-f]+),\s*(\d+),\s*(.*),\s*(\d{1,10}),\s*([^,]*)$/i.exec(text);
    if (!parts) return this.error('SampledProfile, a time, a process, a thread, an address, a CPU, two functions, a count and a type', text);
    const [, time, process, tid, address, , functions, count] = parts;
    const { name, pid } = processOf(process);
    const key = `${time}/${tid}`;
    const known = this.open.get(key);
    if (known) this.close(key, known);
    this.open.set(key, {
      time: Number(time), thread: this.builder.thread(pid, Math.max(Number(tid), 0), name), count: Number(count), address: address.toLowerCase(), leaf: lastFunction(functions), frames: [],
    });
    if (this.open.size > MOST_OPEN) for (const [oldest, sample] of this.open) return this.close(oldest, sample);
  }

  private stack(text: string): void {
    if (/^Stack,\s*TimeStamp/.test(text)) return;
    const parts = /^Stack,\s*(\d{1,15}),\s*(-?\d{1,10}),\s*(\d+),\s*(0x[0-9a-f]+|[0-9a-f]+),\s*(.*)$/i.exec(text);
    if (!parts) return this.error('Stack, a time, a thread, a number, an address and a function', text);
    const [, time, tid, , address, symbol] = parts;
    this.open.get(`${time}/${tid}`)?.frames.push({ address: address.toLowerCase(), text: symbol.trim() });
  }

  private close(key: string, { time, thread, count, address, leaf, frames }: OpenSample): void {
    this.open.delete(key);
    const { builder } = this;
    let stack = -1;
    for (let i = frames.length - 1; i >= 0; i--) stack = builder.stack(stack, this.frames.row(frames[i].text));
    // The sampled instruction is at times missing from its own stack.
    const innermost = frames[0] as OpenSample['frames'][number] | undefined;
    if (!innermost || (innermost.address !== address && innermost.text !== leaf)) stack = builder.stack(stack, this.frames.row(leaf));
    builder.sampleOf(stack, this.event, count, time * 1000, thread);
  }

  private error(expected: string, found: string): never {
    throw new FormatError(this.name, `line ${this.reader().lineNumber}`, expected, found);
  }
}

/** The last of functions with commas between; commas in brackets are part of a name. */
function lastFunction(text: string): string {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    const character = text[at];
    if (character === '>' || character === ')') depth++;
    else if (character === '<' || character === '(') depth = Math.max(0, depth - 1);
    else if (character === ',' && depth === 0) return text.slice(at + 1).trim();
  }
  return text.trim();
}
