import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants, runProcess } from '../profilers/process.ts';
import { identityOf, type ProcessIdentity } from '../profilers/processIdentity.ts';

/** Milliseconds between two looks below the shell: soon after the start, and later. */
const LOOK = 15;
const LATER_LOOK = 250;
const SOON = 3000;

/**
 * The process of `program` below a terminal's shell; some clients tell the shell's alone. Looks for `patience` milliseconds, as the shell may first start up.
 * Undefined when it was not seen: it is not there, or was over between two looks.
 */
export async function processBelow(shell: number, program: string, patience: number): Promise<ProcessIdentity | undefined> {
  const begun = Date.now();
  while (Date.now() - begun < patience) {
    for (const pid of await descendants(shell)) if ((await argumentsOf(pid)).includes(program)) return identityOf(pid);
    await sleep(Date.now() - begun < SOON ? LOOK : LATER_LOOK, undefined, { ref: false });
  }
  return undefined;
}

async function argumentsOf(pid: number): Promise<readonly string[]> {
  if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const { stdout } = await runProcess('ps', ['-p', String(pid), '-o', 'args='], { timeout: 5000 });
  return stdout.trim().split(/\s+/);
}
