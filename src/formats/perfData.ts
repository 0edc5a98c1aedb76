import { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';
import { decodeText } from './byteStrings.ts';
import type { Format, Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';
import { PerfBytes, attributeAt, attributeName, readFeature, type PerfAttribute, type PerfFeatures } from './perfDataHeader.ts';
import { PerfRecords } from './perfDataRecords.ts';
import { lostWarning } from './perfLost.ts';

/** Bytes before the data section: the header, and attributes with their ids. */
const MOST_BEFORE = 64 * 1024 * 1024;
/** Bytes behind it: the feature sections. */
const MOST_BEHIND = 256 * 1024 * 1024;
/** The header: magic, sizes, three sections and 256 bits of features. */
const HEADER_BYTES = 104;
const FEATURES = 256;

/**
 * `perf.data`, the recording itself. This reader takes from its bytes what can be told without perf: where, when and how it was
 * recorded, how many samples there are and how many were lost. The samples' symbols need the binaries and perf's knowledge of
 * them, so the engine has the installed perf print them (engine/perfData.ts). Source: linux,
 * tools/perf/Documentation/perf.data-file-format.txt.
 */
export const perfData: Format = {
  id: 'perf-data',
  label: 'perf.data',
  names: ['perf.data', 'perf.data.old', '*.perf.data'],
  sniff: (head) => head.length >= 16 && /^(?:PERFILE2|2ELIFREP)$/.test(decodeText(head, 0, 8)),
  read: readPerfData,
};

async function readPerfData(inputs: readonly Input[], options?: ReadOptions): Promise<Profile> {
  const builder = new ProfileBuilder();
  let meta: ProfileMeta | undefined;
  let bytes = 0;
  for (const input of inputs) {
    const before = bytes;
    const file = await readFile(input, (done) => options?.progress?.(before + (bytes = done)));
    bytes += before;
    meta ??= metaOf(file);
    for (const warning of warningsOf(file)) builder.warn(warning);
    if (file.cut !== undefined) builder.truncated(file.cut);
  }
  return builder.finish(meta!);
}

interface PerfFile {
  readonly features: PerfFeatures;
  readonly attributes: readonly PerfAttribute[];
  readonly records: PerfRecords;
  readonly piped: boolean;
  /** Why it is incomplete. */
  readonly cut: string | undefined;
}

async function readFile(input: Input, progress: (bytes: number) => void): Promise<PerfFile> {
  const { name } = input;
  let before = new Uint8Array(0);
  let layout: Layout | undefined;
  let records: PerfRecords | undefined;
  const behind: Uint8Array[] = [];
  let behindBytes = 0;
  let read = 0;
  for await (const piece of input.read()) {
    let chunk: Uint8Array = piece;
    read += piece.length;
    progress(read);
    if (!records) {
      const joined = new Uint8Array(before.length + chunk.length);
      joined.set(before);
      joined.set(chunk, before.length);
      before = joined;
      layout ??= layoutOf(before, name);
      if (!layout || before.length < layout.dataStart) continue;
      records = new PerfRecords(name, layout.littleEndian, layout.dataStart);
      chunk = before.subarray(layout.dataStart);
    }
    const start = layout!.dataStart;
    const left = layout!.dataEnd - Math.max(start, read - chunk.length);
    if (left > 0) records.push(chunk.subarray(0, Math.min(left, chunk.length)));
    if (left >= chunk.length) continue;
    const rest = chunk.slice(Math.max(0, left));
    behind.push(rest);
    behindBytes += rest.length;
    if (behindBytes > MOST_BEHIND) throw new FormatError(name, `byte ${layout!.dataEnd}`, `at most ${MOST_BEHIND >> 20} MiB of feature sections`);
  }
  if (!layout) throw new FormatError(name, `byte ${before.length}`, 'a header of perf.data');
  const data = new PerfBytes(before, layout.littleEndian, name);
  if (!records) {
    const empty = new PerfRecords(name, layout.littleEndian, 0);
    return { features: {}, attributes: [], records: empty, piped: layout.piped, cut: `${name} ends before its data, at byte ${read}: nothing was recorded, or the file was cut off` };
  }
  const attributes = layout.piped ? records.attributes : attributesOf(data, layout);
  let cut = cutOf(name, layout, records, read);
  let features = records.features;
  if (!layout.piped && cut === undefined) {
    try {
      features = featuresOf(joinChunks(behind, behindBytes), layout, name);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // What is behind the samples is worth less than they are.
      cut = `${error.message}; its facts are left out`;
    }
  }
  return { features, attributes, records, piped: layout.piped, cut };
}

function cutOf(name: string, layout: Layout, records: PerfRecords, read: number): string | undefined {
  if (layout.unfinished) return `perf was killed before it could finish ${name}: the last samples and the facts of the recording are missing`;
  if (!layout.piped && read < layout.dataEnd) return `${name} was cut off at byte ${read} of its samples, which reach to byte ${layout.dataEnd}`;
  return records.torn ? `${name} was cut off in the middle of a record` : undefined;
}

interface Layout {
  readonly littleEndian: boolean;
  /** Written to a pipe: records follow at once, and all else is in records. */
  readonly piped: boolean;
  readonly attributeSize: number;
  readonly attributes: { readonly offset: number; readonly size: number };
  readonly dataStart: number;
  /** Infinity when perf could not note it any more. */
  readonly dataEnd: number;
  readonly unfinished: boolean;
  /** Numbers of the features whose sections follow the data, in order. */
  readonly features: readonly number[];
}

function layoutOf(bytes: Uint8Array, name: string): Layout | undefined {
  if (bytes.length < 16) return undefined;
  const magic = decodeText(bytes, 0, 8);
  if (magic !== 'PERFILE2' && magic !== '2ELIFREP') throw new FormatError(name, 'byte 0', 'PERFILE2', magic);
  const littleEndian = magic === 'PERFILE2';
  const data = new PerfBytes(bytes, littleEndian, name);
  const size = data.u64(8);
  const none = { offset: 0, size: 0 };
  if (size === 16) return { littleEndian, piped: true, attributeSize: 0, attributes: none, dataStart: 16, dataEnd: Infinity, unfinished: false, features: [] };
  if (size < HEADER_BYTES || size > 4096) throw new FormatError(name, 'byte 8', `the size of the header, 16 or ${HEADER_BYTES}`, String(size));
  if (bytes.length < HEADER_BYTES) return undefined;
  const attributes = { offset: data.u64(24), size: data.u64(32) };
  const [dataStart, dataSize] = [data.u64(40), data.u64(48)];
  if (dataStart < HEADER_BYTES || dataStart > MOST_BEFORE) throw new FormatError(name, 'byte 40', `data from byte ${HEADER_BYTES} to ${MOST_BEFORE} on`, String(dataStart));
  const features: number[] = [];
  // The bits are words of 64; a file of 32-bit words in the other byte order is not told apart, as perf itself has to guess there.
  for (let feature = 0; feature < FEATURES; feature++) {
    const byte = 72 + (feature >> 6) * 8 + (littleEndian ? (feature & 63) >> 3 : 7 - ((feature & 63) >> 3));
    if (bytes[byte] & (1 << (feature & 7))) features.push(feature);
  }
  return {
    littleEndian, piped: false, attributeSize: data.u64(16), attributes, dataStart,
    dataEnd: dataSize === 0 ? Infinity : dataStart + dataSize, unfinished: dataSize === 0, features,
  };
}

function attributesOf(data: PerfBytes, { attributes, attributeSize }: Layout): PerfAttribute[] {
  const found: PerfAttribute[] = [];
  if (attributeSize < 64) return found;
  const end = Math.min(attributes.offset + attributes.size, data.length);
  for (let at = attributes.offset; at + 64 <= end && found.length < 1000; at += attributeSize) found.push(attributeAt(data, at));
  return found;
}

/** The table of sections stands right behind the data; offsets in it are those of the file. */
function featuresOf(behind: Uint8Array, layout: Layout, name: string): PerfFeatures {
  const features: PerfFeatures = {};
  const data = new PerfBytes(behind, layout.littleEndian, name, layout.dataEnd);
  layout.features.forEach((feature, index) => {
    const offset = data.u64(index * 16);
    const size = data.u64(index * 16 + 8);
    if (size === 0) return;
    if (offset < layout.dataEnd) throw new FormatError(name, `byte ${layout.dataEnd + index * 16}`, 'a section behind the data', `byte ${offset}`);
    readFeature(feature, data.part(offset - layout.dataEnd, size), features);
  });
  return features;
}

function joinChunks(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

function metaOf({ features, attributes, records, piped }: PerfFile): ProfileMeta {
  const names = features.events ?? attributes.map(attributeName);
  const rates = attributes.map(({ rate, isFrequency }) => (isFrequency ? `${rate} Hz` : `every ${rate}`));
  const facts: [string, string][] = [];
  const fact = (label: string, value: string | number | undefined) => {
    if (value !== undefined && value !== '') facts.push([label, String(value)]);
  };
  fact('Host', features.hostname);
  fact('Kernel', features.kernel);
  fact('Architecture', features.architecture);
  fact('Processor', features.processor);
  fact('Processors', features.processorsOnline);
  fact('Memory', features.memoryKiB === undefined ? undefined : `${(features.memoryKiB / 2 ** 20).toPrecision(3)} GiB`);
  fact('Events recorded', names.slice(0, 20).map((name, row) => (rates[row] === undefined ? name : `${name} (${rates[row]})`)).join(', '));
  if (!records.compressed) fact('Samples in the file', records.samples);
  if (records.compressed || features.compressed) fact('Records', 'compressed (zstd)');
  if (piped) fact('Written to', 'a pipe');
  const duration = (features.lastSample ?? NaN) - (features.firstSample ?? NaN);
  const frequency = attributes.find(({ isFrequency }) => isFrequency)?.rate;
  return {
    format: 'perf-data',
    tool: features.version === undefined ? 'perf' : `perf ${features.version}`,
    ...(features.command === undefined ? {} : { command: features.command }),
    ...(features.startTime === undefined ? {} : { startTime: features.startTime }),
    ...(duration > 0 ? { duration } : {}),
    ...(frequency === undefined ? {} : { frequency }),
    facts,
  };
}

function warningsOf({ records }: PerfFile): string[] {
  return records.lost > 0 ? [lostWarning(records.lost)] : [];
}
