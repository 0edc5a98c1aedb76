import { cachegrind } from './cachegrind.ts';
import { callgrind } from './callgrind.ts';
import { dhat } from './dhat.ts';
import { drd } from './drd.ts';
import { goCpu } from './goCpu.ts';
import { goService } from './goService.ts';
import { goTest } from './goTest.ts';
import { gperftools } from './gperftools.ts';
import { helgrind } from './helgrind.ts';
import { ltrace } from './ltrace.ts';
import { massif } from './massif.ts';
import { memcheck } from './memcheck.ts';
import { memory } from './memory.ts';
import { perf } from './perf.ts';
import { perfStat } from './perfStat.ts';
import { perfWall } from './perfWall.ts';
import { pythonCprofile } from './pythonCprofile.ts';
import { pythonMemory } from './pythonMemory.ts';
import { pythonPerf } from './pythonPerf.ts';
import { pythonSample } from './pythonSample.ts';
import { strace } from './strace.ts';
import type { Profiler } from './profiler.ts';
import type { TargetTraits } from './target.ts';

/** Every profiler there is. */
export const PROFILERS: readonly Profiler[] = [
  pythonSample,
  pythonCprofile,
  pythonMemory,
  pythonPerf,
  perf,
  perfWall,
  perfStat,
  callgrind,
  cachegrind,
  massif,
  dhat,
  memcheck,
  helgrind,
  drd,
  gperftools,
  goTest,
  goCpu,
  goService,
  strace,
  ltrace,
  memory,
];

/** The profilers that apply, the best first. */
export function profilersFor(target: TargetTraits): Profiler[] {
  return PROFILERS.filter((profiler) => profiler.suits(target) > 0).sort((a, b) => b.suits(target) - a.suits(target));
}

export function profilerById(id: string): Profiler | undefined {
  return PROFILERS.find((profiler) => profiler.id === id);
}
