import { open, readFile, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { processGone } from './attach.ts';
import { installRemedy } from './install.ts';
import { text, type ReadOption } from './options.ts';
import { findProgram, isRunning } from './process.ts';
import type { Problem } from './problem.ts';

export const gdbPath = text({ setting: 'gdb.path', label: 'gdb', description: 'The gdb command.', default: 'gdb', hidden: true });

/** Why the sampler cannot be put into this running process; undefined when it can. */
export async function checkAttach(pid: number, read: ReadOption): Promise<Problem | undefined> {
  if (process.platform !== 'linux') {
    return { code: 'attach-platform', message: 'Running Python processes are sampled on Linux only.', why: 'Start the program from Heatline instead.', remedies: [] };
  }
  if (!(await isRunning(pid))) return processGone(pid);
  const refusal = await checkPermission(pid);
  if (refusal) return refusal;
  const version = await pythonVersion(pid);
  if (!version) {
    return {
      code: 'not-python', message: `Process ${pid} runs no Python interpreter.`, why: 'Choose the process of the interpreter itself, not the one that started it.',
      remedies: [{ kind: 'profiler', label: 'Use perf', profiler: 'perf' }],
    };
  }
  if (version >= 314 || (await findProgram(read(gdbPath)))) return undefined;
  return {
    code: 'gdb-missing', message: `${read(gdbPath)} was not found.`,
    why: 'Up to Python 3.13 the sampler is put into a running process by gdb. Install it, or name yours in heatline.gdb.path.',
    remedies: [...(await installRemedy('gdb')), { kind: 'setting', label: 'Open Setting', setting: 'heatline.gdb.path' }],
  };
}

async function checkPermission(pid: number): Promise<Problem | undefined> {
  const uid = (await stat(`/proc/${pid}`)).uid;
  if (uid !== process.getuid?.()) {
    return {
      code: 'attach-other-user', message: `Process ${pid} belongs to another user.`,
      why: 'The sampler runs inside the process and writes as its user. Run the editor, or heatline in a terminal, as that user.', remedies: [],
    };
  }
  if ((await readlink(`/proc/${pid}/ns/mnt`).catch(() => '')) !== (await readlink('/proc/self/ns/mnt').catch(() => ''))) {
    return {
      code: 'attach-container', message: `Process ${pid} runs in a container, or with other files than the editor.`,
      why: 'The sampler could not be read there. Open the container with VS Code, and attach from inside.', remedies: [],
    };
  }
  const tracer = /^TracerPid:\s*([1-9]\d*)/m.exec(await readFile(`/proc/${pid}/status`, 'latin1').catch(() => ''))?.[1];
  if (tracer) return { code: 'attach-traced', message: `Process ${pid} is being debugged by process ${tracer}.`, why: 'End that first: only one may look into a process at a time.', remedies: [] };
  // The kernel permits this exactly when it permits to attach.
  const memory = await open(`/proc/${pid}/mem`, 'r+').catch((error: Error) => error);
  if (!(memory instanceof Error)) {
    await memory.close();
    return undefined;
  }
  const scope = Number((await readFile('/proc/sys/kernel/yama/ptrace_scope', 'latin1').catch(() => '0')).trim());
  return {
    code: 'ptrace-forbidden', message: `The system does not let one process look into another (kernel.yama.ptrace_scope is ${scope}).`, detail: memory.message,
    ...scope >= 1 && scope <= 2
      ? { why: 'Permit it until the next start of the machine, or start the program from Heatline instead.', remedies: [{ kind: 'terminal', label: 'Permit It', command: ['sudo', 'sysctl', '-w', 'kernel.yama.ptrace_scope=0'] }] }
      : { why: 'The process or this container is protected against it. Start the program from Heatline instead.', remedies: [] },
  };
}

/** Major * 100 + minor of the interpreter in a process; undefined when there is none. */
async function pythonVersion(pid: number): Promise<number | undefined> {
  const executable = await realpath(`/proc/${pid}/exe`).catch(() => '');
  const names = [path.basename(executable), ...(await readFile(`/proc/${pid}/maps`, 'latin1').catch(() => '')).split('\n').filter((line) => line.includes('libpython'))];
  for (const name of names) {
    const found = /python(\d)(?:\.(\d+))?/.exec(name);
    if (found) return Number(found[1]) * 100 + Number(found[2] ?? 0);
  }
  return undefined;
}
