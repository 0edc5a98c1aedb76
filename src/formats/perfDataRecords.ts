import { FormatError } from './format.ts';
import { PerfBytes, attributeAt, readFeature, type PerfAttribute, type PerfFeatures } from './perfDataHeader.ts';

const LOST = 2;
const SAMPLE = 9;
const LOST_SAMPLES = 13;
const HEADER_ATTR = 64;
const TRACING_DATA = 66;
const AUXTRACE = 71;
const HEADER_FEATURE = 80;
const COMPRESSED = 81;
const COMPRESSED2 = 83;

/**
 * Counts the records of the data section as its bytes come. Only lengths and a few numbers are looked at: the samples themselves
 * are perf's to print. Source: linux, include/uapi/linux/perf_event.h and tools/lib/perf/include/perf/event.h.
 */
export class PerfRecords {
  samples = 0;
  /** Events that the kernel could not write, and samples that the processor could not. */
  lost = 0;
  compressed = false;
  /** From records of a file that was written to a pipe; elsewhere they have sections of their own. */
  readonly attributes: PerfAttribute[] = [];
  readonly features: PerfFeatures = {};
  private carry = new Uint8Array(0);
  /** Bytes that belong to the record before and are no records. */
  private skip = 0;

  constructor(private readonly name: string, private readonly littleEndian: boolean, private offset: number) {}

  push(chunk: Uint8Array): void {
    const skipped = Math.min(this.skip, chunk.length);
    this.skip -= skipped;
    this.offset += skipped;
    let bytes = chunk.subarray(skipped);
    if (this.carry.length > 0) {
      const joined = new Uint8Array(this.carry.length + bytes.length);
      joined.set(this.carry);
      joined.set(bytes, this.carry.length);
      bytes = joined;
    }
    const data = new PerfBytes(bytes, this.littleEndian, this.name, this.offset);
    let at = 0;
    while (at + 8 <= bytes.length) {
      const size = data.u16(at + 6);
      if (size < 8) throw new FormatError(this.name, `byte ${this.offset + at}`, 'a record of at least 8 bytes', `one of ${size}`);
      if (at + size > bytes.length) break;
      this.record(data.part(at, size));
      at += size;
      if (this.skip > 0) {
        const here = Math.min(this.skip, bytes.length - at);
        this.skip -= here;
        at += here;
      }
    }
    this.offset += at;
    this.carry = bytes.slice(at);
  }

  /** Whether the bytes ended in the middle of a record. */
  get torn(): boolean {
    return this.carry.length > 0 || this.skip > 0;
  }

  private record(data: PerfBytes): void {
    switch (data.u32(0)) {
      case SAMPLE: this.samples++; break;
      case LOST: this.lost += data.u64(16); break;
      case LOST_SAMPLES: this.lost += data.u64(8); break;
      case COMPRESSED: case COMPRESSED2: this.compressed = true; break;
      case TRACING_DATA: this.skip = Math.ceil(data.u32(8) / 8) * 8; break;
      case AUXTRACE: this.skip = data.u64(8); break;
      case HEADER_ATTR:
        if (this.attributes.length < 1000) this.attributes.push(attributeAt(data, 8));
        break;
      case HEADER_FEATURE: readFeature(data.u64(8), data.part(16, data.length - 16), this.features); break;
    }
  }
}
