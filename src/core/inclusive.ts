import type { Profile } from './profile.ts';

/** Inclusive weight of each stack: its own and that of every stack below it. One pass backwards over the depth-first order. */
export function inclusiveWeights(profile: Profile, event: number): Float64Array {
  const { parent, length } = profile.stacks;
  const inclusive = Float64Array.from(profile.stackSelf[event]);
  for (let stack = length - 1; stack >= 0; stack--) if (parent[stack] >= 0) inclusive[parent[stack]] += inclusive[stack];
  return inclusive;
}

/**
 * Adds up inclusive weights by a key of each stack, counting a stack once however often its key occurs on the way to it:
 * recursion never inflates. `keyOf[stack]` is -1 for stacks without a key. In depth-first order an inner occurrence lies
 * before the subtree end of the outer one, so remembering that end per key is enough.
 */
export function totalsByKey(profile: Profile, inclusive: Float64Array, keyOf: Int32Array, keyCount: number): Float64Array {
  const { subtreeEnd, length } = profile.stacks;
  const totals = new Float64Array(keyCount);
  const until = new Int32Array(keyCount);
  for (let stack = 0; stack < length; stack++) {
    const key = keyOf[stack];
    if (key < 0 || stack < until[key]) continue;
    totals[key] += inclusive[stack];
    until[key] = subtreeEnd[stack];
  }
  return totals;
}
