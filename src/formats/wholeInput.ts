import type { Input, ReadOptions } from './format.ts';
import { FormatError } from './format.ts';

/** Larger files of formats that must be kept whole do not come from a profiler; the limit keeps hostile input from filling the memory. */
const MAX_BYTES = 1024 * 1024 * 1024;

/**
 * All bytes of an input, for formats whose parts refer to each other (marshal, JSON, protobuf). Bytes, not a string: a string may
 * not be longer than 512 Mi characters. `before` is the number of bytes read of earlier inputs, for progress.
 * @throws FormatError above 1 GiB
 */
export async function wholeInput(input: Input, options?: ReadOptions, before = 0, most = MAX_BYTES): Promise<Uint8Array> {
  let data = new Uint8Array(1 << 17);
  let length = 0;
  for await (const chunk of input.read()) {
    const needed = length + chunk.length;
    if (needed > most) throw new FormatError(input.name, `byte ${most}`, `a profile of at most ${most} bytes`);
    if (needed > data.length) {
      // What is never touched costs no memory, what is copied again costs time.
      const grown = new Uint8Array(Math.min(most, Math.max(needed, data.length * 4)));
      grown.set(data.subarray(0, length));
      data = grown;
    }
    data.set(chunk, length);
    length = needed;
    options?.progress?.(before + length);
  }
  return data.subarray(0, length);
}

/** Each input in turn with all its bytes; progress counts over all of them. @throws FormatError above 1 GiB */
export async function* wholeInputs(inputs: readonly Input[], options?: ReadOptions): AsyncIterable<{ readonly name: string; readonly data: Uint8Array }> {
  let bytes = 0;
  for (const input of inputs) {
    const data = await wholeInput(input, options, bytes);
    bytes += data.length;
    yield { name: input.name, data };
  }
}
