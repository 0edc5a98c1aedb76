import type { ProfileBuilder } from '../core/builder.ts';
import type { Profile, ProfileMeta } from '../core/profile.ts';

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
  /** False: samples may be added up by stack and need not be kept one by one; for askers of sums only. Default true. */
  readonly samples?: boolean;
  /** True: nothing is asked but what functions cost, so lines (and, in pieces, stacks) need not be kept. Default false. */
  readonly sums?: boolean;
}

/** What a piece's reader leaves for those who join the pieces. */
export interface PieceEnd {
  /** Lines in the piece: errors and messages of later pieces count from there. */
  readonly lines: number;
  /** What else joining needs; it crosses a thread by structured clone. */
  readonly state: unknown;
}

/** Which piece of an input is read. */
export interface PiecePlace {
  /** True: the input begins with this piece; otherwise reading starts at a `boundary`, with nothing known of what came before. */
  readonly first: boolean;
  /** True: the input ends with this piece, so it may be cut off; others end at a boundary. */
  readonly last: boolean;
}

/**
 * How a format's large files are read in pieces, several at a time: the engine cuts a plain file (not gzip, not UTF-16) at
 * boundaries, a thread of its own reads each piece into a builder, `mergeInto` (core/merge.ts) puts the builders together in the
 * order of the file, and `finish` makes the profile. The result must equal that of reading the whole with one builder, so `read` is
 * best written as one piece followed by `finish`. Fits formats of lines or records that stand for themselves. Who asks for sums only gets
 * them without stacks (`ProfileBuilder.sumByFunction`): a reader that reuses stacks of earlier samples must watch `stackEpoch`.
 */
export interface Pieces {
  /** The first offset in `bytes` at or behind `from` where a piece may begin (the start of a line, of a sample); -1 when there is none. */
  boundary(bytes: Uint8Array, from: number): number;
  /**
   * Reads one piece into `builder`, and does not finish it. Errors count lines from the start of the piece; the engine puts them
   * right. Undefined: the piece cannot be understood without what came before, so the whole is to be read at once.
   */
  read(input: Input, builder: ProfileBuilder, place: PiecePlace, options?: ReadOptions): Promise<PieceEnd | undefined>;
  /** Nanoseconds to add to the times of samples of piece `index`, which count from its own start; absent: none. Ends are those of pieces 0 to `index`. */
  timeShift?(ends: readonly PieceEnd[], index: number): number;
  /** The profile's meta, once all pieces are in `builder`; may warn, and throws FormatError when the whole is not acceptable. */
  finish(builder: ProfileBuilder, name: string, ends: readonly PieceEnd[]): ProfileMeta;
}

/** A profile format: adding one is one file and one line in `index.ts`. */
export interface Format {
  /** Stable id, as in `ProfileMeta.format`: `callgrind`. */
  readonly id: string;
  /** For people: `Callgrind`. */
  readonly label: string;
  /** Glob patterns of file names that can be nothing else (`callgrind.out.*`): the viewer is their default editor. A test holds package.json to them. */
  readonly names: readonly string[];
  /** Whether these first bytes (up to 64 KiB) are of this format. The name is only a hint, never proof. */
  sniff(head: Uint8Array, name: string): boolean;
  /**
   * Reads all inputs as one profile. Malformed input throws a FormatError; input that merely ends too early gives what was
   * read, marked truncated.
   */
  read(inputs: readonly Input[], options?: ReadOptions): Promise<Profile>;
  /** How a large file is read by several threads; absent: by one. */
  readonly pieces?: Pieces;
}

export interface WriteOptions {
  /** Row of the event that is written by formats that hold one only; default: the profile's default event. */
  readonly event?: number;
  /** Names of frames in collapsed stacks: as the profile has them, or by the rules of FlameGraph's stackcollapse scripts. */
  readonly naming?: 'plain' | 'flamegraph';
  /** What the profile is called, in formats that show a title. */
  readonly title?: string;
  /** Gives the text of a file that was built with the program (`report.html`), for formats that bring a page of their own. */
  readonly assets?: (name: string) => Promise<string>;
}

/** A format that profiles are written in: adding one is one file and one line in `writers.ts`. */
export interface Writer {
  /** Stable id, as in `heatline convert --to ID`: `speedscope`. */
  readonly id: string;
  /** For people: `speedscope JSON`. */
  readonly label: string;
  /** Ending of file names, with its dot: `.speedscope.json`. */
  readonly extension: string;
  /** The file is gzip; the caller compresses what `write` yields. */
  readonly gzip?: boolean;
  /** What this format cannot hold of this profile, for people; empty when nothing is lost. */
  losses?(profile: Profile, options: WriteOptions): readonly string[];
  /** The file's content in pieces of any size. Text is UTF-8. */
  write(profile: Profile, options: WriteOptions): Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
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
