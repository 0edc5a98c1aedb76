import { callgrind } from './callgrind.ts';
import { perf } from './perf.ts';
import type { Profiler } from './profiler.ts';
import { pythonCprofile } from './pythonCprofile.ts';
import { pythonSample } from './pythonSample.ts';
import type { Target } from './target.ts';

/** Every profiler there is. */
export const PROFILERS: readonly Profiler[] = [pythonSample, pythonCprofile, perf, callgrind];

/** The profilers that apply, the best first. */
export function profilersFor(target: Pick<Target, 'language'>): Profiler[] {
  return PROFILERS.filter((profiler) => profiler.suits(target) > 0).sort((a, b) => b.suits(target) - a.suits(target));
}

export function profilerById(id: string): Profiler | undefined {
  return PROFILERS.find((profiler) => profiler.id === id);
}
