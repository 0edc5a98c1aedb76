import { constants } from 'node:os';
import type { Ending } from '../startedProcess.ts';
import type { Debuggee } from './debuggee.ts';

const SIGNAL_WORDS: Readonly<Record<string, string>> = {
  SIGKILL: 'Someone killed it, or the system did because memory ran out.',
  SIGSEGV: 'It crashed in native code: "pythonArgs": ["-X", "faulthandler"] shows where.',
  SIGABRT: 'Native code gave up: "pythonArgs": ["-X", "faulthandler"] shows where.',
  SIGBUS: 'It crashed in native code: "pythonArgs": ["-X", "faulthandler"] shows where.',
  SIGFPE: 'It crashed in native code: "pythonArgs": ["-X", "faulthandler"] shows where.',
  SIGILL: 'It crashed in native code: "pythonArgs": ["-X", "faulthandler"] shows where.',
};

/**
 * A line about an end that is not the usual one; undefined for a program that ended by itself. `exitCode`: what the helper said it would exit with;
 * `farewell`: what it said about losing its process.
 */
export function whyItEnded(debuggee: Pick<Debuggee, 'title' | 'startMethod'>, { code, signal }: Ending, exitCode: number | undefined, farewell: string | undefined): string | undefined {
  const { title } = debuggee;
  if (signal) {
    const number = constants.signals[signal as NodeJS.Signals];
    return `${title} was ended by signal ${number === undefined ? signal : `${number} (${signal})`}.${SIGNAL_WORDS[signal] ? ` ${SIGNAL_WORDS[signal]}` : ''}`;
  }
  if (exitCode !== undefined) return undefined;
  if (farewell) return code === undefined ? farewell : `${farewell} It ended with exit code ${code}.`;
  if (code !== undefined) return `${title} ended with exit code ${code}, without a word from the debugger in it: os._exit, or native code, ended the process.`;
  if (debuggee.startMethod === 'attach') return `The connection to ${title} has ended: the program has ended, or was killed.`;
  return `${title} has ended without a word: it was killed, crashed in native code, or called os._exit.`;
}
