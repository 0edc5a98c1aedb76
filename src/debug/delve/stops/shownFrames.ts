import type { Run } from '../run.ts';

/** What dlv calls a frame that the client has an id for. */
export interface ShownFrame {
  readonly goroutine: number;
  /** 0 is the newest call. */
  readonly index: number;
}

const ofRun = new WeakMap<Run, Map<number, ShownFrame>>();

/** The frames that the client was shown since the last stop, by their ids; the feature `stacks` notes them. */
export function shownFrames(run: Run): Map<number, ShownFrame> {
  let frames = ofRun.get(run);
  if (!frames) ofRun.set(run, (frames = new Map()));
  return frames;
}
