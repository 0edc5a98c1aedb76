import type { Ending } from '../startedProcess.ts';
import type { OutputCategory, TerminalOrder } from '../terminalOrder.ts';
import type { Connected } from './handshake.ts';

/** A program with the helper in it. */
export interface Debuggee extends Connected {
  readonly startMethod: 'launch' | 'attach' | 'attachForSuspendedLaunch';
  /** What it is called. */
  readonly title: string;
  /** Whether its process is on this machine and ours to look at. */
  readonly isLocal: boolean;
  /** The end of the process, and of what it printed. For a program on another machine: the end of the connection. */
  readonly ended: Promise<Ending>;
  /** Text for its stdin; false where that is not ours. */
  input(text: string): boolean;
  /** Tells at once what of its output is held back. */
  settle?(): void;
  /** Kills it and all that it has started. */
  kill(): Promise<void>;
  /** Lets go of everything without ending the program. */
  release(): void;
}

/** What starting a program needs from the session. */
export interface Surroundings {
  /** The helper's folder. */
  readonly helper: string;
  readonly signal: AbortSignal;
  readonly clientName?: string;
  output(text: string, category: OutputCategory): void;
  /** True while the client takes no more. */
  congested(): boolean;
  /** Asks the client for a terminal; undefined where it has none. */
  runInTerminal?(args: TerminalOrder): Promise<{ processId?: number; shellProcessId?: number }>;
}
