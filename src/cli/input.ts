import { createWriteStream, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isEstimated, type EventInfo, type Profile } from '../core/profile.ts';
import { openProfile, type OpenOptions } from '../engine/open.ts';
import { ProfileQueries } from '../engine/queries.ts';
import { ManifestError, readManifest, RUN_EXTENSION, type RunManifest } from '../profilers/run.ts';
import { builtFile } from './built.ts';
import { UsageError } from './command.ts';

/** For commands that look at sums and never at single samples: these need not be kept. */
export const SUMS = { samples: false } as const;

/** What was named on the command line, read. */
export interface OpenedInput {
  readonly profile: Profile;
  readonly queries: ProfileQueries;
  /** The first file, for titles; `standard input` for `-`. */
  readonly name: string;
  /** Folders in which its sources may be, the likeliest first. */
  readonly folders: readonly string[];
  readonly run: RunManifest | undefined;
}

/**
 * Opens the files as one profile. A run's manifest stands alone; `-` is standard input. `samples: false` is for those who ask for sums only.
 * @throws UsageError when the files do not go together; FormatError and its like when they cannot be read
 */
export async function openInput(files: readonly string[], options: Pick<OpenOptions, 'samples' | 'sums'> = {}): Promise<OpenedInput> {
  const [first] = files;
  if (first === undefined) throw new UsageError('Name a profile: FILE is missing.');
  if (files.length > 1 && files.some((file) => file.endsWith(RUN_EXTENSION))) throw new UsageError(`A ${RUN_EXTENSION} file names all parts of its run: give it alone.`);
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('Standard input can be read once: give - once.');
  const run = first.endsWith(RUN_EXTENSION) ? await readManifest(first) : undefined;
  if (run && !run.recording) {
    throw new ManifestError(`${path.basename(first)}: ${run.failure ?? (run.endedAt ? 'this run left no profile' : 'this run is still recording')}`);
  }
  const folder = path.dirname(path.resolve(first));
  const recording = run?.recording;
  const { profile, formatLabel, costs } = await openProfile(recording ? {
    files: recording.files.map((name) => path.join(folder, name)), format: recording.format,
    ...(recording.symbols === undefined ? {} : { symbols: path.join(folder, recording.symbols), resolve: true, recordedAt: run?.startedAt }),
  } : { files: await Promise.all(files.map((file) => (file === '-' ? spooledInput() : file))), resolve: true }, undefined, { workerFile: builtFile('worker.cjs'), ...options });
  return {
    profile, run, queries: new ProfileQueries(profile, formatLabel, costs),
    name: first === '-' ? 'standard input' : path.basename(first, RUN_EXTENSION),
    folders: [...new Set([process.cwd(), ...(run ? [run.target.cwd, path.dirname(run.target.file)] : []), ...(first === '-' ? [] : [folder])])],
  };
}

/** Standard input as a file: readers look at its beginning first, and some read it twice. It is removed when we end. */
async function spooledInput(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-stdin-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      remove();
      process.exit(128 + os.constants.signals[signal]);
    });
  }
  const file = path.join(folder, 'stdin');
  await pipeline(process.stdin, createWriteStream(file));
  return file;
}

/**
 * The row of the event that is asked for, by name or label; the profile's default without one. -1 when the profile has no events.
 * @throws UsageError that lists the events
 */
export function chooseEvent(profile: Profile, wanted: string | undefined): number {
  const { events } = profile;
  if (wanted === undefined) return events.length > 0 ? profile.defaultEvent : -1;
  const matches: readonly ((event: EventInfo) => boolean)[] = [
    ({ name }) => name === wanted,
    ({ label }) => label === wanted,
    ({ name, label }) => [name, label].some((word) => word?.toLowerCase() === wanted.toLowerCase()),
  ];
  for (const match of matches) {
    const row = events.findIndex(match);
    if (row >= 0) return row;
  }
  throw new UsageError(`The profile has no event ${wanted}. ${events.length > 0 ? `There are: ${events.map(({ name }) => name).join(', ')}.` : 'It has none.'}`);
}

/** The fields that the JSON of all reading commands begins with. */
export function reportHead({ profile }: OpenedInput, event: number) {
  return {
    format: profile.meta.format,
    events: profile.events.map(({ name, unit }, row) => ({ name, unit, total: profile.totals[row] })),
    event: event < 0 ? null : profile.events[event].name,
    total: event < 0 ? 0 : profile.totals[event],
    estimated: isEstimated(profile),
    truncated: profile.truncated,
    warnings: profile.warnings,
  };
}
