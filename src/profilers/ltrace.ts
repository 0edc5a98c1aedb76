import { open } from 'node:fs/promises';
import path from 'node:path';
import { ltrace as ltraceFormat } from '../formats/ltrace.ts';
import { agentCommand } from './agents/index.ts';
import { endProgram } from './agents/ltrace.ts';
import { commandLine } from './commandLine.ts';
import { installRemedy } from './install.ts';
import { text, toggle } from './options.ts';
import { findProgram, runProcess, sendSignal } from './process.ts';
import { ProblemError, type Problem } from './problem.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import { hasBytes, isThere } from './recordedFiles.ts';
import { readElf } from './symbols/elf.ts';
import { isLaunched, type Target } from './target.ts';

const OUTPUT = 'trace.ltrace';
/** Where the C library gives memory and takes it back; traced at their entries, so that calls made by libraries are seen too. */
const ALLOCATORS = 'malloc+calloc+realloc+reallocarray+memalign+aligned_alloc+valloc+free@libc.so*';

const ltracePath = text({ setting: 'ltrace.path', label: 'ltrace', description: 'The ltrace command.', default: 'ltrace', hidden: true });
const filter = text({
  setting: 'ltrace.filter', label: 'Functions', default: '',
  description: 'Which library functions are traced, as an expression of `ltrace -e`: `malloc+free`, `*@libm.so*`, `-strlen`. Empty: all that the program itself calls.',
});
const allocations = toggle({
  setting: 'ltrace.allocations', label: 'Allocations only', default: false,
  description: 'Only `malloc`, `calloc`, `realloc`, `free` and their kin, called by the program or by its libraries, however the program was linked.',
});

/** Tracer of calls into shared libraries. */
export const ltrace: Profiler = {
  id: 'ltrace',
  label: 'ltrace',
  question: 'Which library functions does it call, and what does it allocate?',
  cost: '0.1 to 0.6 ms a call; programs with threads may break',
  options: [filter, allocations, ltracePath],
  suits: (target) => (isLaunched(target) ? { c: 25, cpp: 25, native: 25, python: 10, script: 10, go: 0 }[target.language] : 0),
  preflight: (_target, context) => checkLtrace(context),
  async plan(target, folder, context) {
    const { read } = context;
    const [program, ...args] = await traceableCommand(target);
    const notes = await looseEnds(program, read(allocations));
    const chosen = read(allocations) ? ['-e', '', '-x', ALLOCATORS] : read(filter) === '' ? [] : ['-e', read(filter)];
    const output = path.join(folder, OUTPUT);
    const { command, env } = agentCommand(context, 'ltrace', [output, read(ltracePath), '-f', '-ttt', '-T', '-C', '-o', output, ...chosen, '--', program, ...args]);
    return { command, cwd: target.cwd, env: { ...target.env, ...env }, notes };
  },
  async stop(pid, _folder, attempt) {
    await endProgram(pid, (['SIGINT', 'SIGTERM', 'SIGKILL'] as const)[Math.min(attempt, 2)]);
    if (attempt > 3) sendSignal(pid, 'SIGKILL');
  },
  async collect(folder) {
    if (await hasBytes(path.join(folder, OUTPUT))) return { files: [OUTPUT], format: ltraceFormat.id };
    if (!(await isThere(path.join(folder, OUTPUT)))) return undefined;
    throw new ProblemError({
      code: 'ltrace-no-calls', message: 'ltrace saw no call.', why: 'The terminal shows what it said. It knows dynamically linked programs only, and no calls but those named in heatline.ltrace.filter.',
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.ltrace.filter' }],
    });
  },
};

