import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { installRemedy } from './install.ts';
import { text } from './options.ts';
import { explainRefusal, paranoidLevel } from './perfRefusal.ts';
import { findProgram, runProcess, type ProcessResult } from './process.ts';
import type { Problem } from './problem.ts';
import type { ProfilerContext } from './profiler.ts';

/** Root waits about a second at the end for kernel symbols of BPF programs, which nobody asked for. */
export const WITHOUT_BPF: readonly string[] = process.getuid?.() === 0 ? ['--no-bpf-event'] : [];

export const perfPath = text({ setting: 'perf.path', label: 'perf', description: 'The perf command.', default: 'perf', hidden: true });

/** What this machine lets this user do with perf. That an own program may be sampled in user space is a condition for all of it. */
export interface PerfAbility {
  /** `cycles` where there are hardware counters, else `cpu-clock`; `:u` where the kernel's part is forbidden. */
  readonly event: string;
  readonly hardware: boolean;
  /** Time inside of the kernel, and events that happen there. */
  readonly kernel: boolean;
  /** `sched:sched_switch` and its like, with samples. */
  readonly tracepoints: boolean;
  /** All processes at once (`-a`). */
  readonly systemWide: boolean;
}

type AbilityContext = Pick<ProfilerContext, 'read' | 'log'>;

/** Trials by perf's path and the kernel's level; several profilers ask at once. A refusal is tried anew each time, for it may have been mended. */
const trials = new Map<string, Promise<PerfAbility | Problem>>();

/** What perf may do here, or why nothing; tried once for each perf and each level, and remembered while it works. */
export async function perfAbility(context: AbilityContext): Promise<PerfAbility | Problem> {
  if (process.platform !== 'linux') {
    return { code: 'perf-platform', message: 'perf profiles programs on Linux only.', why: 'Open the folder on a Linux machine, in WSL or in a container.', remedies: [] };
  }
  const program = context.read(perfPath);
  const key = `${await paranoidLevel()} ${program}`;
  const known = trials.get(key);
  if (known) return known;
  const trial = (async () => ((await findProgram(program)) ? tryPerf(context) : missingPerf(program)))();
  trials.set(key, trial);
  const found = await trial.catch((error: Error) => error);
  if (found instanceof Error || !('event' in found)) trials.delete(key);
  return trial;
}

async function missingPerf(program: string): Promise<Problem> {
  return {
    code: 'perf-missing', message: `${program} was not found.`, why: 'Install it, or name yours in heatline.perf.path.',
    remedies: [...(await installRemedy('perf')), { kind: 'setting', label: 'Open Setting', setting: 'heatline.perf.path' }],
  };
}

/** Runs perf in a temporary folder, where it may write `try.data`. */
export async function tryRecording(context: AbilityContext, words: readonly string[], command: readonly string[] = ['true']): Promise<ProcessResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-perf-'));
  try {
    return await runProcess(context.read(perfPath), ['record', '-q', '-o', path.join(folder, 'try.data'), ...words, ...WITHOUT_BPF, '--', ...command], { timeout: 20_000 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tries what perf may do by doing it: settings, capabilities and containers all have a say, so only a trial tells. */
async function tryPerf(context: AbilityContext): Promise<PerfAbility | Problem> {
  const works = async (...words: string[]) => (await tryRecording(context, words)).code === 0;
  // Asked for cycles where there are none, perf record quietly takes cpu-clock; perf stat says so.
  const counted = await runProcess(context.read(perfPath), ['stat', '-x;', '-e', 'cycles:u', 'true'], { timeout: 20_000 });
  const hasCycles = counted.code === 0 && /^\d+;/m.test(counted.stderr);
  let last: ProcessResult | undefined;
  for (const base of hasCycles ? ['cycles', 'cpu-clock'] : ['cpu-clock']) {
    last = await tryRecording(context, ['-e', `${base}:u`]);
    if (last.code !== 0) continue;
    // Asked for both, perf leaves the kernel out without a word; asked for the kernel alone it has to refuse.
    const [kernel, tracepoints, systemWide] = await Promise.all([works('-e', `${base}:k`), works('-e', 'sched:sched_switch'), works('-a', '-e', 'cpu-clock')]);
    return { event: kernel ? base : `${base}:u`, hardware: base === 'cycles', kernel, tracepoints, systemWide };
  }
  context.log(last!.stderr.trim());
  return explainRefusal(last!.stderr, await paranoidLevel());
}
