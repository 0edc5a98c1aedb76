/** Labels and distances of an axis' marks, by unit. Pure. */
import type { Unit } from '../../src/core/profile.ts';
import { nanosecondsPer } from '../../src/core/quantities.ts';

type Steps = readonly (readonly [number, string])[];

const TIME: Steps = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
const BYTES: Steps = [[2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB'], [1, 'B']];
const COUNT: Steps = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k'], [1, '']];

/** Digits after the point that are better avoided by a smaller unit, unless the number became longer than this. */
const MOST_DIGITS = 2;
const LONGEST = 1e5;

/** Labels of marks `distance` apart, all in one unit and with as many digits as tell them apart: `0`, `0.5 s`, `1.0 s`. */
export function tickLabels(values: readonly number[], distance: number, unit: Unit): string[] {
  const scale = nanosecondsPer(unit) || 1;
  const largest = Math.max(0, ...values.map((value) => Math.abs(value * scale)));
  const steps = nanosecondsPer(unit) ? TIME : unit === 'bytes' ? BYTES : COUNT;
  let step = steps.findIndex(([at]) => largest >= at * 0.9995);
  if (step < 0) step = steps.length - 1;
  const divisorOf = (at: number) => (steps[at][1] === 'k' ? 1e3 : steps[at][0]) / scale;
  // Close up, a smaller unit reads better than many digits.
  while (step < steps.length - 1 && decimals(distance / divisorOf(step)) > MOST_DIGITS && largest / scale / divisorOf(step + 1) < LONGEST) step++;
  const name = steps[step][1];
  const divisor = divisorOf(step);
  const digits = decimals(distance / divisor);
  return values.map((value) => (value === 0 ? '0' : `${(value / divisor).toFixed(digits)} ${name}`.trim()));
}

/** Digits after the point that a multiple of `distance` needs. */
function decimals(distance: number): number {
  for (let digits = 0; digits < 9; digits++) {
    const shifted = distance * 10 ** digits;
    if (shifted >= 0.99 && Math.abs(shifted - Math.round(shifted)) < 1e-6 * shifted) return digits;
  }
  return 9;
}

/** Distances between marks that read well: 1, 2 and 5 times powers of ten, powers of two for bytes. */
export function tickDistances(unit: Unit): number[] {
  if (unit === 'bytes') return Array.from({ length: 60 }, (_, power) => 2 ** power);
  const least = unit === 'count' || unit === 'instructions' ? -6 : -9;
  return Array.from({ length: 28 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** (power + least))).flat();
}
