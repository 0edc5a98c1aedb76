import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runProcess } from './process.ts';

/** The name before Valgrind's pipes, in the run's folder: in the system's, programs that are killed would leave them behind. */
export const VGDB = 'vgdb-pipe';

/**
 * Has the gdbserver of a Valgrind (`pid`) write out what it has, by `command(file)`; what it writes to `file` comes into the run's folder as `name`.
 * `file` is elsewhere first, for commands are cut at blanks. Never fails: there may be no server any more.
 */
export async function valgrindMonitor(pid: number, folder: string, name: string, command: (file: string) => readonly string[]): Promise<void> {
  const temporary = await mkdtemp(path.join(os.tmpdir(), 'heatline-vgdb-'));
  try {
    const file = path.join(temporary, 'out');
    await runProcess('vgdb', [`--vgdb-prefix=${path.join(folder, VGDB)}`, `--pid=${pid}`, ...command(file)], { timeout: 10_000 });
    await copyFile(file, path.join(folder, name));
  } catch {
    // Callgrind names its files itself.
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
