import type { ProfileBuilder } from '../core/builder.ts';
import { FunctionKind } from '../core/profile.ts';
import type { WaitReason } from './waitReasons.ts';

/** Row of each event that is always there. */
const WALL = 0;
const CPU = 1;
const OFF_CPU = 2;

/** Puts what threads did into a profile: `wall` is `cpu` and `off-cpu`, and that is one event for each reason of waiting. All in nanoseconds. */
export class WallCosts {
  /** Row of the reason's event, and of the frame that stands for it. */
  private readonly reasons = new Map<WaitReason, { readonly event: number; readonly frame: number }>();
  private notSampled = -1;

  /** The builder must have no events yet. */
  constructor(private readonly builder: ProfileBuilder) {
    builder.event({ name: 'wall', unit: 'nanoseconds', label: 'Wall clock of all threads' });
    builder.event({ name: 'cpu', unit: 'nanoseconds', label: 'On a processor' });
    builder.event({ name: 'off-cpu', unit: 'nanoseconds', label: 'Waiting' });
  }

  /** `nanoseconds` on a processor until `time`; stack -1: nothing is known of them. */
  cpu(stack: number, nanoseconds: number, time: number, thread: number): void {
    if (nanoseconds <= 0) return;
    let row = stack;
    if (row < 0) {
      if (this.notSampled < 0) this.notSampled = this.frame('[not sampled]', FunctionKind.Unknown);
      row = this.builder.stack(-1, this.notSampled);
    }
    const weights = [0, 0];
    weights[WALL] = weights[CPU] = nanoseconds;
    this.builder.sample(row, weights, time, thread);
  }

  /** `nanoseconds` of waiting until `time`; `stack` is what called the waiting, -1 when it is not known. */
  wait(stack: number, reason: WaitReason, nanoseconds: number, time: number, thread: number): void {
    if (nanoseconds <= 0) return;
    let known = this.reasons.get(reason);
    if (!known) {
      known = { event: this.builder.event({ name: reason.event, unit: 'nanoseconds', label: reason.label }), frame: this.frame(reason.frame, FunctionKind.Kernel) };
      this.reasons.set(reason, known);
    }
    const weights = new Array<number>(known.event + 1).fill(0);
    weights[WALL] = weights[OFF_CPU] = weights[known.event] = nanoseconds;
    this.builder.sample(this.builder.stack(stack, known.frame), weights, time, thread);
  }

  private frame(name: string, kind: number): number {
    return this.builder.frame(this.builder.func({ name, kind }));
  }
}
