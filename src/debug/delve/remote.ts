/** A dlv that another has started: connecting to it, and going away again. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fault } from '../fault.ts';
import type { Place } from './attachOrder.ts';
import { connect, type Run } from './run.ts';
import { RpcClient } from './rpcClient.ts';
import { stateBy } from './serverState.ts';
import type { DlvServer } from './surroundings.ts';

/** Milliseconds for a dlv to take a second client, and to answer it. One that is asked while it reads a large binary takes its time. */
const SECOND_CLIENT_PATIENCE = 3000;
/** Milliseconds for it to close the connection after it was told to. */
const CLOSE_PATIENCE = 3000;
/** Milliseconds for what listens there to answer like a dlv. */
const GREETING_PATIENCE = 15_000;

interface Breakpoints {
  readonly Breakpoints: readonly { readonly id: number }[] | null;
}

/** A headless dlv, and the second connection to it where it takes one. */
export interface Remote {
  readonly server: DlvServer;
  readonly rpc: RpcClient | undefined;
  /** Whether dlv can be asked about the program. */
  readonly isHalted: boolean;
  /** `1.27.2`; empty where only its DAP can be asked. */
  readonly version: string;
}

/** Connects to a headless dlv. A dlv that takes one client only takes the first connection, which is therefore the session's own. @throws ProblemError when nobody listens */
export async function reach({ host, port }: Place): Promise<Remote> {
  const connection = await connect(host, port);
  connection.on('error', () => undefined);
  const second = await secondClient(host, port);
  if (!second) return { server: serverAt(host, port, 'headless', connection, false), rpc: undefined, isHalted: false, version: '' };
  // dlv answers this only while the program is stopped, as it must be for attaching anyway.
  const isHalted = await halt(second.rpc);
  const before = isHalted ? await second.rpc.call<Breakpoints>('ListBreakpoints').then(({ Breakpoints }) => new Set(Breakpoints?.map(({ id }) => id)), () => undefined) : undefined;
  return { ...second, isHalted, server: { ...serverAt(host, port, 'headless', connection, true), leave: (run, suspend) => leave(run, before, suspend) } };
}

/** Connects to a `dlv dap`, which has no program yet. @throws ProblemError when nobody listens */
export async function reachDap({ host, port }: Place): Promise<DlvServer> {
  const connection = await connect(host, port);
  connection.on('error', () => undefined);
  return serverAt(host, port, 'dap', connection, false);
}

function serverAt(host: string, port: number, kind: DlvServer['kind'], connection: Socket, takesMany: boolean): DlvServer {
  const ended = new Promise<object>((resolve) => connection.once('close', () => resolve({})));
  return {
    host, port, kind, takesMany, connection, greetingPatience: GREETING_PATIENCE, isOurs: false, ended, stderr: () => '', input: () => false, settle: () => undefined,
    stop: async () => void (await Promise.race([ended, sleep(CLOSE_PATIENCE, undefined, { ref: false })])),
    kill: async () => void connection.destroy(),
    release: () => void connection.destroy(),
  };
}

/** A headless dlv for one client closes its listener once it has that; a `dlv dap` leaves the second one waiting. */
async function secondClient(host: string, port: number): Promise<{ readonly rpc: RpcClient; readonly version: string } | undefined> {
  const socket = await connect(host, port).catch(() => undefined);
  if (!socket) return undefined;
  const rpc = new RpcClient(socket);
  const answer = await Promise.race([rpc.call<{ DelveVersion?: string }>('GetVersion').catch(() => undefined), sleep(SECOND_CLIENT_PATIENCE, undefined, { ref: false })]);
  if (answer) return { rpc, version: /Version: *([\d.]+)/.exec(answer.DelveVersion ?? '')?.[1] ?? '' };
  rpc.close();
  return undefined;
}

/** Stops the program for a moment, as attaching does anyway, so that dlv can look things up in it; false where that does not succeed, as when another client's session runs it. */
export async function halt(rpc: RpcClient): Promise<boolean> {
  if (!(await isRunning(rpc))) return true;
  return Promise.race([rpc.call('Command', { name: 'halt' }).then(() => true, () => false), sleep(SECOND_CLIENT_PATIENCE, false, { ref: false })]);
}

async function isRunning(rpc: RpcClient): Promise<boolean> {
  return (await stateBy(rpc)).Running;
}

/** Stops the program by the session that runs it: dlv's DAP would resume it at once after a halt by anybody else. Its events are told to nobody any more. */
async function pause(run: Run, rpc: RpcClient): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    run.dap.onEvent = ({ event }) => {
      if (event === 'stopped' || event === 'terminated') resolve();
    };
  });
  if (!(await isRunning(rpc))) return;
  await run.dap.request('pause', { threadId: 1 });
  await Promise.race([stopped, run.dap.closed, sleep(CLOSE_PATIENCE, undefined, { ref: false })]);
}

/** Lets go of a process that dlv was attached to, which runs on. @throws Error with dlv's words */
export async function detach(run: Run): Promise<void> {
  const rpc = await run.rpc();
  await pause(run, rpc);
  await rpc.call('Detach', { Kill: false });
}

/**
 * Goes away from a dlv that stays: the breakpoints that have come since we are here go too, since nobody would be there to continue the program at one, and it runs on.
 * `suspend`: it is left as it is.
 */
async function leave(run: Run, before: ReadonlySet<number> | undefined, suspend: boolean): Promise<void> {
  run.dap.onEvent = () => undefined;
  const rpc = await run.rpc();
  if (!suspend) {
    await pause(run, rpc);
    const { Breakpoints } = await rpc.call<Breakpoints>('ListBreakpoints');
    for (const { id } of Breakpoints ?? []) if (id > 0 && before && !before.has(id)) await rpc.call('ClearBreakpoint', { Id: id }).catch(() => undefined);
  }
  run.dap.send('disconnect', { terminateDebuggee: false }, () => undefined);
  await Promise.race([run.dap.closed, sleep(CLOSE_PATIENCE, undefined, { ref: false })]);
  if (suspend) return;
  // Its answer comes when the program stops next. What dlv answers at once is to the question behind it, so that the order has been taken by then.
  rpc.call('Command', { name: 'continue' }).catch(() => undefined);
  await isRunning(rpc);
}

/** What it means that a dlv of another's refused to begin, or did not answer. */
export function remoteFault(error: Error, { host, port }: Place, kind: DlvServer['kind']): Error {
  const words = error.message;
  const place = `${host}:${port}`;
  if (/no debugger found/.test(words)) {
    return fault('delve-dap-only', `The dlv at ${place} is a "dlv dap", which debugs nothing yet.`, 'Use "request": "launch" with this host and port, or "attach" with "processId"; or start a headless one there: dlv debug --headless --accept-multiclient --listen=:2345', words);
  }
  if (/debug session already in progress/.test(words)) return fault('delve-headless', `The dlv at ${place} debugs a program already.`, 'Use "request": "attach" with "mode": "remote" and this host and port.', words);
  const exited = /Process (\d+) has exited with status (-?\d+)/.exec(words);
  if (exited) return fault('delve-ended', `The program of the dlv at ${place} has ended, with status ${exited[2]}.`, `Start it again there: type "restart" in: dlv connect ${place}`, words);
  if (!/connection to dlv has ended|did not answer/i.test(words)) return error;
  return fault(
    'delve-no-answer', `What listens at ${place} did not answer as a dlv does.`,
    kind === 'dap' ? 'It may serve another client already, or be another program. Start one there: dlv dap --listen=:PORT' : 'It may serve another client already (start it with --accept-multiclient), run as another user (--only-same-user=false), or be another program.', words,
  );
}
