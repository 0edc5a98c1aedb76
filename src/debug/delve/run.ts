import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { sendSignal } from '../../profilers/process.ts';
import type { ProcessIdentity } from '../../profilers/processIdentity.ts';
import { fault } from '../fault.ts';
import { killTree } from '../processTree.ts';
import type { CommonConfiguration, SubstitutePath } from './configuration.ts';
import { DapClient } from './dapClient.ts';
import type { Body, Feature, FeatureFactory } from './feature.ts';
import { RpcClient } from './rpcClient.ts';
import type { Client, DlvServer } from './surroundings.ts';

/** Milliseconds for a machine to take a connection. */
const CONNECT_PATIENCE = 10_000;

/** The stop that the program is at. */
export interface Stopped {
  readonly reason: string;
  /** The goroutine. */
  readonly threadId: number;
  readonly body: DebugProtocol.StoppedEvent['body'];
}

export interface RunOptions {
  readonly configuration: CommonConfiguration;
  /** Whether the program belongs to the session and ends with it. */
  readonly isLaunch: boolean;
  /** Whether the program is at its first instruction: it was started for this run, and is no recording. */
  readonly isFresh: boolean;
  /** Whether the adapter has built the program. */
  readonly isOurBuild?: boolean;
  readonly title: string;
  /** `1.27.2`; empty where it is not known, as of a dlv on another machine. */
  readonly version: string;
  /** Where console commands show paths relative to. */
  readonly cwd: string;
  /** Where the same files are here and where the program was built. dlv's DAP has these rules; its own interface and terminal speak of the places where the program was built. */
  readonly substitutePath?: readonly SubstitutePath[];
}

/** One program under dlv, from connecting until it has ended. */
export class Run {
  /** What dlv's DAP says that it can do. */
  capabilities: DebugProtocol.Capabilities = {};
  /** Undefined while the program runs. */
  stopped: Stopped | undefined;
  /** The program's process, when it is known and of this machine. */
  program: ProcessIdentity | undefined;
  /** Of the program, once it has ended by itself. */
  exitCode: number | undefined;
  readonly #features: readonly Feature[];
  #rpc: Promise<RpcClient> | undefined;
  #leaving: Promise<void> | undefined;

  private constructor(readonly client: Client, readonly server: DlvServer, readonly dap: DapClient, readonly options: RunOptions, factories: readonly FeatureFactory[]) {
    this.#features = factories.map((make) => make(this));
  }

  /** Connects to a server and greets it. @throws ProblemError when there is none */
  static async begin(client: Client, server: DlvServer, options: RunOptions, factories: readonly FeatureFactory[]): Promise<Run> {
    const dap = new DapClient(server.connection ?? (await connect(server.host, server.port)));
    const run = new Run(client, server, dap, options, factories);
    const { clientID, clientName, adapterID, locale, supportsVariableType, supportsVariablePaging, supportsMemoryReferences, supportsMemoryEvent, supportsInvalidatedEvent } = client.capabilities;
    const greeted = dap.request<DebugProtocol.Capabilities>('initialize', {
      clientID, clientName, adapterID: adapterID ?? 'delve', locale, pathFormat: 'path', linesStartAt1: true, columnsStartAt1: true,
      supportsVariableType, supportsVariablePaging, supportsMemoryReferences, supportsMemoryEvent, supportsInvalidatedEvent,
    });
    run.capabilities = await (server.greetingPatience === undefined ? greeted : Promise.race([greeted, silence(server.greetingPatience)]));
    return run;
  }

  /** What the client may use: dlv's own capabilities, and what the features add. */
  allCapabilities(): DebugProtocol.Capabilities {
    return Object.assign({}, this.capabilities, ...this.#features.map((feature) => feature.capabilities?.(this) ?? {})) as DebugProtocol.Capabilities;
  }

  /** dlv's own interface, as a second client. @throws ProblemError where the server takes one client only */
  rpc(): Promise<RpcClient> {
    if (!this.server.takesMany) return Promise.reject(fault('delve-one-client', 'This dlv takes one client only.', 'Start it with --accept-multiclient to use its own commands.'));
    return (this.#rpc ??= connect(this.server.host, this.server.port).then((socket) => new RpcClient(socket)));
  }

  /** Whether a feature wants a request. */
  handles(command: string): boolean {
    return this.#features.some(({ requests }) => requests && Object.hasOwn(requests, command));
  }

  /** A request of the client, through the features to dlv. @throws Error with the words of whoever refuses */
  handle(command: string, args: Body): Promise<Body | undefined> {
    const chain = this.#features.flatMap(({ requests }) => (requests && Object.hasOwn(requests, command) ? [requests[command]] : []));
    const next = (at: number) => (changed: Body): Promise<Body> => at === chain.length
      ? this.dap.request(command, changed)
      : chain[at](changed, this, next(at + 1)).then((body) => body ?? {});
    return next(0)(args);
  }

  /** An event of dlv as the client is told it; undefined: not at all. */
  seen(name: string, body: Body): Body | undefined {
    let told: Body | undefined = body;
    if (name === 'stopped') this.stopped = { reason: body.reason as string, threadId: (body.threadId as number | undefined) ?? 1, body: body as unknown as Stopped['body'] };
    if (name === 'continued') this.stopped = undefined;
    for (const { events } of this.#features) if (told && events && Object.hasOwn(events, name)) told = events[name](told, this);
    return told;
  }

  /** Has dlv begin. @throws Error with dlv's words */
  async begins(request: 'launch' | 'attach', args: Body): Promise<void> {
    let changed = args;
    for (const feature of this.#features) if (feature.begin) changed = await feature.begin(changed, this);
    await this.dap.request(request, changed);
  }

  /** Sends the program what Ctrl+C sends. False where there is none to take it: it is stopped, or not ours. */
  interruptProgram(): boolean {
    if (this.stopped || !this.options.isLaunch || !this.server.isOurs || !this.program || process.platform === 'win32') return false;
    return sendSignal(this.program.pid, 'SIGINT');
  }

  /** Ends dlv and the connections; the program ends too, or goes on without it. Then everything that it printed has been told. */
  async leave(kills: boolean, suspends = false): Promise<void> {
    this.#leaving ??= this.#leave(kills, suspends);
    await this.#leaving;
  }

  async #leave(kills: boolean, suspends: boolean): Promise<void> {
    for (const feature of this.#features) feature.end?.(this);
    if (!kills && this.server.leave) await this.server.leave(this, suspends).catch(() => undefined);
    else this.dap.send('disconnect', { terminateDebuggee: kills }, () => undefined);
    await this.server.stop();
    // A dlv that was killed by somebody else leaves the program behind.
    if (kills && this.options.isLaunch && this.program) await killTree(this.program);
    void this.#rpc?.then((rpc) => rpc.close(), () => undefined);
    this.dap.close();
    this.server.release();
  }
}

async function silence(patience: number): Promise<never> {
  await sleep(patience, undefined, { ref: false });
  throw new Error(`It did not answer within ${patience / 1000} s.`);
}

/** @throws ProblemError when nobody listens there */
export function connect(host: string, port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true, timeout: CONNECT_PATIENCE });
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('connect', () => {
      socket.setTimeout(0).removeAllListeners('timeout').removeAllListeners('error').on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      reject(fault('delve-connect', `Nothing could be reached at ${host}:${port} (${error.code ?? error.message}).`, 'Start dlv there, or correct "host" and "port" of the debug configuration.'));
    });
  });
}
