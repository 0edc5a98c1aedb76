import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FunctionCosts } from '../core/functions.ts';
import type { Profile } from '../core/profile.ts';
import type { Input } from '../formats/format.ts';
import { detectFormat, FORMATS, readHead } from '../formats/index.ts';
import type { SymbolTable } from '../profilers/symbols/index.ts';
import { GzipError } from './inputErrors.ts';
import { hasNames, hasOnlyAddresses } from './onlyAddresses.ts';

/** What is to be opened as one profile. */
export interface OpenRequest {
  /** Absolute paths; several are parts of one profile. */
  readonly files: readonly string[];
  /** Format id; found out from the bytes when absent. */
  readonly format?: string;
  /** Absolute path of a symbol table written beside the profile; absent or missing: addresses stay as they are. */
  readonly symbols?: string;
  /**
   * Ask the debug information for what the table lacks, and write the table. Only where the binaries are: on the machine of the run. Without a
   * table, a profile that has addresses and no names at all is looked up each time.
   */
  readonly resolve?: boolean;
  /** When the profile was recorded, milliseconds since 1970: binaries that are younger are not asked. */
  readonly recordedAt?: number;
  /** False: no program may be run to read the file (a workspace that is not trusted). Default true. */
  readonly mayRun?: boolean;
  /** The perf command, for perf.data files; default `perf`. */
  readonly perf?: string;
}

export interface Opened {
  readonly profile: Profile;
  /** By event, when only sums were asked for and the reader could do without stacks: then the profile has none. */
  readonly costs?: readonly FunctionCosts[];
  readonly formatLabel: string;
}

/** True for errors that the input is to blame for; their messages can be shown as they are. */
export function isInputError(error: { readonly name: string; readonly message: string; readonly code?: string }): boolean {
  return ['FormatError', 'UnknownFormatError', 'ManifestError', 'GzipError', 'PerfRefusal'].includes(error.name) || /^(ENOENT|EACCES|EISDIR|EPERM)\b/.test(error.code ?? error.message);
}

/** Input that is no profile we can read; the message says which formats there are. */
export class UnknownFormatError extends Error {
  constructor(file: string) {
    super(`${path.basename(file)} is not a profile that Heatline can read. It reads: ${FORMATS.map((format) => format.label).join(', ')}.`);
    this.name = 'UnknownFormatError';
  }
}

/** Most bytes that a compressed profile may become, so that a small file cannot fill the disk or the memory. */
const MOST_INFLATED = 16 * 2 ** 30;
/** Above this size, no more than this many times the compressed size: the text of profilers shrinks to a tenth or a fiftieth, zeros to a thousandth. */
const UNSUSPECTED = 256 * 2 ** 20;
const MOST_RATIO = 400;