async function checkLtrace({ read }: ProfilerContext): Promise<Problem | undefined> {
  if (process.platform !== 'linux') {
    return { code: 'ltrace-platform', message: 'ltrace traces programs on Linux only.', why: 'Open the folder on a Linux machine, in WSL or in a container.', remedies: [] };
  }
  const program = read(ltracePath);
  if (!(await findProgram(program))) {
    return {
      code: 'ltrace-missing', message: `${program} was not found.`, why: 'Install it, or name yours in heatline.ltrace.path.',
      remedies: [...(await installRemedy('ltrace')), { kind: 'setting', label: 'Open Setting', setting: 'heatline.ltrace.path' }],
    };
  }
  const trial = await runProcess(program, ['-o', '/dev/null', '-e', read(filter) || 'exit', '--', 'true'], { timeout: 20_000 });
  return trial.code === 0 && !/EPERM|not permitted|syntax error|error in|invalid/i.test(trial.stderr) ? undefined : explainLtrace(trial.stderr);
}

/** Why a trial of ltrace failed, from what it said. */
export function explainLtrace(stderr: string): Problem {
  if (/EPERM|EACCES|not permitted|denied/i.test(stderr)) {
    return {
      code: 'ltrace-forbidden', message: 'The system does not let ltrace trace programs.',
      why: 'Containers often forbid ptrace: start yours with the capability SYS_PTRACE (docker run --cap-add=SYS_PTRACE), or profile outside of it.', remedies: [], detail: stderr,
    };
  }
  return {
    code: 'ltrace-unusable', message: 'ltrace does not run so.', why: stderr.trim().split('\n')[0] || 'It gave no reason. Look at heatline.ltrace.filter.',
    remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.ltrace.filter' }], detail: stderr,
  };
}

/** The command with a program in front that ltrace can read: version managers put scripts in an interpreter's place. */
async function traceableCommand(target: Target): Promise<string[]> {
  const [word, ...args] = commandLine(target);
  const program = await findProgram(word);
  if (!program || (await readElf(program))) return [word, ...args];
  if (target.language === 'python') {
    const { stdout } = await runProcess(program, ['-c', 'import sys; sys.stdout.write(sys.executable)'], { timeout: 20_000 });
    if (stdout !== '' && (await readElf(stdout).catch(() => undefined))) return [stdout, ...args];
  }
  throw new ProblemError({
    code: 'ltrace-no-binary', message: `${path.basename(word)} is no binary, so ltrace cannot trace it.`, why: 'It is a script that starts another program. Profile that one.', remedies: [],
  });
}

/**
 * What ltrace will not see of this program, and how to build it so that it does.
 * @throws ProblemError for a program that ltrace refuses
 */
async function looseEnds(word: string, isEntry: boolean): Promise<string[]> {
  const program = await findProgram(word);
  const elf = program ? await readElf(program) : undefined;
  if (!program || !elf) return [];
  const named = (name: string) => elf.sections.find((section) => section.name === name);
  const symbols = named('.dynstr');
  if (!symbols) {
    throw new ProblemError({
      code: 'ltrace-static', message: `${path.basename(word)} is linked statically: it calls no shared library.`, why: 'Link it without -static, or look at its system calls.',
      remedies: [{ kind: 'profiler', label: 'Use strace', profiler: 'strace' }],
    });
  }
  const notes: string[] = [];
  if (!isEntry && !named('.rela.plt') && !named('.rel.plt')) {
    notes.push('The program calls libraries without a linkage table, which is where ltrace looks: build it without -fno-plt, or turn on heatline.ltrace.allocations.');
  } else if (!isEntry && named('.plt.sec')) {
    notes.push('The program has a linkage table for branch tracking (.plt.sec), where ltrace misses all but the first call of each function: build it with -fcf-protection=none, or turn on heatline.ltrace.allocations.');
  }
  if (await holds(program, symbols, 'pthread_create')) notes.push('The program can make threads. Those break programs under ltrace 0.7: should it crash, it is not the program\'s fault.');
  return notes;
}

/** Whether a section of a file holds this name. */
async function holds(program: string, { offset, size }: { readonly offset: number; readonly size: number }, name: string): Promise<boolean> {
  const file = await open(program, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(size, 1 << 24));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead).includes(`\0${name}\0`, 0, 'latin1');
  } finally {
    await file.close();
  }
}
