// Random cases that come out the same on every run, for the tests core-*, engine-* and host-*.
import { ProfileBuilder } from '../../src/core/builder.ts';
import type { Profile } from '../../src/core/profile.ts';

/** Whole numbers from 0 to `below` - 1, by the seed alone (xorshift32, Marsaglia 2003). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2654435761 | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** One sample as it was drawn: [function, line] from the outermost frame inwards. */
export interface DrawnSample {
  readonly frames: readonly (readonly [number, number])[];
  readonly weight: number;
}

/** Up to 40 samples of up to 8 frames over few functions, so that recursion of every kind occurs; functions are `f0`, `f1` ... of `a.c`. */
export function randomProfile(seed: number): { profile: Profile; samples: DrawnSample[]; functionCount: number } {
  const next = randomNumbers(seed);
  const functionCount = 1 + next(6);
  const builder = new ProfileBuilder([{ name: 'samples', unit: 'count' }]);
  for (let func = 0; func < functionCount; func++) builder.func({ name: `f${func}`, file: 'a.c' });
  const samples: DrawnSample[] = [];
  for (let count = 1 + next(40); count > 0; count--) {
    const frames: [number, number][] = [];
    let stack = -1;
    for (let depth = 1 + next(8); depth > 0; depth--) {
      const func = next(functionCount);
      const line = func * 10 + 1 + next(3);
      frames.push([func, line]);
      stack = builder.stack(stack, builder.frame(func, line));
    }
    const weight = 1 + next(9);
    samples.push({ frames, weight });
    builder.sampleOf(stack, 0, weight);
  }
  return { profile: builder.finish({ format: 'random' }), samples, functionCount };
}

/** A call as [caller, callee, calls, inclusive cost, line of the call]. */
export type DrawnCall = readonly [string, string, number, number, number?];

/** A profile of a tool that knows calls only. `self` gives each function's own cost, at line 10, 20 ... of `a.c` in this order. */
export function graphProfile(self: Readonly<Record<string, number>>, calls: readonly DrawnCall[]): Profile {
  const builder = new ProfileBuilder([{ name: 'Ir', unit: 'instructions' }]);
  const file = builder.string('a.c');
  const rows = new Map(Object.keys(self).map((name, index) => [name, builder.func({ name, file: 'a.c', line: (index + 1) * 10 })]));
  const row = (name: string) => rows.get(name) ?? builder.func({ name, file: 'a.c' });
  Object.entries(self).forEach(([name, cost], index) => builder.addLineCost(builder.graphLine(row(name), file, (index + 1) * 10), 0, cost));
  for (const [caller, callee, count, cost, line] of calls) builder.addEdgeCost(builder.edge(row(caller), row(callee), line ? file : -1, line ?? 0, count), 0, cost);
  return builder.finish({ format: 'graph' });
}
