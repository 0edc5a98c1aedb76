import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pprof } from '../../formats/pprof.ts';
import { number, type ReadOption, list } from '../options.ts';
import { ProblemError } from '../problem.ts';
import type { Recording } from '../profiler.ts';
import { hasBytes } from '../recordedFiles.ts';

/** The profiles that a Go program takes of itself, and what they say. */
export const GO_PROFILES = {
  cpu: 'Processor time, 100 samples a second.',
  memory: 'Memory allocated since the start, and in use after the last collection.',
  block: 'Waiting for channels, mutexes, conditions and groups.',
  mutex: 'How long holders of mutexes kept others waiting.',
} as const;

export type GoProfile = keyof typeof GO_PROFILES;

const suggest = () => Promise.resolve(Object.entries(GO_PROFILES).map(([value, detail]) => ({ value, detail })));

/** Which profiles a profiler takes; each has a setting of its own. */
export const profilesOption = (setting: string) => list({
  setting, label: 'Profiles', default: ['cpu'], suggest,
  description: 'What is profiled in one run: `cpu`, `memory`, `block` (waiting), `mutex` (contention). Each more one costs a little and blurs the others.',
});

export const memoryRate = number({
  setting: 'go.memoryRate', label: 'Memory rate', default: 524_288, min: 1, max: 2 ** 31 - 1, integer: true, unit: 'bytes',
  description: 'Go memory profiles take a sample about every so many allocated bytes. 1: every allocation, which is slow.',
});
export const blockRate = number({
  setting: 'go.blockRate', label: 'Block rate', default: 1, min: 1, max: 2 ** 31 - 1, integer: true, unit: 'ns',
  description: 'Go block profiles take a sample about every so many nanoseconds of waiting. 1: every wait.',
});
export const mutexFraction = number({
  setting: 'go.mutexFraction', label: 'Mutex fraction', default: 1, min: 1, max: 2 ** 31 - 1, integer: true,
  description: 'Go mutex profiles take one of so many contentions. 1: every contention.',
});
export const rateOptions = [memoryRate, blockRate, mutexFraction];

/**
 * The profiles of an option.
 * @throws ProblemError for words that name none
 */
export function chosenProfiles(read: ReadOption, option: ReturnType<typeof profilesOption>): GoProfile[] {
  const words = [...new Set(read(option))];
  const unknown = words.find((word) => !Object.hasOwn(GO_PROFILES, word));
  if (unknown !== undefined || words.length === 0) {
    throw new ProblemError({
      code: 'go-profiles', message: unknown === undefined ? `heatline.${option.setting} names no profile.` : `Go takes no profile called ${unknown}.`,
      why: `heatline.${option.setting} is a list of ${Object.keys(GO_PROFILES).join(', ')}.`,
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: `heatline.${option.setting}` }],
    });
  }
  return words as GoProfile[];
}

/** Name of a profile in a run's folder. The reader tells block from mutex profiles by it. */
export function profileFile(profile: GoProfile): string {
  return `${profile}.pprof`;
}

/** The profiles in a run's folder as one recording, that of the processor first; undefined when there is none. */
export async function collectProfiles(folder: string, notes: readonly string[] = []): Promise<Recording | undefined> {
  const names = (await readdir(folder)).sort();
  const files: string[] = [];
  for (const profile of Object.keys(GO_PROFILES)) {
    for (const name of names) {
      if (new RegExp(`^${profile}(-\\d+)?\\.pprof$`).test(name) && (await hasBytes(path.join(folder, name)))) files.push(name);
    }
  }
  return files.length === 0 ? undefined : { files, format: pprof.id, ...(notes.length > 0 ? { notes } : {}) };
}
