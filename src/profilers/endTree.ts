import { descendants, sendSignal, waitForEnd } from './process.ts';
import { identityOf, isSameProcess, type ProcessIdentity } from './processIdentity.ts';

/** Milliseconds that a profiler has to end at each signal. */
const PATIENCE = 3000;
/** Milliseconds that it has to write its file once the program has been killed. */
const LAST_WORDS = 2000;
/** Milliseconds that what a profiler left behind has. */
const LEFT_BEHIND = 1000;

/**
 * Ends a profiler (`pid`, a child of ours) and every process below it: by `signals`, one every three seconds, to the profiler alone, which ends its program as it
 * sees fit; then the program is killed, and last the profiler. What the profiler leaves behind ends too, also when it ignores signals. A process that a profiler has
 * attached to is not below it and is let alone. `hasEnded`: whether the profiler has been seen to end.
 */
export async function endTree(pid: number, signals: readonly NodeJS.Signals[], hasEnded: () => boolean): Promise<void> {
  const known = new Map<number, ProcessIdentity>();
  const note = async () => {
    // A process that loses its parent is no longer below: what was seen once is remembered.
    for (const child of await descendants(pid)) if (!known.has(child)) known.set(child, await identityOf(child));
  };
  for (const signal of signals) {
    await note();
    if (hasEnded()) break;
    sendSignal(pid, signal);
    if (await ends(hasEnded, PATIENCE, note)) break;
  }
  if (!hasEnded()) {
    await note();
    await kill(known.values());
    if (!(await ends(hasEnded, LAST_WORDS, note))) sendSignal(pid, 'SIGKILL');
  }
  const left = [...known.values()];
  for (const each of left) if (await isSameProcess(each)) sendSignal(each.pid, 'SIGTERM');
  const deadline = Date.now() + LEFT_BEHIND;
  for (const each of left) if (await isSameProcess(each)) await waitForEnd(each.pid, Math.max(0, deadline - Date.now()));
  await kill(left);
}

async function kill(processes: Iterable<ProcessIdentity>): Promise<void> {
  for (const each of processes) if (await isSameProcess(each)) sendSignal(each.pid, 'SIGKILL');
}

async function ends(hasEnded: () => boolean, milliseconds: number, meanwhile: () => Promise<void>): Promise<boolean> {
  for (const deadline = Date.now() + milliseconds; !hasEnded(); ) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await meanwhile();
  }
  return true;
}
