import { closeSync, openSync, readSync } from 'node:fs';
import { open as openFile, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ProfileBuilder } from '../core/builder.ts';
import type { FunctionCosts } from '../core/functions.ts';
import { mergeInto, type BuilderTables } from '../core/merge.ts';
import type { Profile } from '../core/profile.ts';
import { FormatError, type Format, type Input, type PieceEnd, type PiecePlace, type Pieces, type ReadOptions } from '../formats/format.ts';
import { FORMATS } from '../formats/index.ts';
import type { FromPieceWorker, PieceRequest } from './wire.ts';

/** Smaller pieces are read before another thread has started. */
const LEAST_PIECE = 16 * 2 ** 20;
/** Merging is the work of one thread, so many more do not help. */
const MOST_PIECES = 8;
/** Where no boundary is found within this many bytes, the file is no text of this format, and one thread may say so. */
const BOUNDARY_SEARCH = 4 * 2 ** 20;
/** Small enough to stay in a processor's own cache. */
const CHUNK = 1 << 18;
const LISTEN_EVERY = 16 * 2 ** 20;
const TELL_EVERY = 8 * 2 ** 20;

/** A profile, and what its functions cost by event where the reader has added that up and kept no stacks. */
export interface PieceProfile {
  readonly profile: Profile;
  readonly costs?: readonly FunctionCosts[];
}

export interface PieceOptions extends ReadOptions {
  /** The bundled engine worker (dist/worker.cjs); absent: everything is read in this thread. */
  readonly workerFile?: string;
  /** For tests: the pieces' size and number. */
  readonly leastPiece?: number;
  readonly mostPieces?: number;
}

/**
 * The bytes `from` to `to` of a file. Each chunk is valid until the next is asked for. They are read by this thread itself: a thread
 * of the pool would put them into another processor's cache.
 */
