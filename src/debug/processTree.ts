import { spawn } from 'node:child_process';
import { descendants, sendSignal, waitForEnd } from '../profilers/process.ts';
import { identityOf, isSameProcess, type ProcessIdentity } from '../profilers/processIdentity.ts';

/** Milliseconds to see a killed process gone. */
const KILL_PATIENCE = 2000;

/** Kills a process and everything below it at once. The processes are stopped first, so that none makes another meanwhile. */
export async function killTree(root: ProcessIdentity): Promise<void> {
  if (process.platform === 'win32') return taskkill(root.pid);
  // Its number may be another's by now, whose children are none of ours.
  if (!(await isSameProcess(root))) return;
  const doomed = new Map<number, ProcessIdentity>([[root.pid, root]]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of doomed.values()) sendSignal(each.pid, 'SIGSTOP');
    for (const pid of await descendants(root.pid)) {
      if (doomed.has(pid)) continue;
      doomed.set(pid, await identityOf(pid));
      grown = true;
    }
  }
  for (const each of doomed.values()) if (await isSameProcess(each)) sendSignal(each.pid, 'SIGKILL');
  await Promise.all([...doomed.keys()].map((pid) => waitForEnd(pid, KILL_PATIENCE)));
}

function taskkill(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}
