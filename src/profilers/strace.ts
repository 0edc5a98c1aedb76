import path from 'node:path';
import { strace as straceFormat } from '../formats/strace.ts';
import { timedCommand } from './agents/timed.ts';
import { attachDuration } from './attach.ts';
import { commandLine } from './commandLine.ts';
import { installRemedy } from './install.ts';
import { list, text, toggle } from './options.ts';
import { findProgram, runProcess } from './process.ts';
import { ProblemError, type Problem } from './problem.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import { checkAttach } from './ptrace.ts';
import { hasBytes, isThere } from './recordedFiles.ts';
import { isLaunched, kindOf } from './target.ts';
import { stopBelow } from './stopping.ts';

const OUTPUT = 'trace.strace';

const stracePath = text({ setting: 'strace.path', label: 'strace', description: 'The strace command.', default: 'strace', hidden: true });
const calls = list({
  setting: 'strace.calls', label: 'System calls', default: [],
  description: 'System calls that are traced, or their classes such as `%file`, `%network`, `%memory`, `%process`. Empty: all. Programs run nearly at their own speed between those that are.',
  suggest: () => Promise.resolve(CLASSES),
});
const stacks = toggle({
  setting: 'strace.stacks', label: 'Stacks', default: false,
  description: 'Also the stack that led to each call (`-k`). Walking it takes about 4 ms a call, a hundred times what strace costs otherwise: choose few calls.',
});
const paths = toggle({
  setting: 'strace.paths', label: 'Paths', default: true,
  description: 'Also the files and sockets behind descriptors (`-y`), for about 5 % more time.',
});

const CLASSES = [
  { value: '%file', detail: 'with a file name: open, stat, rename' }, { value: '%desc', detail: 'on descriptors: read, write, poll' },
  { value: '%network', detail: 'sockets' }, { value: '%memory', detail: 'brk, mmap, munmap: the plot of memory needs them' },
  { value: '%process', detail: 'fork, exec, wait, exit' }, { value: '%signal', detail: 'signals' }, { value: '%ipc', detail: 'queues, semaphores, shared memory' },
  { value: 'read', detail: '' }, { value: 'write', detail: '' }, { value: 'futex', detail: 'locks that wait' }, { value: 'openat', detail: '' },
];

/** Linux's tracer of system calls. */
export const strace: Profiler = {
  id: 'strace',
  label: 'strace',
  question: 'Which system calls does it make, how long do they take, and which fail?',
  cost: '30 to 150 µs a system call',
  options: [calls, paths, stacks, attachDuration, stracePath],
  suits(target) {
    if (kindOf(target) === 'process') return 60;
    return isLaunched(target) ? { c: 35, cpp: 35, native: 35, go: 35, python: 30, script: 50 }[target.language] : 0;
  },
  async preflight(target, context) {
    const problem = await checkStrace(context);
    return problem ?? (kindOf(target) === 'process' ? checkAttach(target.pid!, 'strace') : undefined);
  },
  async plan(target, folder, context) {
    const { read } = context;
    const command = [
      read(stracePath), '-f', '-ttt', '-T', ...(read(paths) ? ['-y'] : []), ...(read(stacks) ? ['-k'] : []), ...filter(context), '-o', path.join(folder, OUTPUT),
    ];
    const notes = read(calls).length > 0 ? [`Only these calls were traced: ${read(calls).join(', ')}.`] : [];
    if (kindOf(target) === 'process') {
      const { command: timed, env } = timedCommand(context, read(attachDuration), [...command, '-p', String(target.pid)]);
      return { command: timed, cwd: target.cwd, env, notes };
    }
    // Without a stop at every call that is not asked for; old versions do not know how.
    const quick = read(calls).length > 0 && (await knows(context, '--seccomp-bpf')) ? ['--seccomp-bpf'] : [];
    return { command: [...command, ...quick, '--', ...commandLine(target)], cwd: target.cwd, env: target.env, notes };
  },
  stop: stopBelow,
  async collect(folder) {
    if (await hasBytes(path.join(folder, OUTPUT))) return { files: [OUTPUT], format: straceFormat.id };
    if (!(await isThere(path.join(folder, OUTPUT)))) return undefined;
    throw new ProblemError({
      code: 'strace-no-calls', message: 'strace saw no system call.', why: 'None was made while it watched: a program that only computes makes none, or the calls chosen in heatline.strace.calls did not occur.',
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.strace.calls' }],
    });
  },
};

function filter({ read }: Pick<ProfilerContext, 'read'>): string[] {
  return read(calls).length > 0 ? ['-e', `trace=${read(calls).join(',')}`] : [];
}

/** Why strace cannot trace what was chosen; found out by tracing a program that does nothing. */
async function checkStrace(context: ProfilerContext): Promise<Problem | undefined> {
  const { read } = context;
  if (process.platform !== 'linux') {
    return { code: 'strace-platform', message: 'strace traces programs on Linux only.', why: 'Open the folder on a Linux machine, in WSL or in a container.', remedies: [] };
  }
  const program = read(stracePath);
  if (!(await findProgram(program))) {
    return {
      code: 'strace-missing', message: `${program} was not found.`, why: 'Install it, or name yours in heatline.strace.path.',
      remedies: [...(await installRemedy('strace')), { kind: 'setting', label: 'Open Setting', setting: 'heatline.strace.path' }],
    };
  }
  const chosen = filter(context);
  const trial = await runProcess(program, ['-o', '/dev/null', ...(read(stacks) ? ['-k'] : []), ...(chosen.length > 0 ? chosen : ['-e', 'trace=none']), '--', 'true'], { timeout: 20_000 });
  return trial.code === 0 ? undefined : explainStrace(trial.stderr);
}

/** Why a trial of strace failed, from what it said. */
export function explainStrace(stderr: string): Problem {
  const said = stderr.trim().split('\n').find((line) => /strace: /.test(line))?.replace(/^.*?strace: /, '') ?? stderr.trim();
  if (/invalid system call|invalid class/.test(stderr)) {
    return {
      code: 'strace-calls', message: `strace does not know what heatline.strace.calls asks for: ${said}.`, why: 'Name system calls of this machine, or classes such as %file.',
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.strace.calls' }], detail: stderr,
    };
  }
  if (/stack.?trac|unwind|invalid option -- 'k'/i.test(stderr) && !/PTRACE|ptrace/.test(stderr)) {
    return {
      code: 'strace-stacks', message: 'This strace was built without stacks.', why: 'Turn heatline.strace.stacks off, or name another strace in heatline.strace.path.',
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.strace.stacks' }], detail: stderr,
    };
  }
  if (/EPERM|EACCES|not permitted|denied/i.test(stderr)) {
    return {
      code: 'strace-forbidden', message: 'The system does not let strace trace programs.',
      why: 'Containers often forbid ptrace: start yours with the capability SYS_PTRACE (docker run --cap-add=SYS_PTRACE), or profile outside of it.', remedies: [], detail: stderr,
    };
  }
  return { code: 'strace-unusable', message: 'strace does not work on this machine.', why: said || 'It gave no reason.', remedies: [], detail: stderr };
}

async function knows({ read }: Pick<ProfilerContext, 'read'>, option: string): Promise<boolean> {
  const { stdout } = await runProcess(read(stracePath), ['--help'], { timeout: 10_000 });
  return stdout.includes(option);
}
