import { stat } from 'node:fs/promises';
import path from 'node:path';
import { attachDuration, processGone } from './attach.ts';
import { toggle } from './options.ts';
import { perfWords, isDenied } from './perfRefusal.ts';
import { descendants, isRunning, type ProcessResult } from './process.ts';
import type { Problem } from './problem.ts';
import type { ProfilerContext } from './profiler.ts';
import type { Target } from './target.ts';

export const attachChildren = toggle({
  setting: 'perf.attachChildren', attaching: true, label: 'Processes below it', default: true,
  description: 'When perf attaches to a running process, it looks at those that this one has started, too.',
});

/** Milliseconds that a child must live to be attached to: perf refuses all when one of them is gone. */
const SETTLED = 200;

/** Where perf attaches: `-p 12,13`; what it starts later perf follows by itself. */
export async function attachWords(target: Target, { read }: Pick<ProfilerContext, 'read'>): Promise<string[]> {
  return ['-p', [target.pid!, ...(read(attachChildren) ? await childrenOf(target.pid!) : [])].join(',')];
}

/** What ends it: perf runs as long as this command; without one until it is stopped or the process ends. */
export function durationWords({ read }: Pick<ProfilerContext, 'read'>): string[] {
  return read(attachDuration) > 0 ? ['--', 'sleep', String(read(attachDuration))] : [];
}

async function childrenOf(pid: number): Promise<number[]> {
  const before = await descendants(pid);
  if (before.length === 0) return [];
  await new Promise((resolve) => setTimeout(resolve, SETTLED));
  const still = new Set(await descendants(pid));
  const own: number[] = [];
  for (const child of before) if (still.has(child) && (await ownerOf(child)) === (await ownerOf(pid))) own.push(child);
  return own;
}

async function ownerOf(pid: number): Promise<number | undefined> {
  return stat(path.join('/proc', String(pid))).then(({ uid }) => uid, () => undefined);
}

/** Why perf cannot attach to the target's process, by `attempt`ing it for a moment; undefined when it can. */
export async function checkAttach(target: Target, attempt: (words: readonly string[]) => Promise<ProcessResult>): Promise<Problem | undefined> {
  const pid = target.pid!;
  const gone = processGone(pid);
  // One of somebody else can be seen in /proc, but not be sent a signal.
  if ((await ownerOf(pid)) === undefined || ((await ownerOf(pid)) === process.getuid?.() && !(await isRunning(pid)))) return gone;
  const { code, stderr } = await attempt(['-p', String(pid)]);
  if (code === 0) return undefined;
  if (/No such process/.test(stderr)) return gone;
  const owner = await ownerOf(pid);
  return {
    code: 'process-foreign', message: `perf may not look at process ${pid}.`,
    why: isDenied(stderr) ? `${owner === process.getuid?.() ? 'It protects itself from other programs' : `It belongs to user ${owner}`}: only root may look at it.` : perfWords(stderr),
    remedies: [], detail: stderr,
  };
}