export function sliceInput(file: string, name: string, from: number, to: number): Input {
  return {
    name,
    async *read() {
      const handle = openSync(file, 'r');
      try {
        const buffer = new Uint8Array(Math.min(CHUNK, to - from));
        let unheard = 0;
        for (let at = from; at < to;) {
          const length = readSync(handle, buffer, 0, Math.min(buffer.length, to - at), at);
          if (length === 0) return;
          at += length;
          unheard += length;
          yield buffer.subarray(0, length);
          if (unheard < LISTEN_EVERY) continue;
          // Messages get their turn.
          unheard = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        closeSync(handle);
      }
    },
  };
}

/** Reads a plain file of `size` bytes with several threads; undefined when it is to be read at once. */
export async function readInPieces(file: string, name: string, size: number, format: Format, options: PieceOptions = {}): Promise<PieceProfile | undefined> {
  const { pieces } = format;
  if (!pieces || options.workerFile === undefined) return undefined;
  const count = Math.min(Math.floor(size / (options.leastPiece ?? LEAST_PIECE)), options.mostPieces ?? Math.min(MOST_PIECES, availableParallelism()));
  if (count < 2) return undefined;
  const cuts = await findCuts(file, size, count, pieces);
  if (cuts.length < 3) return undefined;
  return joinPieces(file, name, cuts, format, pieces, options);
}

/** Where the pieces begin, and the file's end. */
async function findCuts(file: string, size: number, count: number, pieces: Pieces): Promise<number[]> {
  const cuts = [0];
  const handle = await openFile(file);
  try {
    if (await isUtf16(handle)) return [];
    for (let piece = 1; piece < count; piece++) {
      const cut = await nextBoundary(handle, Math.max(cuts[piece - 1] + 1, Math.floor(size * piece / count)), size, pieces);
      if (cut < 0) break;
      cuts.push(cut);
    }
  } finally {
    await handle.close();
  }
  return [...cuts, size];
}

async function isUtf16(handle: FileHandle): Promise<boolean> {
  const { buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
  return (buffer[0] === 0xff && buffer[1] === 0xfe) || (buffer[0] === 0xfe && buffer[1] === 0xff);
}

async function nextBoundary(handle: FileHandle, from: number, size: number, pieces: Pieces): Promise<number> {
  for (let length = 1 << 16; ; length *= 8) {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, from);
    const found = pieces.boundary(buffer.subarray(0, bytesRead), 0);
    if (found >= 0 && from + found < size) return from + found;
    if (from + bytesRead >= size || length >= BOUNDARY_SEARCH) return -1;
  }
}

async function joinPieces(file: string, name: string, cuts: readonly number[], format: Format, pieces: Pieces, options: PieceOptions): Promise<PieceProfile | undefined> {
  const count = cuts.length - 1;
  const place = (piece: number): PiecePlace => ({ first: piece === 0, last: piece === count - 1 });
  const bytes = new Array<number>(count).fill(0);
  const progress = (piece: number) => (done: number) => {
    bytes[piece] = done;
    options.progress?.(bytes.reduce((sum, each) => sum + each, 0));
  };
  const helpers: Helper[] = [];
  try {
    for (let piece = 1; piece < count; piece++) {
      helpers.push(startHelper(options.workerFile!, { file, name, from: cuts[piece], to: cuts[piece + 1], format: format.id, place: place(piece), samples: options.samples !== false, sums: options.sums === true }, progress(piece)));
    }
    // This thread reads the first piece itself, and the others' are added to it.
    const builder = new ProfileBuilder();
    builder.keepSamples = options.samples !== false;
    if (options.sums) builder.sumByFunction();
    const first = await pieces.read(sliceInput(file, name, 0, cuts[1]), builder, place(0), { progress: progress(0) });
    if (!first) return undefined;
    const ends: PieceEnd[] = [first];
    for (const [index, helper] of helpers.entries()) {
      const lines = ends.reduce((sum, end) => sum + end.lines, 0);
      const outcome = await helper.result;
      if (outcome.type === 'unreadable') throw new FormatError(name, outcome.place.replace(/^line (\d+)$/, (_, line: string) => `line ${Number(line) + lines}`), outcome.expected, outcome.found);
      if (outcome.type === 'unclear') return undefined;
      ends.push(outcome.end);
      mergeInto(builder, outcome.tables, pieces.timeShift?.(ends, index + 1) ?? 0);
    }
    const meta = pieces.finish(builder, name, ends);
    return options.sums ? builder.finishSums(meta) : { profile: builder.finish(meta) };
  } finally {
    for (const helper of helpers) helper.stop();
  }
}

type Outcome = Exclude<FromPieceWorker, { readonly type: 'pieceProgress' }>;

interface Helper {
  readonly result: Promise<Outcome>;
  stop(): void;
}

function startHelper(workerFile: string, request: PieceRequest, progress: (bytes: number) => void): Helper {
  const worker = new Worker(workerFile, { resourceLimits: { maxOldGenerationSizeMb: 8192 } });
  const result = new Promise<Outcome>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a reading thread ended with code ${code}`)));
    worker.on('message', (message: FromPieceWorker) => {
      if (message.type === 'pieceProgress') return progress(message.bytes);
      resolve(message);
      void worker.terminate();
    });
  });
  // It is awaited after the pieces before it; a failure until then must not count as unhandled.
  result.catch(() => undefined);
  worker.postMessage({ type: 'piece', request });
  return { result, stop: () => void worker.terminate() };
}

/** The helper's side: reads one piece and hands over its columns without a copy. */
export async function readPiece(request: PieceRequest, send: (message: FromPieceWorker, transfer?: ArrayBuffer[]) => void): Promise<void> {
  const pieces = FORMATS.find(({ id }) => id === request.format)?.pieces;
  if (!pieces) throw new Error(`${request.format} is not read in pieces`);
  const builder = new ProfileBuilder();
  builder.keepSamples = request.samples;
  if (request.sums) builder.sumByFunction();
  let told = 0;
  const progress = (bytes: number) => {
    if (bytes - told < TELL_EVERY) return;
    told = bytes;
    send({ type: 'pieceProgress', bytes });
  };
  let end: PieceEnd | undefined;
  try {
    end = await pieces.read(sliceInput(request.file, request.name, request.from, request.to), builder, request.place, { progress });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return send({ type: 'unreadable', place: error.place, expected: error.expected, found: error.found });
  }
  if (!end) return send({ type: 'unclear' });
  const tables = builder.tables();
  send({ type: 'piece', end, tables }, buffersOf(tables));
}

function buffersOf({ functions, frames, parent, frame, stackSelf, samples, series, sums }: BuilderTables): ArrayBuffer[] {
  const columns = [
    ...functions, ...frames, parent, frame, ...stackSelf, samples.stack, samples.thread, samples.time, ...samples.weights,
    ...series.flatMap(({ x, y }) => [x, y]), ...(sums ? [...sums.self, ...sums.total] : []),
  ];
  return columns.map((column) => column.buffer as ArrayBuffer);
}
