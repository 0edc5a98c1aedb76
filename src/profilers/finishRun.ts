import path from 'node:path';
import { ProblemError } from './problem.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import type { RunManifest } from './run.ts';

/**
 * Turns the raw files of an ended run into a recording and saves the manifest, also when that fails: raw files are never lost. `file` is
 * the manifest's path; `startError` why the command could not be started.
 * @throws ProblemError when there is no profile; it stands in the saved manifest too
 */
export async function finishRun(
  file: string, manifest: RunManifest, profiler: Profiler, context: ProfilerContext, startError: string | undefined, save: (manifest: RunManifest) => Promise<void>,
): Promise<RunManifest> {
  const fail = async (error: ProblemError): Promise<never> => {
    await save({ ...manifest, failure: error.message });
    throw error;
  };
  if (startError) {
    return fail(new ProblemError({ code: 'not-started', message: `${path.basename(manifest.command[0])} could not be started.`, why: startError, remedies: [] }));
  }
  let recording;
  try {
    recording = await profiler.collect(path.dirname(file), context);
  } catch (error) {
    return fail(error instanceof ProblemError ? error : new ProblemError({ code: 'collect-failed', message: 'The recording could not be read.', why: String(error), remedies: [] }));
  }
  if (!recording) {
    const { exitCode, signal } = manifest;
    return fail(new ProblemError({
      code: 'no-profile', message: `${profiler.label} left no profile.`,
      why: `The program ended ${signal ? `by ${signal}` : `with exit code ${exitCode ?? 'unknown'}`}; the terminal shows what it said.`, remedies: [],
    }));
  }
  const { notes = [], ...kept } = recording;
  const finished = { ...manifest, recording: kept, notes: [...manifest.notes, ...notes] };
  await save(finished);
  return finished;
}
