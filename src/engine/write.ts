import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Profile } from '../core/profile.ts';
import type { WriteOptions, Writer } from '../formats/format.ts';

/** Pieces of text are gathered up to this many bytes, for a call of the system each would take most of the time. */
const PIECE_BYTES = 1 << 18;

/**
 * Writes a profile to a file so that it is never seen half: a failure or an abort leaves what was there before. What is no regular
 * file (a device, a pipe) is written to as it is. Throws the signal's reason when it is aborted.
 */
export async function writeProfile(profile: Profile, writer: Writer, options: WriteOptions, file: string, signal?: AbortSignal): Promise<void> {
  const known = await stat(file).catch(() => undefined);
  if (known && !known.isFile()) return streamProfile(profile, writer, options, createWriteStream(file), signal);
  // A link stays, and what it leads to is replaced.
  const target = known ? await realpath(file) : file;
  const draft = `${target}.${process.pid}.new`;
  try {
    await streamProfile(profile, writer, options, createWriteStream(draft, known ? { mode: known.mode } : {}), signal);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    signal?.throwIfAborted();
    throw error;
  }
}

/** Writes a profile to a stream and ends it. */
export async function streamProfile(profile: Profile, writer: Writer, options: WriteOptions, to: NodeJS.WritableStream, signal?: AbortSignal): Promise<void> {
  const source = Readable.from(gathered(writer.write(profile, options)), { objectMode: false });
  if (writer.gzip) await pipeline(source, createGzip(), to, { signal });
  else await pipeline(source, to, { signal });
}

async function* gathered(pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
    parts.push(bytes);
    length += bytes.length;
    if (length < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(parts);
}
