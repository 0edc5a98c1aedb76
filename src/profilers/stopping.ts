import { descendants, sendSignal, waitForEnd } from './process.ts';
import type { Profiler } from './profiler.ts';

/** Milliseconds that each attempt to stop has before a firmer one. */
const PATIENCE = 3000;
const ATTEMPTS = 5;
/** The attempt at which every profiler kills. */
const KILLING = 2;

export interface StopOptions {
  /** True once the end is known in another way; nothing is sent any more then. */
  readonly hasEnded?: () => boolean;
  readonly log?: (line: string) => void;
  /** Resolves when the person loses patience: the attempt that kills follows at once. */
  readonly hurry?: () => Promise<void>;
  /** Kills the profiler and everything below it when no attempt helped. Default true. */
  readonly kill?: boolean;
}

/**
 * Asks a profiler (`pid`: the process of its plan's command; `folder`: the run's) to end with what it has, more firmly every three
 * seconds. Resolves when it has ended, or when there is nothing more to try.
 */
export async function stopProfiler(profiler: Profiler, pid: number, folder: string, options: StopOptions = {}): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS && !options.hasEnded?.(); attempt++) {
    options.log?.(`stopping process ${pid}, attempt ${attempt}`);
    await profiler.stop(pid, folder, attempt);
    const hurried = options.hurry?.().then(() => 'hurried' as const);
    const end = await Promise.race([waitForEnd(pid, PATIENCE), ...(hurried ? [hurried] : [])]);
    if (end === true) return;
    // Its profiler's third attempt ends the program by force, and still gets out of it what it can.
    if (end === 'hurried') attempt = Math.max(attempt, KILLING - 1);
  }
  if (options.kill === false || options.hasEnded?.()) return;
  for (const child of [...(await descendants(pid)), pid]) sendSignal(child, 'SIGKILL');
}

/** The signal of an attempt to stop: gentle, firm, by force. */
export function signalOf(attempt: number): NodeJS.Signals {
  return (['SIGINT', 'SIGTERM', 'SIGKILL'] as const)[Math.min(attempt, 2)];
}

/**
 * `Profiler.stop` of tools that end with the program that they have started (strace, our watcher of memory): the program is asked. One that has attached has
 * nothing below it, is asked itself, and lets go.
 */
export async function stopBelow(pid: number, _folder: string, attempt: number): Promise<void> {
  const signal = signalOf(attempt);
  const below = await descendants(pid);
  for (const child of below) sendSignal(child, signal);
  if (below.length === 0 || attempt > 2) sendSignal(pid, signal);
}

/**
 * `Profiler.stop` of perf record: perf ends its child politely and then waits for it; a child that does not care is ended for it, so that perf can finish its
 * file. A process that perf was attached to is none of its children.
 */
export async function stopPerf(pid: number, _folder: string, attempt: number): Promise<void> {
  if (attempt === 0) sendSignal(pid, 'SIGINT');
  else for (const child of await descendants(pid)) sendSignal(child, signalOf(attempt));
  if (attempt > 2) sendSignal(pid, 'SIGKILL');
}
