import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isSameProcess, type ProcessIdentity } from '../profilers/processIdentity.ts';
import { mergedEnvironment } from './configurationChecks.ts';
import { deferred } from './deferred.ts';
import { OutputThrottle } from './outputThrottle.ts';
import { killTree } from './processTree.ts';
import type { OutputCategory, TerminalKind, TerminalOrder } from './terminalOrder.ts';
import { processBelow } from './terminalProcess.ts';

/** Milliseconds that pipes stay open for the children that outlive a program. */
const DRAIN_PATIENCE = 1000;
/** The newest bytes of what a process prints to stderr, kept for messages. */
const MOST_STDERR = 16_000;
/** Milliseconds between two looks at a process that is not our child: while it runs, and when it is expected to end. */
const LOOK = 1000;
const LAST_LOOK = 30;

/** Milliseconds for a process to show up below a terminal's shell, when it is to be killed. */
const FIND_PATIENCE = 3000;

/** How a process ended; neither where nobody could see it. */
export interface Ending {
  readonly code?: number;
  readonly signal?: string;
}

/** What is started. */
export interface ProcessOrder {
  readonly title: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Differences from the adapter's environment; null takes a variable away. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Sees stdout first and returns what the client is told of it. */
  readonly filter?: (chunk: Buffer) => Buffer;
  /** What is thrown when it cannot be started. */
  failed(error: Error): Error;
}

/** Where its output goes. */
export interface OutputSink {
  output(text: string, category: OutputCategory): void;
  /** True while the client takes no more. */
  congested(): boolean;
}

/** A process of ours, in pipes or in the client's terminal. */
export interface StartedProcess {
  readonly inPipes: boolean;
  /** The process that was started, as soon as it is known; what is debugged may be one below it. */
  readonly pid?: number;
  /** When it is known to have ended, and all that it printed was told. Never where it was not seen: the terminal told neither its process nor its shell's, or see `unseen`. */
  readonly ended: Promise<Ending>;
  /** When a terminal's shell has had nothing to do for a while: the process was too short to be seen, or the shell waits for its person. */
  readonly unseen: Promise<void>;
  /** The newest of what it printed to stderr. */
  stderr(): string;
  /** Text for its stdin; false where that is not ours. */
  input(text: string): boolean;
  /** Tells at once what of its output is held back. */
  settle(): void;
  /** It is expected to end now. */
  endsSoon(): void;
  /** Kills it and all that it has started. */
  kill(): Promise<void>;
  /** Lets go of it. `goesOn`: what it has started lives on, and must not find its output closed as long as we are there. */
  release(goesOn?: boolean): void;
}

/** Starts a process whose output the client shows. @throws what `failed` makes */
export async function startInPipes({ command, cwd, env, filter, failed }: ProcessOrder, sink: OutputSink): Promise<StartedProcess> {
  const child = spawn(command[0], command.slice(1), {
    // A session of its own: keys typed at the adapter's terminal are not meant for the program.
    cwd, env: mergedEnvironment(env), stdio: 'pipe', detached: process.platform !== 'win32', windowsHide: true,
  });
  let stderr = '';
  const throttles = (['stdout', 'stderr'] as const).map((name) => {
    const throttle = new OutputThrottle((text) => sink.output(text, name), () => sink.congested());
    child[name].on('data', (chunk: Buffer) => {
      if (name === 'stderr') stderr = (stderr + chunk.toString('utf8')).slice(-MOST_STDERR);
      throttle.write(name === 'stdout' && filter ? filter(chunk) : chunk);
    });
    child[name].on('error', () => undefined);
    return throttle;
  });
  // A program that closes its stdin is no fault.
  child.stdin.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(failed(error)));
  });
  return {
    inPipes: true,
    pid: child.pid,
    unseen: new Promise(() => undefined),
    ended: endOfChild(child).then((ending) => {
      for (const each of throttles) each.end();
      return ending;
    }),
    stderr: () => stderr,
    input: (text) => child.stdin.writable && (child.stdin.write(text), true),
    settle: () => {
      for (const each of throttles) each.settle();
    },
    endsSoon: () => undefined,
    kill: async () => {
      if (child.pid !== undefined) await killTree(await identityOf(child.pid));
    },
    release: (goesOn = false) => {
      for (const stream of child.stdio) {
        if (!goesOn) stream?.destroy();
        else if (stream) letRun(stream as Socket);
      }
      child.unref();
    },
  };
}

/** Reads what comes, for nobody, and keeps nobody alive for it. */
function letRun(stream: Socket): void {
  stream.removeAllListeners('data');
  stream.resume();
  stream.unref();
}

/** Starts a process in the client's terminal, which alone sees what it prints. */
export async function startInTerminal(
  { title, command, cwd, env }: ProcessOrder, kind: Exclude<TerminalKind, 'internalConsole'>, runInTerminal: (args: TerminalOrder) => Promise<{ processId?: number; shellProcessId?: number }>,
): Promise<StartedProcess> {
  const { processId, shellProcessId } = await runInTerminal({ kind: kind === 'externalTerminal' ? 'external' : 'integrated', title, cwd, args: [...command], env });
  const soon = deferred<void>();
  let identity = processId === undefined ? undefined : await identityOf(processId);
  const found = identity || shellProcessId === undefined ? Promise.resolve(identity) : processBelow(shellProcessId, command).then((process) => (identity = process));
  return {
    inPipes: false,
    get pid() {
      return identity?.pid;
    },
    ended: found.then((process) => process ? endOf(process, soon.promise) : new Promise<never>(() => undefined)),
    unseen: found.then((process) => process || shellProcessId === undefined ? new Promise<never>(() => undefined) : undefined),
    stderr: () => '',
    input: () => false,
    settle: () => undefined,
    endsSoon: () => soon.resolve(),
    kill: async () => {
      const process = await Promise.race([found, sleep(FIND_PATIENCE, undefined, { ref: false })]);
      if (process) await killTree(process);
    },
    release: () => undefined,
  };
}

/** The end of a process that is not our child: its exit code stays unknown. After `sign` it is expected soon. */
export async function endOf(identity: ProcessIdentity, sign?: Promise<void>): Promise<Ending> {
  let look = LOOK;
  const soon = sign?.then(() => void (look = LAST_LOOK)) ?? new Promise<void>(() => undefined);
  while (await isSameProcess(identity)) {
    const pause = sleep(look, undefined, { ref: false });
    await (look === LOOK ? Promise.race([pause, soon]) : pause);
  }
  return {};
}

/** Exit code and signal of a child, once what it printed has been read. Its own children may hold the pipes open for ever. */
async function endOfChild(child: ChildProcess): Promise<Ending> {
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const ending = await new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) }));
  });
  await Promise.race([closed, sleep(DRAIN_PATIENCE, undefined, { ref: false })]);
  return ending;
}
