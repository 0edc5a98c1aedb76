import { readFile, readlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runProcess } from './process.ts';
import { processName } from './processList.ts';
import { ProblemError } from './problem.ts';
import { readElf } from './symbols/elf.ts';
import type { Language, Target } from './target.ts';

/**
 * A running process as a target: its executable, its working directory and what it is written in, as far as the system tells.
 * @throws ProblemError when there is no such process
 */
export async function processTarget(pid: number): Promise<Target> {
  requireProcess(pid);
  const { executable, cwd, command } = process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
  const language = await languageOf(executable || command[0] || '');
  return {
    language, kind: 'process', pid, title: `${command.length > 0 ? processName(command) : path.basename(executable)} (${pid})`, file: executable, args: [], cwd: cwd || os.homedir(), env: {},
    ...(language === 'python' && executable ? { interpreter: [executable] } : {}),
  };
}

/** @throws ProblemError when there is no process of this id; another person's counts as there */
export function requireProcess(pid: number): void {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return;
    throw new ProblemError({ code: 'no-process', message: `There is no process ${pid}.`, why: 'It has ended, or belongs to another machine or container. Choose another one.', remedies: [] });
  }
}

/** What a program is written in: Python by the interpreter's name, Go by the sections that its linker leaves. */
export async function languageOf(executable: string): Promise<Language> {
  if (/^(python|pypy)w?[\d.]*$/i.test(path.basename(executable))) return 'python';
  const elf = path.isAbsolute(executable) ? await readElf(executable).catch(() => undefined) : undefined;
  return elf?.sections.some(({ name }) => name === '.go.buildinfo' || name === '.note.go.buildid') ? 'go' : 'native';
}

interface Facts {
  /** '' when it is not ours to know. */
  readonly executable: string;
  readonly cwd: string;
  readonly command: readonly string[];
}

async function fromProc(pid: number): Promise<Facts> {
  const link = (name: string) => readlink(`/proc/${pid}/${name}`).catch(() => '');
  const [executable, cwd, words] = await Promise.all([link('exe'), link('cwd'), readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')]);
  // A file that was replaced since, by a new build perhaps, is still what runs.
  return { executable: executable.replace(/ \(deleted\)$/, ''), cwd, command: words.split('\0').filter(Boolean) };
}

async function fromPs(pid: number): Promise<Facts> {
  const ask = async (column: string) => (await runProcess('ps', ['-ww', '-p', String(pid), '-o', `${column}=`], { timeout: 5000 }).catch(() => ({ stdout: '' }))).stdout.trim();
  const [executable, command] = await Promise.all([ask('comm'), ask('args')]);
  return { executable: path.isAbsolute(executable) ? executable : '', cwd: '', command: command ? command.split(/\s+/) : [] };
}
