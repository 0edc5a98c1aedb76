// Runs a profiler of Python programs as the extension does, from preflight to the profile. For the tests python-*.test.ts.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { text, type Profile } from '../../src/core/profile.ts';
import { openProfile } from '../../src/engine/open.ts';
import { optionReader, type OptionValue } from '../../src/profilers/options.ts';
import type { Profiler, ProfilerContext, Recording } from '../../src/profilers/profiler.ts';
import { stopProfiler } from '../../src/profilers/stopping.ts';
import type { Target } from '../../src/profilers/target.ts';
import { run, type Interpreter, type Outcome } from './python-run.ts';

export interface Recorded {
  readonly outcome: Outcome;
  readonly recording: Recording | undefined;
  readonly profile: Profile;
  readonly notes: readonly string[];
}

export interface RecordOptions {
  readonly options?: Readonly<Record<string, OptionValue>>;
  readonly target?: Partial<Target>;
  /** Called while the program runs; `stop` asks the profiler to end. */
  readonly meanwhile?: (pid: number, stop: () => Promise<void>) => Promise<void>;
  /** Called between the end of the program and `collect`. */
  readonly ended?: () => void;
}

/** A folder with a program and a run's folder. */
export class Bench {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'heatline bench '));
  readonly runFolder = path.join(this.folder, 'run');

  constructor() {
    mkdirSync(this.runFolder);
  }

  /** Writes a program and returns its path. */
  write(name: string, source: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, source);
    return file;
  }

  context(options: Readonly<Record<string, OptionValue>> = {}): ProfilerContext {
    return {
      read: optionReader(() => undefined, options), agent: '', log: () => undefined,
      pythonFolder: fileURLToPath(new URL('../../src/profilers/python/', import.meta.url)),
    };
  }

  /** Profiles a program of this folder. */
  async record(profiler: Profiler, python: Interpreter, file: string, { options, target: more, meanwhile, ended }: RecordOptions = {}): Promise<Recorded> {
    const target: Target = { language: 'python', file, args: [], cwd: this.folder, env: {}, interpreter: [python.command], ...more };
    const context = this.context(options);
    assert.equal(await profiler.preflight(target, context), undefined);
    const plan = await profiler.plan(target, this.runFolder, context);
    const outcome = await run(plan.command[0], plan.command.slice(1), {
      cwd: plan.cwd, env: plan.env,
      ...(meanwhile ? { meanwhile: (pid: number) => meanwhile(pid, () => stopProfiler(profiler, pid, this.runFolder)) } : {}),
    });
    ended?.();
    const recording = await profiler.collect(this.runFolder, context);
    assert.ok(recording, outcome.stderr);
    const { profile } = await openProfile({
      files: recording.files.map((name) => path.join(this.runFolder, name)), format: recording.format,
      ...(recording.symbols ? { symbols: path.join(this.runFolder, recording.symbols), resolve: true } : {}),
    });
    return { outcome, recording, profile, notes: plan.notes };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Self weight by the line that has it, `file.py:12`, of sparse weights of stacks. */
export function byLine(profile: Profile, stack: ArrayLike<number>, weight: ArrayLike<number>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (let i = 0; i < stack.length; i++) {
    const frame = profile.stacks.frame[stack[i]];
    const place = `${path.basename(text(profile, profile.frames.file[frame]))}:${profile.frames.line[frame]}`;
    if (weight[i] !== 0) sums[place] = (sums[place] ?? 0) + weight[i];
  }
  return sums;
}

/** Self weight of an event of the profile by line. */
export function selfByLine(profile: Profile, event: string): Record<string, number> {
  const weights = profile.stackSelf[profile.events.findIndex(({ name }) => name === event)];
  return byLine(profile, Array.from(weights, (_, row) => row), weights);
}

/** Names of the functions of a stack, outermost first. */
export function namesOf(profile: Profile, stack: number): string[] {
  const names: string[] = [];
  for (let at = stack; at >= 0; at = profile.stacks.parent[at]) names.unshift(text(profile, profile.functions.name[profile.frames.func[profile.stacks.frame[at]]]));
  return names;
}
