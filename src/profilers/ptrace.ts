import { open, readFile } from 'node:fs/promises';
import type { Problem } from './problem.ts';

/** Why a debugger's tool may not attach to the process; undefined when it may. Linux: asks the kernel the same question, and touches nothing. */
export async function checkAttach(pid: number, tool: string): Promise<Problem | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => undefined);
  if (status === undefined || /^State:\s+[ZX]/m.test(status)) {
    return { code: 'no-process', message: `There is no process ${pid}.`, why: 'It has ended; choose one that runs.', remedies: [] };
  }
  const tracer = Number(/^TracerPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  if (tracer > 0) {
    const name = (await readFile(`/proc/${tracer}/comm`, 'utf8').catch(() => '')).trim();
    return {
      code: 'already-traced', message: `Process ${pid} is traced by ${name || 'another process'} (${tracer}).`,
      why: `A process has one tracer at a time. End that one, then start ${tool} again.`, remedies: [],
    };
  }
  // Opening a process's memory needs the right to trace it: user, capabilities and Yama are all asked.
  const refused = await open(`/proc/${pid}/mem`, 'r').then((handle) => handle.close(), (error: NodeJS.ErrnoException) => error);
  return refused ? explainAttachRefusal(pid, tool, refused.message, await scopeOfPtrace(), ownerOf(status)) : undefined;
}

/** Why attaching was refused: `scope` is kernel.yama.ptrace_scope (undefined: there is none), `owner` the user who runs the process. */
export function explainAttachRefusal(pid: number, tool: string, detail: string, scope: number | undefined, owner: number | undefined): Problem {
  const message = `The system does not let ${tool} attach to process ${pid}.`;
  const own = process.getuid?.();
  if (owner !== undefined && own !== undefined && own !== 0 && owner !== own) {
    return { code: 'attach-forbidden', message, why: 'It runs as another user. Start it as yours, or run Heatline as that user.', remedies: [], detail };
  }
  if (scope === 3) return { code: 'attach-forbidden', message, why: 'kernel.yama.ptrace_scope is 3: nothing may attach until the next restart. Start the program under the profiler instead.', remedies: [], detail };
  if (scope !== undefined && scope > 0) {
    return {
      code: 'attach-forbidden', message, why: `kernel.yama.ptrace_scope is ${scope}; 0 lets every user attach to their own programs, until the next restart.`,
      remedies: [{ kind: 'terminal', label: 'Permit Attaching', command: [...(own === 0 ? [] : ['sudo']), 'sysctl', 'kernel.yama.ptrace_scope=0'] }], detail,
    };
  }
  return { code: 'attach-forbidden', message, why: 'A container needs the capability SYS_PTRACE for it (docker run --cap-add=SYS_PTRACE), and programs that raised their rights cannot be traced.', remedies: [], detail };
}

function ownerOf(status: string): number | undefined {
  const found = /^Uid:\s+(\d+)/m.exec(status);
  return found ? Number(found[1]) : undefined;
}

async function scopeOfPtrace(): Promise<number | undefined> {
  const content = await readFile('/proc/sys/kernel/yama/ptrace_scope', 'utf8').catch(() => undefined);
  return content === undefined ? undefined : Number(content);
}
