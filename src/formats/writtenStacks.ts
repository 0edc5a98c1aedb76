import { estimateStacks } from '../core/estimate.ts';
import { isEstimated, type Profile } from '../core/profile.ts';

/** A tree of self weights of one event, parents before children, for writers of formats that hold stacks. */
export interface WrittenStacks {
  readonly length: number;
  readonly parent: Int32Array;
  readonly func: Int32Array;
  /** Frame row; null where the stacks are estimated from a call graph, which has no frames. */
  readonly frame: Int32Array | null;
  readonly self: Float64Array;
}

/** What writers of stacks say of a profile that has none. */
export const ESTIMATED_LOSS = 'measured stacks: the tool recorded calls only, and stacks are estimated from them';

export function writtenStacks(profile: Profile, event: number): WrittenStacks {
  if (isEstimated(profile)) {
    const { parent, func, self } = estimateStacks(profile, event);
    return { length: parent.length, parent, func, frame: null, self };
  }
  const { stacks, frames } = profile;
  const self = profile.stackSelf[event] ?? new Float64Array(stacks.length);
  return { length: stacks.length, parent: stacks.parent, func: stacks.frame.map((frame) => frames.func[frame]), frame: stacks.frame, self };
}
