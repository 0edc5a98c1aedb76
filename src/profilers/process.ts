import { spawn } from 'node:child_process';
import { constants, createWriteStream } from 'node:fs';
import { access, readdir, readFile, stat as fileStat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface ProcessResult {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Kills the process after this many milliseconds. */
  readonly timeout?: number;
  /** Written to a file instead of being kept. */
  readonly stdoutFile?: string;
  /** Stands in that file before it. */
  readonly stdoutHead?: string;
}

/** Most characters kept of each output stream: enough for any message, whatever the program prints. */
const MOST_OUTPUT = 1 << 20;

/**
 * Runs a program to its end, by argument array, without input. Rejects when it cannot be started or was aborted; an
 * unhappy exit code is for the caller to judge.
 */
export async function runProcess(program: string, args: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
  const child = spawn(program, args, {
    cwd: options.cwd, env: options.env, signal: options.signal, timeout: options.timeout, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < MOST_OUTPUT) stderr += text;
  });
  let written: Promise<void> = Promise.resolve();
  if (options.stdoutFile) {
    const file = createWriteStream(options.stdoutFile);
    if (options.stdoutHead) file.write(options.stdoutHead);
    written = pipeline(child.stdout, file);
    // Reported through `written` below; until then it must not count as unhandled.
    written.catch(() => undefined);
  } else {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < MOST_OUTPUT) stdout += text;
    });
  }
  const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  await written;
  return { ...end, stdout, stderr };
}

/** Absolute path of a program: itself when it is a path that can be run, else the first in PATH; undefined when there is none. */
export async function findProgram(program: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  if (!program) return undefined;
  const extensions = process.platform === 'win32' ? (env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';').concat('') : [''];
  const folders = program.includes('/') || program.includes(path.sep) ? [''] : (env.PATH ?? '').split(path.delimiter).filter(Boolean);
  for (const folder of folders) {
    for (const extension of extensions) {
      const candidate = path.resolve(folder, program + extension);
      try {
        await access(candidate, constants.X_OK);
        if ((await fileStat(candidate)).isFile()) return candidate;
      } catch {
        // The next one may be there.
      }
    }
  }
  return undefined;
}

/** Processes below `pid`, the nearest first (Linux: from /proc; elsewhere from ps). */
export async function descendants(pid: number): Promise<number[]> {
  const found: number[] = [];
  const parents = await parentTable();
  let level = [pid];
  while (level.length > 0) {
    const below = [...parents].filter(([child, parent]) => level.includes(parent) && !found.includes(child)).map(([child]) => child);
    found.push(...below);
    level = below;
  }
  return found;
}

async function parentTable(): Promise<Map<number, number>> {
  const parents = new Map<number, number>();
  if (process.platform === 'win32') return parents;
  if (process.platform === 'linux') {
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
      // pid (comm) state ppid ...: the command's name may hold blanks and parentheses.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent > 0) parents.set(Number(name), parent);
    }
    return parents;
  }
  const { stdout } = await runProcess('ps', ['-e', '-o', 'pid=,ppid='], { timeout: 5000 });
  for (const line of stdout.split('\n')) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    if (child > 0) parents.set(child, parent);
  }
  return parents;
}

/** Sends a signal; false when the process is gone or not ours. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether the process still runs: a zombie, which waits for its parent to look, does not. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!sendSignal(pid, 0)) return false;
  if (process.platform !== 'linux') return true;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Waits until the process has ended; false when it still runs after `milliseconds`. */
export async function waitForEnd(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (await isRunning(pid)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}
