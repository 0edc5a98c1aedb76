// A whole run of a profiler, as editor and terminal program do it: build, start, stop if asked, collect, open.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openProfile } from '../src/engine/open.ts';
import type { Profile } from '../src/core/profile.ts';
import { text } from '../src/core/profile.ts';
import { DEFAULT_BUILD } from '../src/profilers/build.ts';
import { finishRun } from '../src/profilers/finishRun.ts';
import { optionReader, type OptionValue } from '../src/profilers/options.ts';
import { prepareRun } from '../src/profilers/prepare.ts';
import type { Profiler, ProfilerContext } from '../src/profilers/profiler.ts';
import { writeManifest, type RunManifest } from '../src/profilers/run.ts';
import { stopProfiler } from '../src/profilers/stopping.ts';
import type { Target } from '../src/profilers/target.ts';

export interface RunOptions {
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly goFlags?: readonly string[];
  readonly go?: string;
  /** Called when the program has printed this; its output so far is kept. */
  readonly when?: string;
  readonly then?: (pid: number) => void;
  /** Stops the profiler by its own means when the program has printed `when`. */
  readonly stop?: boolean;
  readonly agent?: string;
}

export interface ProfiledRun {
  readonly manifest: RunManifest;
  readonly folder: string;
  readonly output: string;
  readonly profile: Profile;
}

/** Runs `target` under `profiler` below `base`. Rejects with the ProblemError that a person would see. */
export async function profiledRun(profiler: Profiler, target: Target, base: string, given: RunOptions = {}): Promise<ProfiledRun> {
  const context: ProfilerContext = { read: optionReader(() => undefined, given.options), pythonFolder: '', agent: given.agent ?? '', log: () => undefined };
  const { file, manifest, plan } = await prepareRun(target, profiler, {
    context, options: given.options, runsFolder: path.join(base, 'runs'), save: writeManifest,
    build: { settings: { ...DEFAULT_BUILD, goFlags: given.goFlags ?? [], go: given.go ?? 'go' }, cacheFolder: path.join(base, 'cache'), log: () => undefined },
  });
  const folder = path.dirname(file);
  const child = spawn(plan.command[0], plan.command.slice(1), { cwd: plan.cwd, env: { ...process.env, ...given.env, ...plan.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let asked = false;
  let stopping: Promise<void> | undefined;
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    if (asked || given.when === undefined || !output.includes(given.when)) return;
    asked = true;
    given.then?.(child.pid!);
    if (given.stop) stopping = stopProfiler(profiler, child.pid!, folder);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const end = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  await stopping;
  const ended = { ...manifest, endedAt: Date.now(), exitCode: end.code, signal: end.signal, stopped: stopping !== undefined };
  let saved = ended as RunManifest;
  const finished = await finishRun(file, ended, profiler, context, undefined, async (kept) => writeManifest(file, (saved = kept)))
    .catch((error: Error) => Promise.reject(Object.assign(error, { output, manifest: saved, files: readdirSync(folder) })));
  const recording = finished.recording!;
  const { profile } = await openProfile({
    files: recording.files.map((name) => path.join(folder, name)), format: recording.format, ...(recording.symbols ? { symbols: path.join(folder, recording.symbols) } : {}), resolve: true,
  });
  return { manifest: finished, folder, output, profile };
}

/** Share of an event's self cost by `function:line`, the greatest first. */
export function hotLines(profile: Profile, event: string): [string, number][] {
  const row = eventRow(profile, event);
  const sums = new Map<string, number>();
  profile.stackSelf[row].forEach((value, stack) => {
    if (value === 0) return;
    const frame = profile.stacks.frame[stack];
    const key = `${text(profile, profile.functions.name[profile.frames.func[frame]])}:${profile.frames.line[frame]}`;
    sums.set(key, (sums.get(key) ?? 0) + value / profile.totals[row]);
  });
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** Share of an event's cost below each `function:line`, at most once for each stack; the greatest first. */
export function hotCallers(profile: Profile, event: string): [string, number][] {
  const row = eventRow(profile, event);
  const sums = new Map<string, number>();
  profile.stackSelf[row].forEach((value, stack) => {
    const seen = new Set<string>();
    for (let at = value === 0 ? -1 : stack; at >= 0; at = profile.stacks.parent[at]) {
      const frame = profile.stacks.frame[at];
      seen.add(`${text(profile, profile.functions.name[profile.frames.func[frame]])}:${profile.frames.line[frame]}`);
    }
    for (const key of seen) sums.set(key, (sums.get(key) ?? 0) + value / profile.totals[row]);
  });
  return [...sums].sort((a, b) => b[1] - a[1]);
}

function eventRow(profile: Profile, event: string): number {
  const row = profile.events.findIndex(({ name }) => name === event);
  if (row < 0) throw new Error(`no event ${event}, but ${profile.events.map(({ name }) => name).join(', ')}`);
  return row;
}
