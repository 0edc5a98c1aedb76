import { installRemedy } from './install.ts';
import { text } from './options.ts';
import { findProgram, runProcess, sendSignal } from './process.ts';
import type { Problem } from './problem.ts';
import type { ProfilerContext } from './profiler.ts';

export const valgrindPath = text({ setting: 'valgrind.path', label: 'valgrind', description: 'The valgrind command.', default: 'valgrind', hidden: true });

/** Why no tool of Valgrind can run here; undefined when they can. */
export async function checkValgrind({ read }: Pick<ProfilerContext, 'read'>): Promise<Problem | undefined> {
  const program = read(valgrindPath);
  if (await findProgram(program)) return undefined;
  return {
    code: 'valgrind-missing',
    message: `${program} was not found.`,
    why: 'This profiler is a part of Valgrind. Install it, or name yours in heatline.valgrind.path.',
    remedies: [...(await installRemedy('valgrind')), { kind: 'setting', label: 'Open Setting', setting: 'heatline.valgrind.path' }],
  };
}

/** Ends a program under Valgrind, which writes what it has when a signal ends the program. One that catches the signal is made to dump, then killed. */
export async function stopValgrind(pid: number, _folder: string, attempt: number): Promise<void> {
  if (attempt === 0) sendSignal(pid, 'SIGINT');
  else if (attempt === 1) sendSignal(pid, 'SIGTERM');
  else {
    await runProcess('vgdb', [`--pid=${pid}`, 'dump'], { timeout: 10_000 }).catch(() => undefined);
    sendSignal(pid, 'SIGKILL');
  }
}
