import { decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';

/** What the file is recorded of; from `perf_event_attr` (include/uapi/linux/perf_event.h). */
export interface PerfAttribute {
  readonly type: number;
  readonly config: number;
  /** Samples a second, or events a sample. */
  readonly rate: number;
  readonly isFrequency: boolean;
}

/** Facts of a perf.data file's feature sections; absent where the file does not tell. */
export interface PerfFeatures {
  hostname?: string;
  kernel?: string;
  version?: string;
  architecture?: string;
  processor?: string;
  processorsOnline?: number;
  memoryKiB?: number;
  command?: string;
  events?: string[];
  /** Nanoseconds of perf's clock. */
  firstSample?: number;
  lastSample?: number;
  /** Milliseconds since 1970, where the recording tied its clock to that of the wall (`perf record -k`). */
  startTime?: number;
  compressed?: boolean;
}

/** Numbers of a perf.data file, in its own byte order. */
export class PerfBytes {
  private readonly view: DataView;

  constructor(readonly bytes: Uint8Array, readonly littleEndian: boolean, private readonly name: string, private readonly offset = 0) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u16(at: number): number {
    return this.need(at, 2).getUint16(at, this.littleEndian);
  }

  u32(at: number): number {
    return this.need(at, 4).getUint32(at, this.littleEndian);
  }

  /** Rounded above 2^53. */
  u64(at: number): number {
    const view = this.need(at, 8);
    const [low, high] = this.littleEndian ? [0, 4] : [4, 0];
    return view.getUint32(at + high, this.littleEndian) * 2 ** 32 + view.getUint32(at + low, this.littleEndian);
  }

  /** `struct perf_header_string`: length, then bytes padded with zeros; the text and the place behind it. */
  string(at: number): [string, number] {
    const length = this.u32(at);
    this.need(at + 4, length);
    const zero = this.bytes.indexOf(0, at + 4);
    return [decodeText(this.bytes, at + 4, zero < 0 ? at + 4 + length : Math.min(zero, at + 4 + length)), at + 4 + length];
  }

  part(from: number, size: number): PerfBytes {
    this.need(from, size);
    return new PerfBytes(this.bytes.subarray(from, from + size), this.littleEndian, this.name, this.offset + from);
  }

  private need(at: number, size: number): DataView {
    if (!(at >= 0 && at + size <= this.bytes.length)) throw new FormatError(this.name, `byte ${this.offset + Math.min(at, this.bytes.length)}`, `${size} more bytes of a perf.data section`);
    return this.view;
  }
}

/** Reads a `perf_event_attr` of `size` bytes. */
export function attributeAt(data: PerfBytes, at: number): PerfAttribute {
  const flags = data.u32(at + 40);
  // The flags are bit fields, which a machine of the other byte order fills from the other end.
  const isFrequency = data.littleEndian ? (flags & (1 << 10)) !== 0 : (flags & (1 << 21)) !== 0;
  return { type: data.u32(at), config: data.u64(at + 8), rate: data.u64(at + 16), isFrequency };
}

const SOFTWARE = ['cpu-clock', 'task-clock', 'page-faults', 'context-switches', 'cpu-migrations', 'minor-faults', 'major-faults', 'alignment-faults', 'emulation-faults', 'dummy', 'bpf-output', 'cgroup-switches'];
const HARDWARE = ['cycles', 'instructions', 'cache-references', 'cache-misses', 'branches', 'branch-misses', 'bus-cycles', 'stalled-cycles-frontend', 'stalled-cycles-backend', 'ref-cycles'];

/** perf's name of an event that the file does not name itself. */
export function attributeName({ type, config }: PerfAttribute): string {
  const known = type === 1 ? SOFTWARE[config] : type === 0 ? HARDWARE[config % 2 ** 32] : undefined;
  return known ?? (type === 2 ? `tracepoint ${config}` : `type ${type}, config 0x${config.toString(16)}`);
}

/** Longest list that is taken from a section; real ones have some dozens of entries. */
const MOST_ENTRIES = 10_000;

/**
 * Reads one feature section into `into`. Numbers and layouts: linux, tools/perf/Documentation/perf.data-file-format.txt and
 * tools/perf/util/header.c. Features without use here are skipped.
 */
export function readFeature(feature: number, data: PerfBytes, into: PerfFeatures): void {
  switch (feature) {
    case 3: into.hostname = data.string(0)[0]; break;
    case 4: into.kernel = data.string(0)[0]; break;
    case 5: into.version = data.string(0)[0]; break;
    case 6: into.architecture = data.string(0)[0]; break;
    case 7: into.processorsOnline = data.u32(4); break;
    case 8: into.processor = data.string(0)[0]; break;
    case 10: into.memoryKiB = data.u64(0); break;
    case 11: into.command = stringsAt(data).map(quoted).join(' '); break;
    case 12: into.events = eventNames(data); break;
    case 21:
      into.firstSample = data.u64(0);
      into.lastSample = data.u64(8);
      break;
    case 27: into.compressed = true; break;
    case 29: into.startTime = data.u64(8) / 1e6; break;
  }
}

function stringsAt(data: PerfBytes): string[] {
  const result: string[] = [];
  let at = 4;
  for (let left = Math.min(data.u32(0), MOST_ENTRIES); left > 0; left--) {
    const [text, next] = data.string(at);
    result.push(text);
    at = next;
  }
  return result;
}

/** EVENT_DESC: the attribute, the number of ids, the name and the ids of each event. */
function eventNames(data: PerfBytes): string[] {
  const names: string[] = [];
  const size = data.u32(4);
  let at = 8;
  for (let left = Math.min(data.u32(0), MOST_ENTRIES); left > 0; left--) {
    const ids = data.u32(at + size);
    const [name, next] = data.string(at + size + 4);
    names.push(name);
    at = next + ids * 8;
  }
  return names;
}

/** An argument as a shell takes it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
