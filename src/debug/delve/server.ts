import { setTimeout as sleep } from 'node:timers/promises';
import { deferred } from '../deferred.ts';
import { fault } from '../fault.ts';
import { LOOPBACK } from '../loopback.ts';
import { startInPipes, startInTerminal, type ProcessOrder, type StartedProcess } from '../startedProcess.ts';
import type { OutputCategory, TerminalKind } from '../terminalOrder.ts';
import { freePort, whenListening, whenSilent } from './ports.ts';
import type { DlvServer, Surroundings } from './surroundings.ts';

/** What dlv says on stdout once it listens (pkg/logflags). */
const LISTENING = /^API server listening at: .*:(\d+)\r?\n/m;
/** Milliseconds that a dlv has to end by itself: it lets go of the program, and removes what it has made. */
const STOP_PATIENCE = 3000;
/** Milliseconds until a dlv in a terminal must listen: the terminal's shell may first ask its person something. */
const LISTEN_PATIENCE = 60_000;

/** How dlv is started as a server. */
export interface ServerOrder {
  readonly title: string;
  readonly dlv: { readonly file: string };
  /** The subcommand with its options and arguments, without those of the server. */
  readonly command: readonly string[];
  /** The debugged program's arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | null>>;
  readonly console: TerminalKind;
}

/** What it means that dlv ended before it listened, by its words. */
export type Explain = (words: string) => Promise<Error>;

/**
 * Starts dlv as a headless server that takes several clients.
 * @throws what `explain` makes of its words when it ends before it listens; ProblemError `delve-cancelled`, `delve-terminal`
 */
export async function startServer(order: ServerOrder, around: Surroundings, explain: Explain): Promise<DlvServer> {
  if (order.console !== 'internalConsole' && around.runInTerminal) return startInTerminalOf(around, order, order.console, around.runInTerminal, explain);
  const listening = deferred<number>();
  let before: string | undefined = '';
  const process: ProcessOrder = {
    ...processOrder(order, 0),
    // Its own first line is not the program's.
    filter: (chunk) => {
      if (before === undefined) return chunk;
      before += chunk.toString('utf8');
      const match = LISTENING.exec(before);
      if (!match) return Buffer.alloc(0);
      const told = before.slice(0, match.index) + before.slice(match.index + match[0].length);
      before = undefined;
      listening.resolve(Number(match[1]));
      return Buffer.from(told);
    },
  };
  // What dlv says before it listens belongs into the message of the failure.
  const sink = { output: (text: string, category: OutputCategory) => (before === undefined ? around.output(text, category) : undefined), congested: () => around.congested() };
  const started = await startInPipes(process, sink);
  return orKill(started, async () => {
    const port = await Promise.race([listening.promise, started.ended.then(() => undefined), aborted(around.signal)]);
    if (port === undefined) throw await explain((before ?? '') + started.stderr());
    return serverOf(started, port);
  });
}

/** A dlv that shares the client's terminal with the program. What it says there nobody here can read. */
async function startInTerminalOf(around: Surroundings, order: ServerOrder, kind: Exclude<TerminalKind, 'internalConsole'>, runInTerminal: NonNullable<Surroundings['runInTerminal']>, explain: Explain): Promise<DlvServer> {
  const port = await freePort();
  const started = await startInTerminal(processOrder(order, port), kind, runInTerminal);
  return orKill(started, async () => {
    const over = new AbortController();
    const listens = whenListening(port, over.signal).then(() => 'listens' as const);
    const patience = sleep(LISTEN_PATIENCE, 'silent' as const, { signal: over.signal, ref: false });
    patience.catch(() => undefined);
    try {
      const ended = started.ended.then(() => 'ended' as const);
      let came = await Promise.race([listens, ended, started.unseen.then(() => 'unseen' as const), patience, aborted(around.signal)]);
      if (came !== 'listens') {
        await fails(order, around, explain);
        if (came === 'unseen') came = await Promise.race([listens, patience, aborted(around.signal)]);
      }
      if (came === 'listens') return serverOf(started, port);
      throw came === 'ended'
        ? fault('delve-terminal', 'dlv ended in the terminal before the program could start.', 'Its own words stand there.')
        : fault('delve-terminal', `dlv did not listen within ${LISTEN_PATIENCE / 1000} seconds.`, 'Look at the terminal: its shell may be waiting for something, or may have failed.');
    } finally {
      over.abort();
    }
  });
}

/** Tries the same once more where its words can be read. @throws what they mean, when that fails too */
async function fails(order: ServerOrder, around: Surroundings, explain: Explain): Promise<void> {
  const server = await startServer({ ...order, console: 'internalConsole' }, { ...around, output: () => undefined }, explain);
  // The program has not begun: it waits at its first instruction.
  await server.kill();
  server.release();
}

function processOrder({ title, dlv, command: [mode, ...rest], args, cwd, env }: ServerOrder, port: number): ProcessOrder {
  return {
    title, cwd, env,
    command: [dlv.file, mode, ...rest, '--headless', '--accept-multiclient', '--api-version=2', `--listen=${LOOPBACK}:${port}`, ...(args.length > 0 ? ['--', ...args] : [])],
    failed: (error) => fault('delve-start', `${dlv.file} could not be started.`, error.message),
  };
}

function serverOf(started: StartedProcess, port: number): DlvServer {
  return {
    host: LOOPBACK, port, kind: 'headless', takesMany: true, isOurs: true, ended: started.ended, stderr: () => started.stderr(),
    kill: () => started.kill(),
    stop: async () => {
      started.endsSoon();
      // In a terminal that tells nothing of its processes, the port is all there is to see.
      const over = new AbortController();
      const ended = Promise.race([started.ended, started.inPipes ? new Promise<never>(() => undefined) : whenSilent(port, over.signal)]).then(() => true);
      if (!(await Promise.race([ended, sleep(STOP_PATIENCE, false, { ref: false })]))) {
        await started.kill();
        if (started.pid !== undefined) await ended;
      }
      over.abort();
    },
    input: (text) => started.input(text),
    settle: () => started.settle(),
    release: () => started.release(),
  };
}

/** Ends what was started when `work` fails. */
async function orKill<Result>(started: StartedProcess, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await started.kill();
    started.release();
    throw error;
  }
}

/** Rejects when the launch is called off. */
function aborted(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(fault('delve-cancelled', 'The launch was stopped.', ''));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  rejected.catch(() => undefined);
  return rejected;
}
