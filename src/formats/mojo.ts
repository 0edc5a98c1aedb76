import type { AustinSamples } from './austinSamples.ts';
import { decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';

const MAX_INT = 0x7fffffff;

/** Kinds of records. */
const RECORD = {
  metadata: 1, stack: 2, frame: 3, invalidFrame: 4, frameRef: 5, kernelFrame: 6, gc: 7, idle: 8, time: 9, memory: 10, string: 11, stringRef: 12,
  stackRepeat: 13, taskStack: 14, taskWaiter: 15, taskRunning: 16,
} as const;

/** Whether these bytes begin a MOJO stream of a version that there has been. */
export function isMojo(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x4d && head[1] === 0x4f && head[2] === 0x4a && head[3] >= 1 && head[3] < 0x40;
}

/** The data ended in the middle of a record. */
class MojoEnd extends Error {}

/** A frame of the profile; `native` ones above Python's evaluation loop are replaced when the rest of a stack is repeated. */
interface Frame {
  readonly row: number;
  readonly native: boolean;
}

/**
 * Reads Austin's binary MOJO stream, versions 1 to 4: `MOJ`, the version, then records. Whole numbers take six bits in the first byte
 * (bit 6 is the sign, bit 7 tells that more follow) and seven in each further one; strings end with a zero byte; strings and frames
 * are numbered by process. Reports on asyncio tasks are stepped over: their time is already in the samples of their threads.
 */
export class MojoReader {
  private at = 3;
  private version = 0;
  private readonly strings = new Map<string, string>();
  private readonly frames = new Map<string, Frame>();
  private readonly lastStacks = new Map<string, readonly Frame[]>();
  private pid = -1;
  private threadKey = '';
  private thread = -1;
  private stack: Frame[] = [];
  private time: number | undefined;
  private memory: number | undefined;
  private idle = false;
  private collecting = false;
  private ended = false;
  /** Frame references that belong to a report on a task. */
  private taskFrames = 0;

  constructor(private readonly bytes: Uint8Array, private readonly name: string, private readonly samples: AustinSamples) {}

  /** @throws FormatError */
  read(): void {
    let cut = false;
    try {
      this.version = this.integer();
      if (this.version > 4) this.samples.builder.warn(`MOJO version ${this.version} is newer than the versions that are known (1 to 4)`);
      while (this.at < this.bytes.length) this.record();
    } catch (error) {
      if (!(error instanceof MojoEnd)) throw error;
      cut = true;
    }
    // Austin ends with its duration. Without it the last sample may lack some of its numbers.
    if (this.ended) this.endSample();
    if (cut || !this.ended) this.samples.builder.truncated(`${this.name} was cut off at byte ${this.bytes.length}; the samples until there are shown`);
  }

  private record(): void {
    const start = this.at;
    const kind = this.bytes[this.at++];
    switch (kind) {
      case RECORD.metadata: return this.metadata();
      case RECORD.stack: return this.beginSample();
      case RECORD.string: {
        const key = this.key();
        return void this.strings.set(key, this.string());
      }
      case RECORD.frame: return this.frame(start);
      case RECORD.frameRef: return this.frameRef(start);
      case RECORD.invalidFrame: return void this.stack.push(this.special('', 'INVALID'));
      case RECORD.kernelFrame: return void this.stack.push(this.special('kernel', this.string()));
      case RECORD.gc:
        this.collecting = true;
        return;
      case RECORD.idle:
        this.idle = true;
        return;
      case RECORD.time:
        this.time = this.metric();
        return;
      case RECORD.memory:
        this.memory = this.metric();
        return;
      case RECORD.stringRef: return void this.integer();
      case RECORD.stackRepeat: return this.repeat();
      case RECORD.taskStack:
        this.integer();
        this.integer();
        this.taskFrames = this.integer();
        return;
      case RECORD.taskWaiter:
        this.integer();
        return void this.integer();
      case RECORD.taskRunning: return void this.integer();
      default: throw new FormatError(this.name, `byte ${start}`, 'a record of the kinds 1 to 16', String(kind));
    }
  }

  private metadata(): void {
    const key = this.string();
    this.samples.fact(key, this.string());
    if (key === 'duration') this.ended = true;
  }

  private beginSample(): void {
    this.endSample();
    this.pid = this.integer();
    const interpreter = this.version >= 3 ? this.integer() : 0;
    const id = this.string();
    this.threadKey = `${this.pid}/${id}`;
    const tid = Number.parseInt(id, 16);
    this.thread = this.samples.builder.thread(Math.max(this.pid, 0), Number.isSafeInteger(tid) && tid >= 0 ? tid : 0, interpreter > 0 ? `interpreter ${interpreter}` : '');
  }

  private endSample(): void {
    const { samples, stack } = this;
    if (this.thread < 0) return;
    this.lastStacks.set(this.threadKey, stack);
    if (this.time !== undefined || this.memory !== undefined) {
      let row = -1;
      for (const frame of stack) row = samples.builder.stack(row, frame.row);
      if (this.collecting) row = samples.builder.stack(row, this.special('', 'GC').row);
      if (row < 0) row = samples.builder.stack(-1, samples.noFrame());
      samples.sample(row, this.thread, this.time, this.memory === undefined ? undefined : this.idle, this.memory);
    }
    this.thread = -1;
    this.stack = [];
    this.time = this.memory = undefined;
    this.idle = this.collecting = false;
    this.taskFrames = 0;
  }

  private frame(start: number): void {
    const key = this.key();
    const module = this.stringOf(start);
    const name = this.stringOf(start);
    const line = this.integer();
    let column = 0;
    if (this.version >= 2) {
      this.integer();
      column = this.integer();
      this.integer();
    }
    const place = (value: number) => (value > 0 && value <= MAX_INT ? value : 0);
    this.frames.set(key, {
      row: this.samples.frame({ module, name, line: place(line), column: place(column) }),
      native: !module.endsWith('.py') && !(module.startsWith('<') && module.endsWith('>')),
    });
  }

  private frameRef(start: number): void {
    const frame = this.frames.get(this.key());
    if (!frame) throw new FormatError(this.name, `byte ${start}`, 'a reference to an earlier frame');
    if (this.taskFrames > 0) this.taskFrames--;
    else this.stack.push(frame);
  }

  /** The outer frames are those of the thread's last sample; what stands in this one so far are the inner ones. */
  private repeat(): void {
    const last = this.lastStacks.get(this.threadKey) ?? [];
    let length = last.length;
    while (length > 0 && last[length - 1].native) length--;
    this.stack = [...last.slice(0, length), ...this.stack];
  }

  private special(module: string, name: string): Frame {
    return { row: this.samples.frame({ module, name, line: 0 }), native: true };
  }

  /** A number as a key: numbers are those of the process whose sample this is. */
  private key(): string {
    return `${this.pid}/${this.integer()}`;
  }

  private stringOf(start: number): string {
    const key = this.key();
    if (key.endsWith('/0')) return '';
    if (key.endsWith('/1')) return '<unknown>';
    return this.strings.get(key) ?? this.missing(start);
  }

  private missing(start: number): never {
    throw new FormatError(this.name, `byte ${start}`, 'a reference to an earlier string');
  }

  private string(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new MojoEnd();
    const text = decodeText(this.bytes, this.at, end);
    this.at = end + 1;
    return text;
  }

  private metric(): number {
    const value = this.integer();
    if (!Number.isSafeInteger(value)) this.samples.builder.warn('numbers above 2^53 occur and are rounded');
    return value;
  }

  private integer(): number {
    const { bytes } = this;
    const start = this.at;
    let byte = this.byte();
    const negative = (byte & 0x40) !== 0;
    let value = byte & 0x3f;
    // Unknown columns are -1 as an unsigned number of 64 bits; rounded, they are still too large to be a column.
    for (let scale = 64; byte & 0x80; scale *= 128) {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (this.at - start > 10) throw new FormatError(this.name, `byte ${start}`, 'a number of at most 64 bits', Array.from(bytes.subarray(start, this.at), String).join(' '));
    }
    return negative ? -value : value;
  }

  private byte(): number {
    if (this.at >= this.bytes.length) throw new MojoEnd();
    return this.bytes[this.at++];
  }
}
