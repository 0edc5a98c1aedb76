import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../../profilers/process.ts';
import { identityOf, isSameProcess, type ProcessIdentity } from '../../profilers/processIdentity.ts';
import { mergedEnvironment } from '../configurationChecks.ts';
import { TOKEN_VARIABLE } from './configuration.ts';
import type { Debuggee, Ending, Surroundings } from './debuggee.ts';
import { fault } from '../fault.ts';
import { HelperServer, LOOPBACK, type Connected } from './handshake.ts';
import { mustBeNewEnough, probeInterpreter } from './interpreterProbe.ts';
import { helperCommand, type LaunchOrder } from './launchOrder.ts';
import { OutputThrottle } from '../outputThrottle.ts';
import { killTree } from '../processTree.ts';

/** Milliseconds without the helper after which the interpreter is asked whether it works at all. */
const DOUBT = 1500;
/** Milliseconds that the helper has to connect. A terminal's shell may first start up and ask its person things. */
const CONNECT_PATIENCE = 60_000;
/** Milliseconds that pipes stay open for the children that outlive a program. */
const DRAIN_PATIENCE = 1000;
/** The end of what a program that never connected has printed to stderr. */
const MOST_STDERR = 8000;
/** Milliseconds between two looks at a process that is not our child: while it runs, and when its connection has ended. */
const LOOK = 1000;
const LAST_LOOK = 30;

/** A process on its way to becoming a debuggee. */
interface Started {
  readonly inPipes: boolean;
  /** The process that was started, when known; the interpreter may be one below it. */
  readonly pid?: number;
  /** When it is known to have ended. Never for a terminal whose processes are not told. */
  readonly ended: Promise<Ending>;
  readonly stderr: () => string;
  input(text: string): boolean;
  settle?(): void;
  release(): void;
}

/**
 * Starts a program under the helper and waits until the helper has connected.
 * @throws ProblemError when it does not: what happened, why, and what mends it, with the program's own words
 */
export async function launch(order: LaunchOrder, around: Surroundings): Promise<Debuggee> {
  const server = await HelperServer.open();
  try {
    const command = helperCommand(order, around.helper, LOOPBACK, server.port);
    const env = { ...order.env, [TOKEN_VARIABLE]: server.token };
    const started = order.console === 'internalConsole' || !around.runInTerminal
      ? await startInPipes(order, command, env, around)
      : await startInTerminal(order, command, env, around.runInTerminal);
    try {
      const connected = await helperOf(started, server, order, around.signal);
      return await debuggeeOf(order, started, connected);
    } catch (error) {
      if (started.pid !== undefined) await killTree(await identityOf(started.pid));
      started.release();
      throw error;
    }
  } finally {
    server.close();
  }
}

async function debuggeeOf(order: LaunchOrder, started: Started, connected: Connected): Promise<Debuggee> {
  const program = await identityOf(connected.hello.pid);
  // What was started is killed too: it may be a command that runs an interpreter, as `conda run` is.
  const { inPipes } = started;
  const shell = inPipes && started.pid !== undefined && started.pid !== program.pid ? await identityOf(started.pid) : undefined;
  return {
    ...connected, startMethod: 'launch', title: order.title, isLocal: true,
    ended: inPipes ? started.ended : endOf(program, connected.channel.whenClosed),
    input: (text) => started.input(text),
    settle: () => started.settle?.(),
    kill: async () => {
      await killTree(program);
      if (shell) await killTree(shell);
    },
    release: () => started.release(),
  };
}

/** The end of a process that is not our child: its exit code stays unknown. After `sign` it is expected soon. */
async function endOf(identity: ProcessIdentity, sign?: Promise<void>): Promise<Ending> {
  let look = LOOK;
  const soon = sign?.then(() => void (look = LAST_LOOK)) ?? new Promise<void>(() => undefined);
  while (await isSameProcess(identity)) {
    const pause = sleep(look, undefined, { ref: false });
    await (look === LOOK ? Promise.race([pause, soon]) : pause);
  }
  return {};
}

