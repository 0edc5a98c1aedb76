import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readExecutable } from './executable.ts';
import { installRemedy } from './install.ts';
import type { ReadOption } from './options.ts';
import { findProgram, runProcess } from './process.ts';
import type { Problem } from './problem.ts';

/** What a tool of Valgrind needs of its program. */
export interface ToolNeeds {
  /** Why it is of no use for a program without a dynamic loader, whose functions Valgrind cannot replace; undefined: it is. */
  readonly dynamic?: (read: ReadOption) => string | undefined;
  /** What a person should know when it runs such a program after all. */
  readonly staticNote?: string;
  /** Whether it gets along with Go's own stacks. */
  readonly go?: boolean;
}

/** Trials that went well, by command line. */
const worked = new Set<string>();

/**
 * Why a tool of Valgrind cannot run here; undefined when it can. It is tried with its options, on a program that does nothing: only that tells whether
 * the tool is there, takes the options, and finds its way in this system's C library.
 */
export async function checkValgrind(program: string, label: string, words: readonly string[]): Promise<Problem | undefined> {
  if (process.platform === 'win32') {
    return { code: 'valgrind-platform', message: 'There is no Valgrind for Windows.', why: 'Open the folder in WSL, in a container or on a Linux machine.', remedies: [] };
  }
  const setting = { kind: 'setting', label: 'Open Setting', setting: 'heatline.valgrind.path' } as const;
  if (!(await findProgram(program))) {
    return {
      code: 'valgrind-missing',
      message: `${program} was not found.`,
      why: `${label} is a part of Valgrind. Install it, or name yours in heatline.valgrind.path.`,
      remedies: [...(await installRemedy('valgrind')), setting],
    };
  }
  const command = JSON.stringify([program, ...words]);
  if (worked.has(command)) return undefined;
  const { code, stderr } = await runProcess(program, ['--vgdb=no', '-q', ...words, 'true'], { timeout: 60_000 });
  if (code === 0) {
    worked.add(command);
    return undefined;
  }
  return explainTrial(label, stderr, setting);
}

/** Why a trial failed, from what Valgrind said. */
export function explainTrial(label: string, stderr: string, setting: Problem['remedies'][number]): Problem {
  const said = stderr.split('\n').map((line) => line.replace(/^(?:valgrind: |==\d+== ?)/, '').trim()).filter((line) => line !== '' && !line.startsWith('Use --help'));
  if (/Unknown option|Bad option|suppressions file/.test(stderr)) {
    return {
      code: 'valgrind-options', message: `${label} does not take its options.`, why: `Valgrind says: ${said.slice(0, 2).join('. ')}`,
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.valgrind.options' }], detail: stderr,
    };
  }
  if (stderr.includes('function redirection')) {
    return {
      code: 'valgrind-libc', message: `${label} does not find its way in this system's C library.`,
      why: 'The library has lost its symbols. Install its debug information: libc6-dbg on Debian and Ubuntu, glibc-debuginfo on Fedora, debuginfod on Arch.',
      remedies: [], detail: stderr,
    };
  }
  return { code: 'valgrind-unusable', message: `${label} does not run on this machine.`, why: said[0] ?? 'Valgrind gave no reason.', remedies: [setting], detail: stderr };
}

/** ELF's numbers of the processors whose programs run here, as far as we know them. */
const MACHINES: Readonly<Record<string, readonly number[]>> = { x64: [62, 3], ia32: [3], arm64: [183, 40], arm: [40], s390x: [22], ppc64: [21], riscv64: [243] };

/** Why a tool cannot run this program; undefined when it can, or when the file does not tell. */
export async function checkProgram(program: string, label: string, needs: ToolNeeds | undefined, read: ReadOption): Promise<Problem | undefined> {
  const name = path.basename(program);
  const executable = await readExecutable(program);
  if (!executable) return undefined;
  const perf = { kind: 'profiler', label: 'Use perf', profiler: 'perf' } as const;
  if (MACHINES[process.arch]?.includes(executable.machine) === false) {
    return { code: 'valgrind-machine', message: `${name} is for another processor.`, why: 'Valgrind runs programs of this machine only; build it for this one.', remedies: [] };
  }
  const mode = (await stat(program)).mode;
  if ((mode & 0o6000) !== 0) {
    return { code: 'valgrind-setuid', message: `${name} runs with the rights of its owner.`, why: 'Valgrind refuses such programs (setuid, setgid). Run a copy of it.', remedies: [] };
  }
  if (executable.isGo && needs?.go !== true) {
    return { code: 'valgrind-go', message: `${label} does not suit Go programs.`, why: 'Go keeps stacks and memory of its own, which Valgrind takes for errors or fails at.', remedies: [perf] };
  }
  const why = executable.isStatic ? needs?.dynamic?.(read) : undefined;
  if (why !== undefined) {
    return { code: 'valgrind-static', message: `${name} is linked statically.`, why, remedies: [{ kind: 'profiler', label: 'Use Callgrind', profiler: 'callgrind' }] };
  }
  return undefined;
}
