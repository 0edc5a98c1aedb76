// Runs our Python programs in real interpreters, and reads what they write. For the tests python-*.test.ts.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { pyenvPythons } from '../pyenv.ts';

const programs = fileURLToPath(new URL('../../src/profilers/python/', import.meta.url));

/** Our two programs: their file, and the name of what they write. */
export const TOOLS = {
  sample: { file: path.join(programs, 'heatline_sample.py'), out: 'samples.txt' },
  cprofile: { file: path.join(programs, 'heatline_cprofile.py'), out: 'calls.pstats' },
} as const;
export type ToolName = keyof typeof TOOLS;

/** An interpreter; version is major * 100 + minor. */
export interface Interpreter {
  readonly name: string;
  readonly command: string;
  readonly version: number;
}

function probe(command: string): Interpreter | undefined {
  const found = spawnSync(command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], { encoding: 'utf8' });
  const [major, minor] = (found.stdout ?? '').split('.').map(Number);
  if (found.status !== 0 || !(major === 3 && minor >= 6)) return undefined;
  return { name: `Python ${found.stdout.trim()}`, command, version: major * 100 + minor };
}

/** The python3 of this machine. */
export const python3 = probe('python3');

/** Every interpreter that pyenv has installed, one per minor version, and python3. */
export function interpreters(): Interpreter[] {
  const byVersion = new Map<number, Interpreter>();
  for (const command of ['python3', ...pyenvPythons().map(({ python }) => python)]) {
    const found = probe(command);
    if (found && !byVersion.has(found.version)) byVersion.set(found.version, found);
  }
  return [...byVersion.values()].sort((a, b) => a.version - b.version);
}

/** How a process ended, and what it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** More options for our program. */
  readonly toolOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Called when the process runs; may look at files and kill it. */
  readonly meanwhile?: (pid: number) => Promise<void>;
}

/** Runs a command to its end. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...options.env } });
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout.on('data', (data: Buffer) => chunks.stdout.push(data));
  child.stderr.on('data', (data: Buffer) => chunks.stderr.push(data));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  try {
    if (options.meanwhile && child.pid !== undefined) await options.meanwhile(child.pid);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const { code, signal } = await ended;
  return { code, signal, stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString() };
}

/** A folder for one test's programs and profiles. */
export class Workplace {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'heatline python '));

  /** Writes a program and returns its path. */
  write(name: string, source: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, source);
    return file;
  }

  /** Where a tool writes. */
  out(tool: ToolName): string {
    return path.join(this.folder, TOOLS[tool].out);
  }

  /** Runs what would follow `python` under one of our programs. */
  profile(tool: ToolName, python: Interpreter, words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const args = [TOOLS[tool].file, '--out', this.out(tool), '--stop', path.join(this.folder, 'stop'), ...(options.toolOptions ?? []), '--', ...words];
    return run(python.command, args, { cwd: this.folder, ...options });
  }

  /** Asks the program that runs to stop. */
  stop(): void {
    writeFileSync(path.join(this.folder, 'stop'), '');
  }

  /** The samples that were written. */
  samples(): Samples {
    return readSamples(readFileSync(this.out('sample'), 'utf8'));
  }

  /** Waits until the profiled program has printed something to this file of the folder. */
  async waitFor(name: string): Promise<void> {
    const file = path.join(this.folder, name);
    for (let i = 0; i < 1000 && !existsSync(file); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(existsSync(file), `${name} did not appear`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly firstLine: number;
  readonly line: number;
  readonly column: number;
}

export interface Sample {
  readonly time: number;
  readonly thread: string;
  /** Innermost frame first. */
  readonly frames: readonly Frame[];
  readonly wall: number;
  readonly cpu: number;
}

export interface Samples {
  readonly header: Readonly<Record<string, unknown>>;
  readonly end: Readonly<Record<string, unknown>> | undefined;
  /** Name of a child process. */
  readonly process: string | undefined;
  readonly warnings: readonly string[];
  readonly samples: readonly Sample[];
}

/** Reads "heatline-samples 1", and fails on anything that the format does not allow; a torn last line is left out. */
export function readSamples(text: string): Samples {
  const lines = text.split('\n');
  lines.pop();
  assert.equal(lines.shift(), 'heatline-samples 1');
  const functions: { name: string; file: string; firstLine: number }[] = [];
  const frames: Frame[] = [];
  const stacks: Frame[][] = [];
  const threads: string[] = [];
  const samples: Sample[] = [];
  const warnings: string[] = [];
  const last = new Map<number, number>();
  let header: Record<string, unknown> | undefined;
  let process: string | undefined;
  let end: Record<string, unknown> | undefined;
  for (const line of lines) {
    assert.equal(end, undefined, 'nothing follows the end');
    const [letter, ...words] = line.split(' ');
    const numbers = words.map(Number);
    const rest = (count: number) => JSON.parse(words.slice(count).join(' ')) as unknown;
    if (letter === 'h') header = rest(0) as Record<string, unknown>;
    else if (letter === 'p') process = rest(0) as string;
    else if (letter === 'w') warnings.push(rest(0) as string);
    else if (letter === 'e') end = rest(0) as Record<string, unknown>;
    else if (letter === 'f') {
      const [name, file] = rest(2) as [string, string];
      assert.equal(functions.push({ name, file, firstLine: numbers[1] }), numbers[0] + 1);
    } else if (letter === 'r') {
      assert.ok(functions[numbers[1]], line);
      assert.equal(frames.push({ ...functions[numbers[1]], line: numbers[2], column: numbers[3] }), numbers[0] + 1);
    } else if (letter === 's') {
      assert.ok(frames[numbers[2]] && (numbers[1] === -1 || stacks[numbers[1]]), line);
      assert.equal(stacks.push([frames[numbers[2]], ...(stacks[numbers[1]] ?? [])]), numbers[0] + 1);
    } else if (letter === 't') threads[numbers[0]] = rest(2) as string;
    else if (letter === 'x') {
      const [time, thread, stack, wall, cpu] = numbers;
      assert.ok(numbers.length === 5 && numbers.every(Number.isInteger) && threads[thread] && stacks[stack] && wall > 0, line);
      assert.ok(time - wall >= (last.get(thread) ?? 0) - 1, `samples of a thread do not overlap: ${line}`);
      last.set(thread, time);
      samples.push({ time, thread: threads[thread], frames: stacks[stack], wall, cpu });
    } else assert.fail(`unknown record ${line}`);
  }
  assert.ok(header, 'there is a header');
  return { header, end, process, warnings, samples };
}

/** Sums of the samples that pass, in seconds. */
export function seconds(samples: readonly Sample[], passes: (sample: Sample) => boolean = () => true): { wall: number; cpu: number } {
  const sum = { wall: 0, cpu: 0 };
  for (const sample of samples.filter(passes)) {
    sum.wall += sample.wall / 1e9;
    sum.cpu += sample.cpu / 1e9;
  }
  return sum;
}

/**
 * Fails when a number of seconds is further from the expected one than a part of it, or than 60 ms: on a busy machine the
 * sampler itself waits for its turn, and a thread's first and last moments lie between two samples.
 */
export function about(actual: number, expected: number, part: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= Math.max(expected * part, 0.06), `${what}: ${actual.toFixed(3)} instead of about ${expected.toFixed(3)}`);
}
