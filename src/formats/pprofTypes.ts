import { nanosecondsPer } from '../core/quantities.ts';
import type { Profile, Unit } from '../core/profile.ts';

/** How the weights of an event become the whole numbers that profile.proto has. */
export interface WholeNumbers {
  readonly unit: string;
  readonly factor: number;
  /** Some weights are no whole numbers of the unit. */
  readonly rounded: boolean;
}

/** Times that are no whole numbers become nanoseconds; everything else keeps its unit. */
export function wholeNumbers(profile: Profile, event: number): WholeNumbers {
  const { unit } = profile.events[event];
  const columns = [profile.stackSelf[event], ...(profile.graph ? [profile.graph.lines.cost[event]] : [])];
  const whole = (factor: number) => columns.every((column) => column.every((value) => Number.isInteger(value * factor)));
  if (whole(1)) return { unit, factor: 1, rounded: false };
  const factor = nanosecondsPer(unit);
  if (factor === 0) return { unit, factor: 1, rounded: true };
  // The double next to a whole number of nanoseconds is that number.
  const near = (value: number) => Math.abs(value - Math.round(value)) < 1e-3 + Math.abs(value) * 1e-12;
  const exact = columns.every((column) => column.every((value) => near(value * factor)));
  return { unit: 'nanoseconds' satisfies Unit, factor, rounded: !exact };
}

/** Rounds weights so that the sum of all stays the rounded sum: what one loses, the next one gets. */
export class FairRounding {
  private exact = 0;
  private given = 0;

  next(value: number): number {
    if (Number.isInteger(value) && this.exact === this.given) return value;
    this.exact += value;
    const result = Math.round(this.exact) - this.given;
    this.given += result;
    return result;
  }
}
