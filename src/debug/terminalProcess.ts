import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants, isRunning, runProcess } from '../profilers/process.ts';
import { identityOf, type ProcessIdentity } from '../profilers/processIdentity.ts';

/** Milliseconds between two looks for a process, and how many of the first looks are that close. */
const LOOK = 100;
const LATER_LOOK = 1000;
const CLOSE_LOOKS = 50;
/** Milliseconds that a shell is without any process after which the command counts as over: it was too short to be seen. */
const QUIET = 2500;

/**
 * The process that a terminal's shell runs, by its command line: some clients, VS Code among them, tell the shell's number only. Undefined when the shell has had
 * nothing to do for a while, or is gone; on Windows always.
 */
export async function processBelow(shell: number, command: readonly string[]): Promise<ProcessIdentity | undefined> {
  let quietSince = Date.now();
  for (let looks = 0; process.platform !== 'win32' && (await isRunning(shell)); looks++) {
    const below = await descendants(shell);
    for (const pid of below) if (await runs(pid, command)) return identityOf(pid);
    if (below.length > 0) quietSince = Date.now();
    else if (Date.now() - quietSince > QUIET) return undefined;
    await sleep(looks < CLOSE_LOOKS ? LOOK : LATER_LOOK, undefined, { ref: false });
  }
  return undefined;
}

/** Whether a process was started by exactly this command. */
async function runs(pid: number, command: readonly string[]): Promise<boolean> {
  if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) === command.map((word) => `${word}\0`).join('');
  const { stdout } = await runProcess('ps', ['-ww', '-p', String(pid), '-o', 'args='], { timeout: 5000 }).catch(() => ({ stdout: '' }));
  return stdout.trim() === command.join(' ').trim();
}
