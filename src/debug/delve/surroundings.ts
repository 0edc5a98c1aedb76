import type { Duplex } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Run } from './run.ts';
import type { Ending } from '../startedProcess.ts';
import type { OutputCategory, TerminalOrder } from '../terminalOrder.ts';

/** What the go command complains about; the body of the event `buildFailed`, which clients that do not know it pass over. */
export interface BuildFailure {
  readonly command: string;
  readonly cwd: string;
  /** Lines and columns count from 1; files are absolute. */
  readonly places: readonly { readonly file: string; readonly line: number; readonly column: number; readonly message: string }[];
}

/** The program's own sources, when nobody knows where they are here; the body of the event `chooseSources`, which clients that do not know it pass over. */
export interface LostSources {
  /** Where they were when it was built. */
  readonly folder: string;
  /** The program's module: `example.com/app`. */
  readonly module?: string;
  /** Folders here that hold that module. */
  readonly candidates: readonly string[];
}

/** What starting dlv needs from the session. */
export interface Surroundings {
  readonly signal: AbortSignal;
  output(text: string, category: OutputCategory): void;
  /** Asks the person where the program's sources are, by the event `chooseSources`. */
  chooseSources(lost: LostSources): void;
  /** True while the client takes no more. */
  congested(): boolean;
  /** Tells of a program that could not be built. */
  buildFailed(failure: BuildFailure): void;
  /** Asks the client for a terminal; undefined where it has none. */
  runInTerminal?(args: TerminalOrder): Promise<{ processId?: number; shellProcessId?: number }>;
}

/** The client as a run sees it. */
export interface Client {
  readonly capabilities: Partial<DebugProtocol.InitializeRequestArguments>;
  event(name: string, body?: object): void;
  output(text: string, category: OutputCategory): void;
  /** A request to the client. @throws Error with its words when it refuses, or does not answer */
  ask(command: string, args: object): Promise<Record<string, unknown>>;
}

/** A dlv that serves. */
export interface DlvServer {
  readonly host: string;
  readonly port: number;
  /** `headless`: it debugs already, and is attached to; `dap`: a `dlv dap` that is told what to debug. */
  readonly kind: 'headless' | 'dap';
  /** Whether a second client can connect. */
  readonly takesMany: boolean;
  /** Whether it was started by us, and ends with the session. */
  readonly isOurs: boolean;
  /** The one connection to it, where it was made to find out what it is. */
  readonly connection?: Duplex;
  /** Milliseconds that it has to answer the greeting; without a limit where it waits for a program first. */
  readonly greetingPatience?: number;
  /** Its end. For one that is not ours: the end of the connection. */
  readonly ended: Promise<Ending>;
  /** The newest of what it said to stderr. */
  stderr(): string;
  /** Text for the debugged program's stdin; false where that is not ours. */
  input(text: string): boolean;
  /** Tells at once what of its output is held back. */
  settle(): void;
  /** Waits until it has ended by itself, as it does after it was told to; then everything that it printed has been told. One that does not end is killed. */
  stop(): Promise<void>;
  /** Kills it and all that it has started. */
  kill(): Promise<void>;
  /** Goes away from it so that it and its program live on; `suspend`: the program stays stopped. Without it dlv is told to detach. */
  leave?(run: Run, suspend: boolean): Promise<void>;
  /** Lets go of it. `goesOn`: the program lives on. */
  release(goesOn?: boolean): void;
}
