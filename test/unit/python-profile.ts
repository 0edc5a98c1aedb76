// Runs targets through the Python profilers as the recorder does: plan, run, collect, read. For the tests python-*.test.ts.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { text, type Profile } from '../../src/core/profile.ts';
import { fileInput } from '../../src/engine/open.ts';
import { FORMATS } from '../../src/formats/index.ts';
import { optionReader, type OptionValue } from '../../src/profilers/options.ts';
import type { Profiler, ProfilerContext, Recording } from '../../src/profilers/profiler.ts';
import type { Target } from '../../src/profilers/target.ts';
import { run, type Interpreter, type Outcome, type Workplace } from './python-run.ts';

/** A context with these options changed; what runs is what was built. */
export function contextOf(options: Readonly<Record<string, OptionValue>> = {}): ProfilerContext {
  return {
    read: optionReader(() => undefined, options), pythonFolder: fileURLToPath(new URL('../../src/profilers/python', import.meta.url)),
    agent: fileURLToPath(new URL('../../dist/agent.cjs', import.meta.url)), log: () => undefined,
  };
}

export interface Profiled {
  readonly outcome: Outcome;
  readonly recording: Recording | undefined;
  /** Of all files of the recording. */
  readonly profile: Profile;
}

/** What is run of an interpreter: a script of the workplace with its arguments, or what `more` says instead. */
export function pythonTarget(place: Workplace, python: Interpreter, file: string, args: readonly string[] = [], more: Partial<Target> = {}): Target {
  return { language: 'python', file: path.join(place.folder, file), args, cwd: place.folder, env: {}, interpreter: [python.command], ...more };
}

/** Runs a target to its end. @throws when there is no profile */
export async function profileTarget(
  profiler: Profiler, target: Target, place: Workplace, options: Readonly<Record<string, OptionValue>> = {}, meanwhile?: (pid: number) => Promise<void>,
): Promise<Profiled> {
  const folder = path.join(place.folder, 'run');
  mkdirSync(folder, { recursive: true });
  const context = contextOf(options);
  const plan = await profiler.plan(target, folder, context);
  const outcome = await run(plan.command[0], plan.command.slice(1), { cwd: plan.cwd, env: plan.env, meanwhile });
  const recording = await profiler.collect(folder, context);
  assert.ok(recording, `there is a profile; ${outcome.stdout}${outcome.stderr}`);
  const inputs = await Promise.all(recording.files.map((name) => fileInput(path.join(folder, name))));
  const format = FORMATS.find(({ id }) => id === recording.format);
  assert.ok(format);
  return { outcome, recording, profile: await format.read(inputs) };
}

/** Seconds of an event in samples whose stack has a function of this name (without its class) and whose thread passes. */
export function secondsIn(profile: Profile, event: string, name: string, passes: (thread: string, pid: number) => boolean = () => true): number {
  const column = profile.events.findIndex((each) => each.name === event);
  const { samples, stacks, frames, functions, threads } = profile;
  assert.ok(samples && column >= 0);
  const isNamed = (func: number) => text(profile, functions.name[func]).split('.').pop() === name;
  let sum = 0;
  for (let row = 0; row < samples.length; row++) {
    const thread = threads[samples.thread[row]];
    if (!passes(thread.name, thread.pid)) continue;
    for (let stack = samples.stack[row]; stack >= 0; stack = stacks.parent[stack]) {
      if (!isNamed(frames.func[stacks.frame[stack]])) continue;
      sum += samples.weights[column][row] / 1e9;
      break;
    }
  }
  return sum;
}