async function startInPipes(order: LaunchOrder, command: readonly string[], env: Readonly<Record<string, string | null>>, around: Surroundings): Promise<Started> {
  const child = spawn(command[0], command.slice(1), {
    // A session of its own: keys typed at the adapter's terminal are not meant for the program.
    cwd: order.cwd, env: mergedEnvironment(env), stdio: 'pipe', detached: process.platform !== 'win32', windowsHide: true,
  });
  let stderr = '';
  const throttles = (['stdout', 'stderr'] as const).map((name) => {
    const throttle = new OutputThrottle((text) => around.output(text, name), () => around.congested());
    child[name].on('data', (chunk: Buffer) => {
      if (name === 'stderr' && stderr.length < MOST_STDERR) stderr += chunk.toString('utf8');
      throttle.write(chunk);
    });
    child[name].on('error', () => undefined);
    return throttle;
  });
  // A program that closes its stdin is no fault.
  child.stdin.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(fault('pdb-start', `${command[0]} could not be started.`, `${error.message}. Let "python" of the debug configuration name an interpreter that can be run.`)));
  });
  return {
    inPipes: true,
    pid: child.pid,
    ended: endOfChild(child).then((ending) => {
      for (const each of throttles) each.end();
      return ending;
    }),
    stderr: () => stderr,
    input: (text) => child.stdin.writable && (child.stdin.write(text), true),
    settle: () => {
      for (const each of throttles) each.settle();
    },
    release: () => {
      for (const stream of child.stdio) stream?.destroy();
      child.unref();
    },
  };
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

async function startInTerminal(
  order: LaunchOrder, command: string[], env: Record<string, string | null>, runInTerminal: NonNullable<Surroundings['runInTerminal']>,
): Promise<Started> {
  const kind = order.console === 'externalTerminal' ? 'external' : 'integrated';
  const { processId } = await runInTerminal({ kind, title: order.title, cwd: order.cwd, args: command, env });
  const identity = processId === undefined || !(await isRunning(processId)) ? undefined : await identityOf(processId);
  return {
    inPipes: false,
    pid: identity?.pid,
    ended: identity ? endOf(identity) : new Promise(() => undefined),
    stderr: () => '',
    input: () => false,
    release: () => undefined,
  };
}

/** The helper's connection, or the reason why it will not come. */
async function helperOf(started: Started, server: HelperServer, order: LaunchOrder, signal: AbortSignal): Promise<Connected> {
  const over = new AbortController();
  const timer = (milliseconds: number) => sleep(milliseconds, undefined, { signal: over.signal, ref: false }).catch(() => new Promise<void>(() => undefined));
  const ended = started.ended.then((ending) => ({ ending }));
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(fault('pdb-cancelled', 'The launch was stopped.', ''));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    let first = await Promise.race([server.connected, ended, aborted, timer(DOUBT)]);
    if (!first) {
      // It takes long. An interpreter that cannot work is found out at once; otherwise there is more time.
      const doubted = checkInterpreter(order).then(() => new Promise<never>(() => undefined));
      doubted.catch(() => undefined);
      first = await Promise.race([server.connected, ended, aborted, doubted, timer(CONNECT_PATIENCE)]);
    }
    if (first && 'channel' in first) return first;
    await checkInterpreter(order);
    if (!first) throw neverCame(order, started);
    throw endedEarly(first.ending, order, started);
  } finally {
    over.abort();
  }
}

async function checkInterpreter(order: LaunchOrder): Promise<void> {
  mustBeNewEnough(await probeInterpreter(order.interpreter, order.cwd, mergedEnvironment(order.env)));
}

function neverCame(order: LaunchOrder, started: Started): Error {
  const where = order.console === 'internalConsole' ? '' : ' Look at the terminal: its shell may be waiting for something, or may have failed.';
  return fault('pdb-no-helper', `${order.title} did not connect to the debugger within ${CONNECT_PATIENCE / 1000} seconds.`, `Something keeps the interpreter from starting, or from connecting to ${LOOPBACK}.${where}`, started.stderr());
}

function endedEarly({ code, signal }: Ending, order: LaunchOrder, started: Started): Error {
  const how = signal ? `was ended by ${signal}` : code === undefined ? 'ended' : `ended with exit code ${code}`;
  return fault(
    'pdb-ended-early', `The interpreter ${how} before the debugger in it could start.`,
    order.console === 'internalConsole' ? 'Its own words follow; a broken installation, "pythonArgs" or a sitecustomize can be the reason.' : 'The terminal shows its own words.', started.stderr(),
  );
}
