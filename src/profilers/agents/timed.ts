import { spawn } from 'node:child_process';
import os from 'node:os';
import type { ProfilerContext } from '../profiler.ts';
import { agentCommand, type Agent } from './index.ts';

/** Milliseconds that a tool has to end at each signal. */
const PATIENCE = 3000;

/** `timed SECONDS COMMAND...`: runs a tool that watches a running process and has no end of its own, and asks it to end after the time. Its exit code is the tool's; 0 when it was asked. */
export const timed: Agent = async ([seconds, program, ...args]) => {
  const child = spawn(program, args, { stdio: 'inherit' });
  let asked = false;
  const timers: NodeJS.Timeout[] = [];
  const ask = (signal: NodeJS.Signals, after: number) => timers.push(setTimeout(() => {
    asked = true;
    child.kill(signal);
  }, after));
  const firmly: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGKILL'];
  firmly.forEach((signal, at) => ask(signal, Number(seconds) * 1000 + at * PATIENCE));
  // Whoever ends this ends the tool; SIGINT reaches it by the terminal as well, which does no harm.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(asked ? 0 : code ?? 128 + (signal ? os.constants.signals[signal] : 0)));
    });
  } finally {
    timers.forEach(clearTimeout);
  }
};

/** A command, ended after so many seconds; 0: as it is. */
export function timedCommand(context: Pick<ProfilerContext, 'agent'>, seconds: number, command: readonly string[]): { command: readonly string[]; env: Record<string, string> } {
  return seconds > 0 ? agentCommand(context, 'timed', [String(seconds), ...command]) : { command, env: {} };
}
