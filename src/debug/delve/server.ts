import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../../profilers/processIdentity.ts';
import { deferred } from '../deferred.ts';
import { fault } from '../fault.ts';
import { killTree } from '../processTree.ts';
import { startInPipes, startInTerminal, type ProcessOrder } from '../startedProcess.ts';
import type { TerminalKind } from '../terminalOrder.ts';
import type { DlvServer, Surroundings } from './surroundings.ts';

export const LOOPBACK = '127.0.0.1';
/** What dlv says on stdout once it listens (pkg/logflags). */
const LISTENING = /^API server listening at: .*:(\d+)\r?\n/m;
/** Milliseconds that a dlv has to end by itself: it lets go of the program, and removes what it has made. */
const STOP_PATIENCE = 3000;
/** Milliseconds until a dlv in a terminal must listen: the terminal's shell may first ask its person something. */
const LISTEN_PATIENCE = 60_000;
const LOOK = 25;

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

/**
 * Starts dlv as a headless server that takes several clients.
 * @throws what `failed` makes of its words when it ends before it listens; ProblemError `delve-cancelled`
 */
export async function startServer(order: ServerOrder, around: Surroundings, failed: (words: string) => Promise<Error>): Promise<DlvServer> {
  const inTerminal = order.console !== 'internalConsole' && around.runInTerminal;
  const chosen = inTerminal ? await freePort() : 0;
  const [mode, ...rest] = order.command;
  const command = [order.dlv.file, mode, ...rest, '--headless', '--accept-multiclient', '--api-version=2', `--listen=${LOOPBACK}:${chosen}`, ...(order.args.length > 0 ? ['--', ...order.args] : [])];
  const listening = deferred<number>();
  let before: string | undefined = '';
  const process: ProcessOrder = {
    title: order.title, command, cwd: order.cwd, env: order.env,
    failed: (error) => fault('delve-start', `${order.dlv.file} could not be started.`, error.message),
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
  const sink = { ...around, output: (text: string, category: 'stdout' | 'stderr') => (before === undefined || inTerminal ? around.output(text, category) : undefined) } as Surroundings;
  const started = inTerminal ? await startInTerminal(process, order.console as Exclude<TerminalKind, 'internalConsole'>, inTerminal) : await startInPipes(process, sink);
  const kill = async () => {
    if (started.pid !== undefined) await killTree(await identityOf(started.pid));
  };
  const aborted = new Promise<never>((_resolve, reject) => {
    const stop = () => reject(fault('delve-cancelled', 'The launch was stopped.', ''));
    if (around.signal.aborted) stop();
    else around.signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined);
  try {
    const ended = started.ended.then(() => undefined);
    const port = await Promise.race([inTerminal ? whenListening(chosen, ended) : listening.promise, ended, aborted]);
    if (port === undefined) throw await failed((before ?? '') + started.stderr());
    return {
      host: LOOPBACK, port, kind: 'headless', takesMany: true, isOurs: true, ended: started.ended, stderr: () => started.stderr(), kill,
      stop: async () => {
        if (await Promise.race([started.ended.then(() => true), sleep(STOP_PATIENCE, false, { ref: false })])) return;
        await kill();
        await started.ended;
      },
      input: (text) => started.input(text),
      settle: () => started.settle(),
      release: () => started.release(),
    };
  } catch (error) {
    await kill();
    started.release();
    throw error;
  }
}

/** A port of the loopback interface that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** The port, once something listens there; undefined when `ended` comes first or it takes too long. */
async function whenListening(port: number, ended: Promise<unknown>): Promise<number | undefined> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  for (const until = Date.now() + LISTEN_PATIENCE; !isOver && Date.now() < until; await sleep(LOOK)) {
    if (await listens(port)) return port;
  }
  return undefined;
}

/** Whether somebody listens on a port of the loopback interface. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: LOOPBACK, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
