import path from 'node:path';
import { readdir, writeFile } from 'node:fs/promises';
import { pythonWords } from './commandLine.ts';
import { installRemedy } from './install.ts';
import { findProgram, runProcess, sendSignal, waitForEnd } from './process.ts';
import type { Problem } from './problem.ts';
import { hasBytes } from './recordedFiles.ts';
import type { Target } from './target.ts';

/** Oldest Python that our programs run on. */
const OLDEST = [3, 6] as const;

/** Name of the file whose appearance asks our Python programs to end the run; in the run's folder. */
export const STOP_FILE = 'stop';

/** Why this interpreter cannot run our programs; undefined when it can. */
export async function checkInterpreter(target: Target): Promise<Problem | undefined> {
  const interpreter = target.interpreter ?? ['python3'];
  const found = await findProgram(interpreter[0]);
  if (!found) {
    return {
      code: 'python-missing',
      message: `No Python interpreter: ${interpreter[0]} was not found.`,
      why: 'Choose one with the Python extension, or name it in heatline.python.path.',
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.python.path' }, ...(await installRemedy('python3'))],
    };
  }
  const probe = await runProcess(found, [...interpreter.slice(1), '-c', 'import sys; sys.stdout.write("%d.%d" % sys.version_info[:2])'], { timeout: 20_000 })
    .catch((error: Error) => ({ code: 1, stdout: '', stderr: error.message }));
  const version = probe.stdout.split('.').map(Number);
  if (probe.code !== 0 || version.length !== 2) {
    return {
      code: 'python-broken',
      message: `${interpreter[0]} does not run.`,
      why: probe.stderr.trim().split('\n').pop() || 'It gave no version. Choose another interpreter in heatline.python.path.',
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.python.path' }],
      detail: probe.stderr,
    };
  }
  if (version[0] < OLDEST[0] || (version[0] === OLDEST[0] && version[1] < OLDEST[1])) {
    return {
      code: 'python-old',
      message: `${interpreter[0]} is Python ${probe.stdout}.`,
      why: `Heatline profiles Python ${OLDEST.join('.')} and later. Choose another interpreter in heatline.python.path.`,
      remedies: [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.python.path' }],
    };
  }
  return undefined;
}

/** The command that runs one of our Python programs on the target: `options`, then the script and its arguments. */
export function pythonCommand(target: Target, pythonFolder: string, program: string, options: readonly string[]): string[] {
  return [...(target.interpreter ?? ['python3']), path.join(pythonFolder, program), ...options, '--', ...pythonWords(target)];
}

/** Asks our Python programs to end: by the stop file, and at last by force, which the stream on disk survives. */
export async function stopPython(pid: number, folder: string, attempt: number): Promise<void> {
  if (attempt === 0) await writeFile(path.join(folder, STOP_FILE), '');
  else sendSignal(pid, attempt === 1 ? 'SIGTERM' : 'SIGKILL');
}

/** Milliseconds that children may still run after the program itself has ended; what they have by then is read. */
const CHILDREN_PATIENCE = 2000;

/**
 * Names of the files that our Python programs have written: `output` by the program itself, `output-PID` by its children (`heatline_children.py`), the
 * program's first. Waits a little for children that still run.
 */
export async function filesOfProcesses(folder: string, output: string): Promise<string[]> {
  const { name: stem, ext } = path.parse(output);
  const pidOf = (name: string) => (name.startsWith(`${stem}-`) && name.endsWith(ext) ? Number(/^\d+/.exec(name.slice(stem.length + 1))?.[0]) : Number.NaN);
  const list = async () => (await readdir(folder)).filter((name) => pidOf(name) > 0);
  const deadline = Date.now() + CHILDREN_PATIENCE;
  await Promise.all((await list()).map((name) => waitForEnd(pidOf(name), deadline - Date.now())));
  const found = [];
  for (const name of [output, ...(await list()).sort((a, b) => pidOf(a) - pidOf(b) || a.localeCompare(b))]) {
    if (await hasBytes(path.join(folder, name))) found.push(name);
  }
  return found;
}
