import { rm } from 'node:fs/promises';
import path from 'node:path';
import { buildTarget, type BuildContext } from './build.ts';
import type { OptionValue } from './options.ts';
import { ProblemError } from './problem.ts';
import type { Plan, Profiler, ProfilerContext } from './profiler.ts';
import { createRun, type RunManifest } from './run.ts';
import type { Target } from './target.ts';

export interface Preparation {
  readonly context: ProfilerContext;
  readonly build: BuildContext;
  /** Where the run's folder is made. */
  readonly runsFolder: string;
  /** Options that were changed for this run alone; they are kept, to run it again so. */
  readonly options?: Readonly<Record<string, OptionValue>>;
  /** Keeps the manifest. */
  save(file: string, manifest: RunManifest): Promise<void>;
  /** What is going on, for a progress display. */
  step?(what: 'preparing' | 'building'): void;
}

export interface PreparedRun {
  /** Path of the manifest. */
  readonly file: string;
  readonly manifest: RunManifest;
  readonly plan: Plan;
}

/**
 * Everything before a run is started: whether the profiler can run here, the build, the run's folder with its manifest, and the command.
 * @throws ProblemError when it cannot be run; no folder is left then
 */
export async function prepareRun(target: Target, profiler: Profiler, { context, build, runsFolder, options, save, step }: Preparation): Promise<PreparedRun> {
  step?.('preparing');
  const problem = await profiler.preflight(target, context);
  if (problem) throw new ProblemError(problem);
  step?.('building');
  const { target: built, notes } = profiler.build ? await profiler.build(target, build) : { target: await buildTarget(target, build), notes: [] };
  context.signal?.throwIfAborted();
  const startedAt = Date.now();
  const file = await createRun(runsFolder, target, profiler.label, startedAt);
  let plan: Plan;
  try {
    plan = await profiler.plan(built, path.dirname(file), context);
    if (notes.length > 0) plan = { ...plan, notes: [...notes, ...plan.notes] };
  } catch (error) {
    await rm(path.dirname(file), { recursive: true, force: true });
    throw error;
  }
  const manifest: RunManifest = {
    version: 1, profiler: profiler.id, profilerLabel: profiler.label, target, command: plan.command, startedAt, endedAt: 0,
    exitCode: null, signal: null, stopped: false, notes: plan.notes, ...(options && Object.keys(options).length > 0 ? { options } : {}),
  };
  await save(file, manifest);
  return { file, manifest, plan };
}
