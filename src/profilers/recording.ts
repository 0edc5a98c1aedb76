import path from 'node:path';
import { buildTarget, type BuildContext } from './build.ts';
import { descendants, sendSignal, waitForEnd } from './process.ts';
import { ProblemError } from './problem.ts';
import type { Plan, Profiler, ProfilerContext } from './profiler.ts';
import { createRun, type RunManifest, type StoredRun } from './run.ts';
import type { Target } from './target.ts';

/** Seconds that each attempt to stop has before a firmer one. */
const STOP_PATIENCE = 3;
const STOP_ATTEMPTS = 5;

/** What is to be recorded, and where. */
export interface RecordingRequest {
  readonly target: Target;
  readonly profiler: Profiler;
  readonly context: ProfilerContext;
  readonly build: BuildContext;
  /** The run gets a folder of its own in here. */
  readonly runsFolder: string;
  /** Told what is being done: `preparing`, `building`. */
  readonly onStep?: (step: string) => void;
}

/** A run that may start: its folder exists, its manifest is not written yet. */
export interface PreparedRun extends StoredRun {
  /** Absolute path of the run's folder. */
  readonly folder: string;
  readonly plan: Plan;
}

/** How the process of a plan ended. */
export interface RecordingEnd {
  /** Milliseconds since 1970; undefined when it could not be started. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** null when a signal ended it, or nobody saw the end. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The person ended it early. */
  readonly stopped: boolean;
  /** Why it could not be started. */
  readonly error?: string;
}

/**
 * From a target to a plan: tries whether the profiler may run, builds the program and makes the run's folder.
 * @throws ProblemError when the tool, the compiler or the source does not allow it; the signal's reason when aborted
 */
export async function prepareRun({ target, profiler, context, build, runsFolder, onStep }: RecordingRequest): Promise<PreparedRun> {
  onStep?.('preparing');
  const problem = await profiler.preflight(target, context);
  if (problem) throw new ProblemError(problem);
  onStep?.('building');
  const built = await buildTarget(target, build);
  context.signal?.throwIfAborted();
  const startedAt = Date.now();
  const file = await createRun(runsFolder, target, profiler.label, startedAt);
  const folder = path.dirname(file);
  const plan = await profiler.plan(built, folder, context);
  context.log(`${plan.cwd}> ${plan.command.join(' ')}`);
  const manifest: RunManifest = {
    version: 1, profiler: profiler.id, profilerLabel: profiler.label, target, command: plan.command, startedAt, endedAt: 0,
    exitCode: null, signal: null, stopped: false, notes: plan.notes,
  };
  return { file, folder, plan, manifest };
}

/** The run's manifest once its process has ended; there is no recording in it yet. */
export function endedManifest(manifest: RunManifest, end: RecordingEnd): RunManifest {
  return {
    ...manifest, startedAt: end.startedAt ?? manifest.startedAt, endedAt: end.endedAt ?? Date.now(), exitCode: end.code, signal: end.signal, stopped: end.stopped,
  };
}

/**
 * Turns the raw files of an ended run into a recording and saves the manifest with it, or with why there is none: raw files are
 * never lost.
 * @throws ProblemError when the run left no profile
 */
export async function collectRun(
  run: StoredRun, profiler: Profiler, context: ProfilerContext, save: (run: StoredRun) => Promise<void>, startError?: string,
): Promise<StoredRun> {
  const fail = async (error: ProblemError): Promise<never> => {
    await save({ file: run.file, manifest: { ...run.manifest, failure: error.message } });
    throw error;
  };
  if (startError) {
    return fail(new ProblemError({ code: 'not-started', message: `${path.basename(run.manifest.command[0])} could not be started.`, why: startError, remedies: [] }));
  }
  let recording;
  try {
    recording = await profiler.collect(path.dirname(run.file), context);
  } catch (error) {
    return fail(error instanceof ProblemError ? error : new ProblemError({ code: 'collect-failed', message: 'The recording could not be read.', why: String(error), remedies: [] }));
  }
  if (!recording) {
    const { exitCode, signal } = run.manifest;
    return fail(new ProblemError({
      code: 'no-profile', message: `${profiler.label} left no profile.`,
      why: `The program ended ${signal ? `by ${signal}` : `with exit code ${exitCode ?? 'unknown'}`}; the terminal shows what it said.`, remedies: [],
    }));
  }
  const saved: StoredRun = { file: run.file, manifest: { ...run.manifest, recording } };
  await save(saved);
  return saved;
}

/**
 * Asks a profiler to end with what it has, more firmly every few seconds while it still runs. True when it has ended, or `hasEnded`
 * says so; false when it outlived every attempt.
 */
export async function stopFirmly(
  profiler: Pick<Profiler, 'stop'>, pid: number, folder: string, hasEnded: () => boolean = () => false, onAttempt?: (attempt: number) => void,
): Promise<boolean> {
  for (let attempt = 0; attempt < STOP_ATTEMPTS; attempt++) {
    if (hasEnded()) return true;
    onAttempt?.(attempt);
    await profiler.stop(pid, folder, attempt);
    if (await waitForEnd(pid, STOP_PATIENCE * 1000)) return true;
  }
  return hasEnded();
}

/** Ends a process and everything below it at once. */
export async function killTree(pid: number): Promise<void> {
  for (const process of [...(await descendants(pid)), pid]) sendSignal(process, 'SIGKILL');
}
