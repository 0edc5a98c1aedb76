import os from 'node:os';
import type { FeatureFactory } from './feature.ts';
import type { Run } from './run.ts';

/** What dlv says when the program has ended (proc.ErrProcessExited): `Process 4711 has exited with status 2`. */
const ENDED = /^Process \d+ has exited with status (-?\d+)$/m;

/** The exit code of the program, which dlv below 1.23 says in words only; and the words themselves, which the event makes needless. */
export const exitCode: FeatureFactory = () => ({
  events: {
    output: (body, run) => {
      const match = body.category === 'console' ? ENDED.exec(String(body.output)) : null;
      if (match) noteStatus(Number(match[1]), run);
      return body;
    },
    exited: (body, run) => {
      noteStatus(body.exitCode as number, run);
      return undefined;
    },
  },
});

/** Notes how the program has ended; dlv tells of a signal as of a negative status. The first to say so counts. */
export function noteStatus(status: number, run: Run): void {
  if (run.exitCode !== undefined) return;
  run.exitCode = status < 0 ? 128 - status : status;
  if (status < 0) run.client.output(endedBy(signalName(-status)), 'console');
}

function signalName(number: number): string {
  return Object.entries(os.constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}

/** What the person is told of a program that a signal has ended. */
export function endedBy(signal: string): string {
  return `The program was ended by ${signal}.\n`;
}

/** The exit code that shells give for a signal. */
export function codeOfSignal(signal: string): number | undefined {
  const number = os.constants.signals[signal as NodeJS.Signals] as number | undefined;
  return number === undefined ? undefined : 128 + number;
}
