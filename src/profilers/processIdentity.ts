import { readFile } from 'node:fs/promises';
import { isRunning } from './process.ts';

/** A process that cannot be mistaken for a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own count; absent where that is not known (other systems than Linux). */
  readonly start?: string;
}

/** The identity of a running process. */
export async function identityOf(pid: number): Promise<ProcessIdentity> {
  const start = await startOf(pid);
  return { pid, ...(start === undefined ? {} : { start }) };
}

/** Whether that very process still runs; a zombie does not. */
export async function isSameProcess({ pid, start }: ProcessIdentity): Promise<boolean> {
  return (await isRunning(pid)) && (start === undefined || (await startOf(pid)) === start);
}

/** Milliseconds between two looks at an owner. */
const OWNER_INTERVAL = 1000;

/** Calls back once when that very process is gone. Keeps nobody alive. */
export function whenGone(owner: ProcessIdentity, then: () => void): void {
  const watch = setInterval(async () => {
    if (await isSameProcess(owner)) return;
    clearInterval(watch);
    then();
  }, OWNER_INTERVAL);
  watch.unref();
}

/** Field 22 of /proc/PID/stat (proc(5)): clock ticks from the machine's start to the process's. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // The command's name, in parentheses, may hold blanks; the state behind it is field 3.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
