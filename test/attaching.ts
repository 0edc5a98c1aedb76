// Profilers that attach: a process to be watched, and a plan that is run as the launcher would run it.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sendSignal } from '../src/profilers/process.ts';
import { optionReader, type OptionValue } from '../src/profilers/options.ts';
import type { Profiler, ProfilerContext } from '../src/profilers/profiler.ts';
import { stopProfiler } from '../src/profilers/stopping.ts';
import type { Target } from '../src/profilers/target.ts';

/** A context with these options set; agents are those that were built. */
export function contextWith(options: Readonly<Record<string, OptionValue>> = {}): ProfilerContext {
  return {
    read: optionReader(() => undefined, options), agent: fileURLToPath(new URL('../dist/agent.cjs', import.meta.url)),
    pythonFolder: fileURLToPath(new URL('../dist/python', import.meta.url)), log: () => undefined,
  };
}

/** A running program as a target. */
export function processTarget(pid: number): Target {
  return { language: 'native', kind: 'process', file: '', args: [], cwd: process.cwd(), env: {}, pid };
}

/** Starts a program and waits until it prints its first line. */
export async function running(command: readonly string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error(`${command[0]} ended before it said a word`)));
  });
  child.stdout.resume();
  return child as unknown as ChildProcess & { pid: number };
}

/** Attaches a profiler; without a duration in the options it is stopped after `milliseconds`. Gives how it ended and how long it took, in milliseconds. */
export async function attach(
  profiler: Profiler, pid: number, folder: string, options: Readonly<Record<string, OptionValue>>, milliseconds?: number,
): Promise<{ code: number | null; signal: string | null; took: number }> {
  const context = contextWith(options);
  const target = processTarget(pid);
  assert.ok(profiler.suits(target) > 0);
  assert.deepEqual(await profiler.preflight(target, context), undefined);
  const plan = await profiler.plan(target, folder, context);
  const started = Date.now();
  const child = spawn(plan.command[0], plan.command.slice(1), { cwd: plan.cwd, env: { ...process.env, ...plan.env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  if (milliseconds !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await stopProfiler(profiler, child.pid!, folder);
  }
  const end = await ended;
  assert.doesNotMatch(said, /not permitted|Error:/);
  return { ...end, took: Date.now() - started };
}

/** That the process runs, is not stopped, and nobody traces it. */
export function assertUnharmed(pid: number): void {
  assert.ok(sendSignal(pid, 0), 'the process is gone');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  assert.match(status, /^State:\s+[SRD]/m);
  assert.match(status, /^TracerPid:\s+0$/m);
}
