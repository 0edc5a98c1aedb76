import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import type { PerfFrames } from './perfFrames.ts';

/** The stack of one sample at a time, from the frame lines that perf prints, innermost first, to a stack of the profile. */
export class PerfStack {
  depth = 0;
  private lines = new Int32Array(256);
  /** Source line of each frame, as PerfFrames numbers them; -1 for none. */
  private sources = new Int32Array(256).fill(-1);
  /** Whether any frame is inlined or has a source line. */
  private hasVariants = false;
  private unknownFrame = -1;
  /** The stack of the last sample, outermost first, to find what the next one shares with it. */
  private lastLines = new Int32Array(256);
  private lastStacks = new Int32Array(256);
  private lastDepth = 0;
  private lastExactFrom = 0;

  constructor(private readonly builder: ProfileBuilder, private readonly frames: PerfFrames) {}

  /** Begins the next sample. */
  clear(): void {
    if (this.hasVariants) this.sources.fill(-1, 0, this.depth);
    this.depth = 0;
    this.hasVariants = false;
  }

  /** Adds the next outer frame. */
  add(line: number): void {
    if (this.depth === this.lines.length) {
      const lines = new Int32Array(this.depth * 2);
      lines.set(this.lines);
      this.lines = lines;
      const sources = new Int32Array(this.depth * 2).fill(-1);
      sources.set(this.sources);
      this.sources = sources;
    }
    if (this.frames.isInlined(line, -1)) this.hasVariants = true;
    this.lines[this.depth++] = line;
  }

  /** Gives the frame that was added last its source line. */
  setSourceLine(sourceLine: number): void {
    this.sources[this.depth - 1] = sourceLine;
    this.hasVariants = true;
  }

  /** Whether the frame that was added last looks as if its line was not cut off. */
  get looksWhole(): boolean {
    const last = this.depth - 1;
    return last >= 0 && (!this.frames.anyObject || this.frames.hasObject(this.lines[last]) || this.sources[last] >= 0);
  }

  /** The row of the stack in the profile. */
  row(): number {
    return this.depth === 0 ? this.unknownStack() : this.hasVariants ? this.variantStack() : this.plainStack();
  }

  /** A sample without frames still counts: its time was spent somewhere. */
  private unknownStack(): number {
    if (this.unknownFrame < 0) this.unknownFrame = this.builder.frame(this.builder.func({ name: '[unknown]', kind: FunctionKind.Native }));
    return this.builder.stack(-1, this.unknownFrame);
  }

  private plainStack(): number {
    const { lines, depth, frames } = this;
    if (depth > this.lastLines.length) {
      this.lastLines = new Int32Array(lines.length);
      this.lastStacks = new Int32Array(lines.length);
      this.lastDepth = 0;
    }
    const { lastLines, lastStacks } = this;
    // Below a kernel frame the user address is where the kernel was entered, not where a call returns to.
    let exactFrom = 0;
    while (exactFrom < depth && frames.isKernel(lines[exactFrom])) exactFrom++;
    if (exactFrom === depth) exactFrom = 0;
    // Whatever the last sample has in common from the outermost frame on has its stack already, but not up to the exact frames.
    const shareable = Math.min(depth - exactFrom, this.lastDepth - this.lastExactFrom) - 1;
    let place = 0;
    while (place < shareable && lastLines[place] === lines[depth - 1 - place]) place++;
    let stack = place > 0 ? lastStacks[place - 1] : -1;
    for (; place < depth; place++) {
      const line = lines[depth - 1 - place];
      stack = frames.called(stack, line, depth - 1 - place <= exactFrom);
      lastLines[place] = line;
      lastStacks[place] = stack;
    }
    this.lastDepth = depth;
    this.lastExactFrom = exactFrom;
    return stack;
  }

  /** A stack with inlined frames or source lines; inlined ones take the object of the next outer frame that has one. */
  private variantStack(): number {
    const { lines, sources, depth, frames, builder } = this;
    this.lastDepth = this.lastExactFrom = 0;
    const exact: boolean[] = [];
    for (let i = 0; i < depth; i++) {
      const inner = i - 1;
      exact.push(i === 0 || (exact[inner] && frames.isInlined(lines[inner], sources[inner])) || (frames.isKernel(lines[inner]) && !frames.isKernel(lines[i])));
    }
    let stack = -1;
    let object = -1;
    let address = -1;
    for (let i = depth - 1; i >= 0; i--) {
      if (!frames.isInlined(lines[i], sources[i])) {
        object = frames.object(lines[i]);
        address = frames.address(lines[i]);
      } else if (address !== frames.address(lines[i])) {
        // perf may leave out the frame that this one was inlined into; then the object is unknown.
        object = -1;
      }
      for (const row of frames.rowsWith(lines[i], sources[i], object, exact[i])) stack = builder.stack(stack, row);
    }
    return stack;
  }
}
