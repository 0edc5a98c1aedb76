import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import { ValgrindFrames, valgrindAddress, valgrindLine } from './valgrindFrames.ts';

/** The elements of a `<frame>`, as they stand. */
export type FrameElements = Partial<Record<'ip' | 'obj' | 'fn' | 'dir' | 'file' | 'line', string>>;

/** A stack of the report. */
export interface ReportStack {
  /** Frame rows, innermost first, as findings have them. */
  readonly rows: Int32Array;
  /** Row of the profile's stack, for costs: without Valgrind's own functions at the inner end. */
  readonly stack: number;
}

/** Makes frames and stacks of elements; equal frames are one. */
export class ValgrindXmlStacks {
  private readonly frames: ValgrindFrames;
  private readonly known = new Map<string, number>();

  constructor(private readonly builder: ProfileBuilder) {
    this.frames = new ValgrindFrames(builder);
  }

  /** The number of a frame, for `stack`. */
  frame({ ip = '', obj = '', fn = '', dir = '', file = '', line = '' }: FrameElements): number {
    const key = [ip, obj, fn, dir, file, line].join('\n');
    let frame = this.known.get(key);
    if (frame === undefined) {
      frame = this.frames.define({
        name: fn || '???',
        file: dir === '' || file.startsWith('/') || file === '' ? file : `${dir.replace(/\/$/, '')}/${file}`,
        line: valgrindLine(line),
        object: obj,
        address: valgrindAddress(ip),
        kind: FunctionKind.Native,
      });
      this.known.set(key, frame);
    }
    return frame;
  }

  /** The stack of these frames, innermost first; undefined when there are none. */
  stack(frames: readonly number[]): ReportStack | undefined {
    if (frames.length === 0) return undefined;
    const rows = new Int32Array(frames.length);
    let stack = -1;
    const first = this.frames.replacements(frames, 0, frames.length);
    for (let i = frames.length - 1; i >= 0; i--) {
      rows[i] = this.frames.row(frames[i], i + 1 < frames.length ? frames[i + 1] : -1);
      if (i >= first) stack = this.builder.stack(stack, rows[i]);
    }
    return { rows, stack };
  }
}
