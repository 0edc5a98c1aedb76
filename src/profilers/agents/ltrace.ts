import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import os from 'node:os';
import { descendants, sendSignal } from '../process.ts';
import type { Agent } from './index.ts';

/** Bytes from the end of a trace in which the end of its first process is looked for. */
const TAIL = 1 << 20;

/**
 * `ltrace TRACE COMMAND...`: runs ltrace, which writes TRACE, and gives the exit code of the program, which ltrace keeps to itself: 128 and the signal's number
 * when one ended it.
 */
export const ltraceAgent: Agent = async ([trace, program, ...args]) => {
  const child = spawn(program, args, { stdio: 'inherit' });
  // ltrace that is told to end waits for a program that goes on: the program is what must end.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void endProgram(process.pid, 'SIGTERM'));
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (own, signal) => resolve(own ?? 128 + (signal ? os.constants.signals[signal] : 0)));
  });
  return code === 0 ? ((await exitCodeIn(trace)) ?? 0) : code;
};

/** Sends a signal to what ltrace runs below the agent's process; to ltrace itself when it runs nothing. */
export async function endProgram(agent: number, signal: NodeJS.Signals): Promise<void> {
  const [tool, ...below] = await descendants(agent);
  for (const pid of below) sendSignal(pid, signal);
  if (tool !== undefined && below.length === 0) sendSignal(tool, signal);
}

/** How the first process of a trace ended, as a shell would say it; undefined when the trace does not tell. */
export async function exitCodeIn(trace: string): Promise<number | undefined> {
  const file = await open(trace, 'r').catch(() => undefined);
  if (!file) return undefined;
  try {
    const head = Buffer.alloc(16);
    const first = /^(\d+) /.exec(head.toString('latin1', 0, (await file.read(head, 0, head.length, 0)).bytesRead))?.[1];
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, TAIL));
    await file.read(tail, 0, tail.length, size - tail.length);
    const end = new RegExp(`^${first} .*\\+\\+\\+ (?:exited \\(status (\\d+)\\)|killed by (SIG\\w+)) \\+\\+\\+$`, 'm').exec(tail.toString('latin1'));
    if (!end) return undefined;
    return end[1] === undefined ? 128 + (os.constants.signals[end[2] as NodeJS.Signals] ?? 0) : Number(end[1]);
  } finally {
    await file.close();
  }
}
