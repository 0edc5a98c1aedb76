/**
 * The program that runs in the terminal: `node launcher.cjs RUN_FOLDER`. It starts the profiler with the terminal as its own, so
 * that the profiled program can be typed into, and writes down what a terminal does not tell: process id, exit code and signal.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { endTree } from './endTree.ts';
import { ORDER_FILE, writeStatus, type LaunchOrder } from './launch.ts';
import { whenGone } from './processIdentity.ts';

const folder = process.argv[2];
const order = JSON.parse(readFileSync(path.join(folder, ORDER_FILE), 'utf8')) as LaunchOrder;
const dim = (text: string) => (process.stdout.isTTY ? `\x1b[2m${text}\x1b[0m` : text);

// The desktop's Node is the editor itself in disguise; the profiled program must not inherit the mask.
const { ELECTRON_RUN_AS_NODE: _mask, ...inherited } = process.env;

console.log(dim(`> ${order.command.map(quote).join(' ')}`));
const startedAt = Date.now();
const child = spawn(order.command[0], order.command.slice(1), { cwd: order.cwd, env: { ...inherited, ...order.env }, stdio: 'inherit' });

// Ctrl-C reaches the whole foreground group, the profiler included: it decides what to do, and we wait for it.
process.on('SIGINT', () => undefined);
process.on('SIGQUIT', () => undefined);
// Where the terminal is gone, so is who would read.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

let ending: Promise<void> | undefined;
let hasEnded = false;
/** Ends the profiler and all that it has started. */
function end(signals: readonly NodeJS.Signals[]): void {
  if (child.pid !== undefined) ending ??= endTree(child.pid, signals, () => hasEnded);
}
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(['SIGTERM']));
if (order.owner) whenGone(order.owner, () => end(['SIGINT', 'SIGTERM']));

child.once('spawn', () => void writeStatus(folder, { pid: child.pid, startedAt }));
child.once('error', async (error) => {
  console.error(`Heatline could not start ${order.command[0]}: ${error.message}`);
  await writeStatus(folder, { startedAt, endedAt: Date.now(), error: error.message });
  process.exitCode = 127;
});
child.once('exit', async (code, signal) => {
  const endedAt = Date.now();
  hasEnded = true;
  await writeStatus(folder, { pid: child.pid, startedAt, endedAt, code, signal });
  const seconds = ((endedAt - startedAt) / 1000).toFixed(2);
  console.log(dim(`${order.title} ended ${signal ? `by ${signal}` : `with exit code ${code}`} after ${seconds} s`));
  process.exitCode = code ?? 128 + (signal ? os.constants.signals[signal] : 0);
  await ending;
});

/** As a shell would need it, for people who copy the line. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
