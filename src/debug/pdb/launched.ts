import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../../profilers/processIdentity.ts';
import { mergedEnvironment } from '../configurationChecks.ts';
import { TOKEN_VARIABLE } from './configuration.ts';
import type { Debuggee, Surroundings } from './debuggee.ts';
import { fault } from '../fault.ts';
import { LOOPBACK } from '../loopback.ts';
import { HelperServer, type Connected } from './handshake.ts';
import { mustBeNewEnough, probeInterpreter } from './interpreterProbe.ts';
import { helperCommand, type LaunchOrder } from './launchOrder.ts';
import { killTree } from '../processTree.ts';
import { endOf, startInPipes, startInTerminal, type Ending, type ProcessOrder, type StartedProcess } from '../startedProcess.ts';

/** Milliseconds without the helper after which the interpreter is asked whether it works at all. */
const DOUBT = 1500;
/** Milliseconds that the helper has to connect. A terminal's shell may first start up and ask its person things. */
const CONNECT_PATIENCE = 60_000;

/**
 * Starts a program under the helper and waits until the helper has connected.
 * @throws ProblemError when it does not: what happened, why, and what mends it, with the program's own words
 */
export async function launch(order: LaunchOrder, around: Surroundings): Promise<Debuggee> {
  const server = await HelperServer.open();
  try {
    const command = helperCommand(order, around.helper, LOOPBACK, server.port);
    const env = { ...order.env, [TOKEN_VARIABLE]: server.token };
    const process: ProcessOrder = {
      title: order.title, command, cwd: order.cwd, env,
      failed: (error) => fault('pdb-start', `${command[0]} could not be started.`, `${error.message}. Let "python" of the debug configuration name an interpreter that can be run.`),
    };
    const started = order.console === 'internalConsole' || !around.runInTerminal ? await startInPipes(process, around) : await startInTerminal(process, order.console, around.runInTerminal);
    try {
      const connected = await helperOf(started, server, order, around.signal);
      return await debuggeeOf(order, started, connected);
    } catch (error) {
      await started.kill();
      started.release();
      throw error;
    }
  } finally {
    server.close();
  }
}

async function debuggeeOf(order: LaunchOrder, started: StartedProcess, connected: Connected): Promise<Debuggee> {
  const program = await identityOf(connected.hello.pid);
  // What was started is killed too: it may be a command that runs an interpreter, as `conda run` is.
  const { inPipes } = started;
  const shell = inPipes && started.pid !== undefined && started.pid !== program.pid ? await identityOf(started.pid) : undefined;
  return {
    ...connected, startMethod: 'launch', title: order.title, isLocal: true,
    ended: inPipes ? started.ended : endOf(program, connected.channel.whenClosed),
    input: (text) => started.input(text),
    settle: () => started.settle(),
    kill: async () => {
      await killTree(program);
      if (shell) await killTree(shell);
    },
    release: () => started.release(),
  };
}

/** The helper's connection, or the reason why it will not come. */
async function helperOf(started: StartedProcess, server: HelperServer, order: LaunchOrder, signal: AbortSignal): Promise<Connected> {
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

function neverCame(order: LaunchOrder, started: StartedProcess): Error {
  const where = order.console === 'internalConsole' ? '' : ' Look at the terminal: its shell may be waiting for something, or may have failed.';
  return fault('pdb-no-helper', `${order.title} did not connect to the debugger within ${CONNECT_PATIENCE / 1000} seconds.`, `Something keeps the interpreter from starting, or from connecting to ${LOOPBACK}.${where}`, started.stderr());
}

function endedEarly({ code, signal }: Ending, order: LaunchOrder, started: StartedProcess): Error {
  const how = signal ? `was ended by ${signal}` : code === undefined ? 'ended' : `ended with exit code ${code}`;
  return fault(
    'pdb-ended-early', `The interpreter ${how} before the debugger in it could start.`,
    order.console === 'internalConsole' ? 'Its own words follow; a broken installation, "pythonArgs" or a sitecustomize can be the reason.' : 'The terminal shows its own words.', started.stderr(),
  );
}
