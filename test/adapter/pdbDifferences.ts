// Where ours stops elsewhere than debugpy on purpose: for each program why, and what that makes of debugpy's run.
import type { DebugRun } from '../debugScript.ts';

export interface Difference {
  readonly reason: string;
  /** Ours, made from what debugpy did. */
  readonly expected: (theirs: DebugRun) => DebugRun;
}

export const DIFFERENCES: Readonly<Record<string, Difference>> = {};
