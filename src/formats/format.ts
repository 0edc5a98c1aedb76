import type { Profile } from '../core/profile.ts';

/** Bytes as they come from a file, a pipe or a test; chunks may break anywhere, also inside a UTF-8 character. */
export type Chunks = AsyncIterable<Uint8Array>;

/** One input of a profile. Most formats have one; callgrind may have a file per part or thread. */
export interface Input {
  /** Shown in messages; the base name may be a hint for `sniff`. */
  readonly name: string;
  /** Opens the bytes from the start. */
  read(): Chunks;
}

export interface ReadOptions {
  /** Called now and then with the bytes read so far. */
  readonly progress?: (bytes: number) => void;
}

/** A profile format: adding one is one file and one line in `index.ts`. */
export interface Format {
  /** Stable id, as in `ProfileMeta.format`: `callgrind`. */
  readonly id: string;
  /** For people: `Callgrind`. */
  readonly label: string;
  /** Whether these first bytes (up to 64 KiB) are of this format. The name is only a hint, never proof. */
  sniff(head: Uint8Array, name: string): boolean;
  /**
   * Reads all inputs as one profile. Malformed input throws a FormatError; input that merely ends too early gives what was
   * read, marked truncated.
   */
  read(inputs: readonly Input[], options?: ReadOptions): Promise<Profile>;
}

/** Malformed input: where, what was expected and what stood there. */
export class FormatError extends Error {
  constructor(
    readonly file: string,
    /** `line 12` or `byte 4711`. */
    readonly place: string,
    readonly expected: string,
    /** What stood there, shortened; undefined when there is nothing to show. */
    readonly found?: string,
  ) {
    super(`${file}, ${place}: expected ${expected}${found === undefined ? '' : `, found ${excerpt(found)}`}`);
    this.name = 'FormatError';
  }
}

function excerpt(found: string): string {
  const shown = found.length > 80 ? found.slice(0, 80) + '...' : found;
  return JSON.stringify(shown);
}
