import type { ProfileBuilder } from '../core/builder.ts';
import { ByteStrings, decodeText } from './byteStrings.ts';
import { FormatError } from './format.ts';
import type { LineReader } from './lineReader.ts';
import { parseValgrindFrame, ValgrindFrames } from './valgrindFrames.ts';

const SPACE = 32;
const COLON = 58;
const LETTER_N = 110;
/**
 * Frames of stacks that may be handled: this many, and so many more for each node. Massif's trees are at most 200 calls deep; the limit keeps hostile
 * input, in which each of very many nested nodes ends a stack, from taking the memory and the time of the square of its size.
 */
const MAX_FRAMES = 1 << 24;
const MAX_FRAMES_PER_NODE = 256;

/**
 * The tree of a snapshot as stacks. Massif's root is the allocation functions, below them who called them, so each path is read from its
 * end: the deepest node is the outermost frame. Bytes that a node has beyond its children's are a stack that ends there. The root
 * itself, which is the same in every stack, is left out.
 *
 * As in ms_print, the number of children tells what is below what; the indentation is for people.
 */
export class MassifTree {
  private readonly frames: ValgrindFrames;
  private readonly texts = new ByteStrings();
  /** The open nodes from the root down: frame, children still to come, bytes not covered by children. */
  private readonly path: number[] = [];
  private readonly waiting: number[] = [];
  private readonly rest: number[] = [];
  private defined = 0;
  private framesLeft = MAX_FRAMES;
  private line = 0;
  complete = false;

  constructor(private readonly builder: ProfileBuilder, private readonly name: string, private snapshot: number) {
    this.frames = new ValgrindFrames(builder);
  }

  /** Starts the tree of another snapshot. */
  begin(snapshot: number): void {
    this.snapshot = snapshot;
    this.complete = false;
  }

  /** Reads `n2: 903 0x1091F7: buffer (heap.c:12)`. */
  node(bytes: Uint8Array, start: number, end: number, reader: LineReader): void {
    this.line = reader.lineNumber;
    const children = bytes[start] === LETTER_N ? numberEnd(bytes, start + 1, end) : start;
    let size = children + 1;
    while (size < end && bytes[size] <= SPACE) size++;
    const text = numberEnd(bytes, size, end);
    if (children <= start + 1 || bytes[children] !== COLON || text === size || text - size > 20 || children - start > 10) {
      if (reader.torn) return;
      this.error('a line of the tree such as "n1: 903 0x1091F7: main (a.c:12)"', decodeText(bytes, start, end));
    }
    // A cut line may have lost digits or part of a name.
    if (reader.torn && bytes[end - 1] !== 41 && !decodeText(bytes, text, end).endsWith(': ???')) return;
    const count = numberOf(bytes, start + 1, children);
    const amount = numberOf(bytes, size, text);
    if (amount > 2 ** 64) this.error('a number below 2^64', decodeText(bytes, size, text));
    if (amount > Number.MAX_SAFE_INTEGER) this.builder.warn('numbers above 2^53 occur and are rounded');
    let name = text;
    while (name < end && bytes[name] === SPACE) name++;
    const frame = this.texts.intern(bytes, name, end);
    if (frame === this.defined) this.define(frame);
    this.open(frame, count, amount);
  }

  /** Ends a tree that was cut: bytes of nodes that are missing count at the node above them. */
  abandon(): void {
    while (this.path.length > 0) this.close();
    this.complete = true;
  }

  private define(frame: number): void {
    this.frames.define(parseValgrindFrame(this.texts.text(frame)));
    this.defined++;
  }

  private open(frame: number, children: number, bytes: number): void {
    const { path, waiting, rest } = this;
    if (path.length > 0) {
      waiting[waiting.length - 1]--;
      rest[rest.length - 1] -= bytes;
    }
    path.push(frame);
    waiting.push(children);
    rest.push(bytes);
    this.framesLeft += MAX_FRAMES_PER_NODE;
    if (children === 0) this.close(true);
    while (path.length > 0 && waiting[waiting.length - 1] === 0) this.close();
    this.complete = path.length === 0;
  }

  private close(isLeaf = false): void {
    const { path, frames } = this;
    const bytes = this.rest[path.length - 1];
    if (bytes < 0) this.builder.warn('parts of a tree are larger than the whole: the difference counts as negative');
    // A leaf without bytes is a stack too: the tree keeps all its nodes.
    if (bytes !== 0 || isLeaf) {
      this.framesLeft -= path.length;
      if (this.framesLeft < 0) this.error('stacks of fewer frames');
      let stack = -1;
      for (let at = path.length - 1; at > 0; at--) stack = this.builder.stack(stack, frames.row(path[at], at + 1 < path.length ? path[at + 1] : -1));
      if (stack < 0) stack = this.builder.stack(-1, frames.row(path[0], -1));
      this.builder.addSnapshotWeight(this.snapshot, stack, bytes);
    }
    path.pop();
    this.waiting.pop();
    this.rest.pop();
  }

  private error(expected: string, found?: string): never {
    throw new FormatError(this.name, `line ${this.line}`, expected, found);
  }
}

function numberEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] >= 48 && bytes[at] <= 57) at++;
  return at;
}

function numberOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 10 + bytes[at] - 48;
  return value;
}
