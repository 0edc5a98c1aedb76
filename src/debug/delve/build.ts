import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { compilerPlaces } from '../../profilers/buildSteps.ts';
import { findProgram, runProcess } from '../../profilers/process.ts';
import { mergedEnvironment } from '../configurationChecks.ts';
import { fault } from '../fault.ts';
import { isArchive } from './binaryKind.ts';
import type { BuildOrder, LaunchOrder } from './launchOrder.ts';
import { startFault } from './faults.ts';
import type { Surroundings } from './surroundings.ts';

/** A program that the go command has built. */
export interface Built {
  readonly file: string;
  /** Removes it, unless the configuration says where it is to stay. */
  remove(): Promise<void>;
}

/**
 * Builds what is debugged, as dlv itself does (pkg/gobuild): without optimisation and inlining, unless there is to be no debugger.
 * @throws ProblemError with the go command's words; `delve-cancelled`
 */
export async function build(order: LaunchOrder, around: Surroundings, noDebug: boolean): Promise<Built> {
  const what = order.build;
  if (!what) throw new Error('nothing to build');
  const env = mergedEnvironment(order.env);
  const go = await findProgram('go', env);
  if (!go) throw fault('delve-no-go', 'The go command was not found, and it builds what is debugged.', 'Install Go (https://go.dev/dl), or add its folder "bin" to PATH: for this debug configuration by "env".');
  const { file, remove } = await place(what, env);
  const args = [...(what.mode === 'test' ? ['test', '-c'] : ['build']), '-o', file, ...(noDebug ? [] : ['-gcflags=all=-N -l']), ...what.flags, ...what.sources];
  const { code, signal, stdout, stderr } = await runProcess(go, args, { cwd: what.cwd, env, signal: around.signal }).catch(async (error: Error) => {
    await remove();
    throw around.signal.aborted ? fault('delve-cancelled', 'The launch was stopped.', '') : fault('delve-no-go', `${go} could not be started.`, error.message);
  });
  const words = stderr + stdout;
  const problem = code === 0 ? await notAProgram(file, what.mode) : words || `The go command ended with ${code ?? signal}.`;
  if (problem === undefined) return { file, remove };
  await remove();
  around.buildFailed({ command: ['go', ...args].join(' '), cwd: what.cwd, places: code === 0 ? [] : compilerPlaces(words, what.cwd).map(({ file: at, line, column, message }) => ({ file: at, line, column: column ?? 1, message })) });
  throw await startFault(problem, { dlv: { file: order.dlv.file, version: await order.dlv.version }, command: [what.mode], dlvCwd: what.cwd });
}

async function place({ output, name }: BuildOrder, env: NodeJS.ProcessEnv): Promise<Built> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  const blocked = (where: string) => (error: NodeJS.ErrnoException) => {
    throw fault('delve-output', `The program cannot be built in ${where} (${error.code ?? error.message}).`, output ? 'Correct "output" of the debug configuration, or take it out.' : 'Make that folder, or correct the variable GOTMPDIR.');
  };
  if (output) {
    await mkdir(path.dirname(output), { recursive: true }).catch(blocked(path.dirname(output)));
    const isFolder = (await stat(output).catch(() => undefined))?.isDirectory();
    return { file: isFolder ? path.join(output, file) : output, remove: async () => undefined };
  }
  // Where `go run` has its programs: /tmp may be mounted so that nothing runs there.
  const temporary = env.GOTMPDIR || os.tmpdir();
  const folder = await mkdtemp(path.join(temporary, 'heatline-go-')).catch(blocked(temporary));
  return { file: path.join(folder, file), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What dlv would say of a build that made no program. */
async function notAProgram(file: string, mode: 'debug' | 'test'): Promise<string | undefined> {
  if (!(await stat(file).catch(() => undefined))) return mode === 'test' ? '[no test files]' : 'not an executable file';
  return (await isArchive(file)) ? 'not an executable file' : undefined;
}