/** How a profile is read. */
export interface OpenOptions {
  /** The bundled engine worker (dist/worker.cjs), for further threads; absent: everything is read in this thread. */
  readonly workerFile?: string;
  /** False: samples need not be kept one by one; for askers of sums only. Default true. */
  readonly samples?: boolean;
  /** True: nothing is asked of the profile but what its functions cost, so large files may be read without keeping stacks. Default false. */
  readonly sums?: boolean;
  /** Ends programs that are run for reading. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a profile. `progress` is told the bytes read and the bytes there are. Throws FormatError for malformed input,
 * UnknownFormatError when no reader knows it, and the system's error when a file cannot be read.
 */
export async function openProfile(request: OpenRequest, progress?: (bytes: number, total: number) => void, options: OpenOptions = {}): Promise<Opened> {
  const inputs = await Promise.all(request.files.map(fileInput));
  if (inputs.length === 0) throw new Error('no profile file was given');
  const sizes = await Promise.all(request.files.map(async (file) => (await stat(file)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const format = request.format ? FORMATS.find(({ id }) => id === request.format) : detectFormat(await readHead(inputs[0]), inputs[0].name);
  if (!format) throw new UnknownFormatError(request.files[0]);
  const reading = { samples: options.samples, sums: options.sums, progress: (bytes: number) => progress?.(bytes, total) };
  const [file] = request.files;
  // Threads and tools that are not needed are not loaded: for a small profile that is most of the time.
  if (format.id === 'perf-data' && inputs.length === 1) {
    const { readPerfData } = await import('./perfData.ts');
    const profile = await readPerfData(file, inputs[0], await isGzip(file), {
      samples: options.samples, signal: options.signal, mayRun: request.mayRun, perf: request.perf,
      // How much text perf will print is not known.
      progress: (bytes) => progress?.(Math.min(bytes, total), total),
    });
    return { profile: request.symbols ? await withSymbols(profile, request) : await resolved(profile, file, options.signal), formatLabel: format.label };
  }
  const plain = format.pieces !== undefined && options.workerFile !== undefined && inputs.length === 1 && !(await isGzip(file));
  const inPieces = async (sums: boolean) => (
    plain ? (await import('./pieces.ts')).readInPieces(file, inputs[0].name, total, format, { ...reading, sums, workerFile: options.workerFile }) : undefined);
  const summed = options.sums && !request.symbols ? await inPieces(true) : undefined;
  // Names of addresses are looked up by the frames, which are not there then.
  if (summed && hasNames(summed.profile)) return { ...summed, formatLabel: format.label };
  const profile = (await inPieces(false))?.profile ?? await format.read(inputs, reading);
  return { profile: await withSymbols(profile, request), formatLabel: format.label };
}

/** The profile with source lines for its addresses, from the table beside it or, the first time, from debug information. */
async function withSymbols(profile: Profile, request: OpenRequest): Promise<Profile> {
  if (!request.symbols && !(request.resolve && hasOnlyAddresses(profile))) return profile;
  const known = request.symbols ? await readSymbols(request.symbols) : undefined;
  if (!known && !request.resolve) return profile;
  const { applySymbols, symbolize } = await import('../profilers/symbols/index.ts');
  const found = !request.symbols ? await (await import('./lookUpNames.ts')).lookUpNames(profile, request.files[0])
    : known ? { profile: applySymbols(profile, known), table: known } : await symbolize(profile, { recordedAt: request.recordedAt });
  if (!known && request.symbols) {
    await writeFile(`${request.symbols}.new`, JSON.stringify(found.table));
    await rename(`${request.symbols}.new`, request.symbols);
  }
  const { withoutLegacyFrames } = await import('../formats/gperftoolsFrames.ts');
  const named = withoutLegacyFrames(found.profile);
  // A note about every system library would bury the one about the person's own program.
  const notes = found.table.notes.filter(({ object }) => !/^\/(usr\/)?lib(32|64|exec)?\//.test(object)).map(({ object, reason }) => `${path.basename(object)}: ${reason}`);
  return notes.length > 0 ? { ...named, warnings: [...named.warnings, ...notes] } : named;
}

/** The profile with source lines where the binaries are here and have not changed since the recording. */
async function resolved(profile: Profile, file: string, signal?: AbortSignal): Promise<Profile> {
  const { symbolize } = await import('../profilers/symbols/index.ts');
  return (await symbolize(profile, { recordedAt: (await stat(file)).mtimeMs, signal })).profile;
}

/** A file as a reader's input; gzip is undone on the way. */
export async function fileInput(file: string): Promise<Input> {
  const zipped = await isGzip(file);
  return {
    name: path.basename(file),
    read: () => {
      const raw = createReadStream(file, { highWaterMark: 1 << 20 });
      return zipped ? inflate(raw, file) : raw;
    },
  };
}

async function isGzip(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: 1 })) return (chunk as Buffer)[0] === 0x1f && (chunk as Buffer)[1] === 0x8b;
  return false;
}

async function* inflate(raw: Readable, file: string): AsyncIterable<Uint8Array> {
  const { size } = await stat(file);
  const unzipped = createGunzip();
  // Unlike pipe, pipeline hands an error of the file on; it is thrown by the loop below.
  pipeline(raw, unzipped, () => undefined);
  let length = 0;
  try {
    for await (const chunk of unzipped) {
      length += (chunk as Uint8Array).length;
      if (length > UNSUSPECTED && length > size * MOST_RATIO) throw new GzipError(file, `it inflates to more than ${MOST_RATIO} times its size, as no profile does`);
      if (length > MOST_INFLATED) throw new GzipError(file, `it inflates to more than ${MOST_INFLATED} bytes`);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw new GzipError(file, `the gzip data is broken or cut short (${(error as Error).message})`);
    throw error;
  }
}

/** The table beside a profile; undefined when there is none or it is broken, for it can be made again. */
async function readSymbols(file: string): Promise<SymbolTable | undefined> {
  try {
    const table = JSON.parse(await readFile(file, 'utf8')) as Partial<SymbolTable>;
    return table.version === 1 && Array.isArray(table.objects) && Array.isArray(table.strings) && Array.isArray(table.notes) ? (table as SymbolTable) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
