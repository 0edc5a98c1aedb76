import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fault } from '../fault.ts';

/** Milliseconds between two looks at the list of processes. */
const INTERVAL = 10;

/** Whether processes can be looked for here; elsewhere dlv does it, from 1.22 on. */
export const canWaitHere = process.platform === 'linux';

/**
 * Waits until a process runs whose command line begins with `prefix`; its process id. A process that runs already counts, as it does for dlv.
 * dlv's own --waitfor looks at each process once and may do so between its fork and its exec, when it still bears its parent's name: then it waits for ever.
 * @throws ProblemError when `signal` aborts
 */
export async function waitForProcess(prefix: string, signal: AbortSignal): Promise<number> {
  const cancelled = () => fault('delve-cancelled', 'Waiting for the process was stopped.', '');
  for (;;) {
    if (signal.aborted) throw cancelled();
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
      const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      if (line.replaceAll('\0', ' ').startsWith(prefix)) return Number(name);
    }
    await sleep(INTERVAL, undefined, { signal }).catch(() => {
      throw cancelled();
    });
  }
}
