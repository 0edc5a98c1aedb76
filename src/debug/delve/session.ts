import type { DebugProtocol } from '@vscode/debugprotocol';
import { AdapterSession } from '../adapterSession.ts';
import { deferred } from '../deferred.ts';
import { fault } from '../fault.ts';
import type { TerminalOrder } from '../terminalOrder.ts';
import { capabilities, corrections } from './capabilities.ts';
import { attach } from './attached.ts';
import type { AttachConfiguration, LaunchConfiguration } from './configuration.ts';
import { wordsOf } from './dapClient.ts';
import type { Body } from './feature.ts';
import { features } from './features.ts';
import { detach } from './remote.ts';
import { launch, type Started } from './launched.ts';
import { Run } from './run.ts';
import type { Client, DlvServer, Surroundings } from './surroundings.ts';

export interface SessionOptions {
  /** Called once when the client is gone and everything has ended. */
  readonly gone?: () => void;
}

type Handler = (args: Body, request: DebugProtocol.Request) => Promise<object | undefined>;

/** One debugging session: the client's DAP on one side, dlv's on the other. */
export class DelveSession extends AdapterSession implements Client {
  capabilities: Partial<DebugProtocol.InitializeRequestArguments> = {};
  #run: Run | undefined;
  #server: DlvServer | undefined;
  /** Resolves when requests have a dlv to go to; rejects when there will be none. */
  #ready = deferred<Run>();
  #starting = new AbortController();
  #isOver = false;
  #hasBegun = false;

  readonly #handlers: Readonly<Record<string, Handler>> = {
    initialize: async (args) => this.#initialize(args as Partial<DebugProtocol.InitializeRequestArguments>),
    launch: (args) => this.#start(args as LaunchConfiguration, true),
    attach: (args) => this.#start(args as AttachConfiguration, false),
    disconnect: (args) => this.#disconnect(args as DebugProtocol.DisconnectArguments),
  };

  constructor(options: SessionOptions = {}) {
    super(options.gone);
    this.#ready.promise.catch(() => undefined);
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    const { command } = request;
    const args = (request.arguments ?? {}) as Body;
    const handler = Object.hasOwn(this.#handlers, command) ? this.#handlers[command] : undefined;
    if (handler) {
      handler(args, request).then((body) => this.succeed(request, body), (error: unknown) => this.fail(request, error, ['launch', 'attach', 'restart'].includes(command)));
    } else if (this.#run) {
      this.#pass(this.#run, request, args);
    } else if (this.#isOver) {
      this.fail(request, new Error('The program has ended.'));
    } else {
      this.#ready.promise.then((run) => this.#pass(run, request, args), (error: unknown) => this.fail(request, error));
    }
  }

  async #initialize(args: Partial<DebugProtocol.InitializeRequestArguments>): Promise<DebugProtocol.Capabilities> {
    this.capabilities = args;
    return capabilities;
  }

  async #start(configuration: LaunchConfiguration | AttachConfiguration, isLaunch: boolean): Promise<undefined> {
    if (this.#hasBegun || this.#isOver) throw fault('delve-again', 'This session debugs a program already.', 'Start another session for another program.');
    this.#hasBegun = true;
    let started: Started | undefined;
    try {
      const around = this.#surroundings();
      started = isLaunch ? await launch(configuration as LaunchConfiguration, around) : await attach(configuration as AttachConfiguration, around);
      this.#server = started.server;
      const run = await Run.begin(this, started.server, { configuration, isLaunch, title: started.title, version: started.version, cwd: started.cwd, substitutePath: started.substitutePath }, features);
      run.dap.onEvent = ({ event, body }) => this.#dlvSays(run, event, (body ?? {}) as Body);
      void run.dap.closed.then(() => this.#finish());
      void started.server.ended.then(() => this.#finish());
      this.#correct(run);
      this.#run = run;
      await run.dap.request(started.request, started.args);
      this.#ready.resolve(run);
      return undefined;
    } catch (error) {
      this.#ready.reject(new Error('Nothing is being debugged: the program could not be started.'));
      const explained = (await started?.explain?.(error)) ?? error;
      void this.end();
      throw explained;
    }
  }

  /** Takes back what the dlv of this session lacks. */
  #correct(run: Run): void {
    const corrected = corrections(capabilities, run.allCapabilities());
    if (Object.keys(corrected).length > 0) this.event('capabilities', { capabilities: corrected });
  }

  #pass(run: Run, request: DebugProtocol.Request, args: Body): void {
    if (run.handles(request.command)) {
      run.handle(request.command, args).then((body) => this.succeed(request, body), (error: unknown) => this.fail(request, error));
      return;
    }
    run.dap.send(request.command, request.arguments as object | undefined, (response) => {
      if (response.success) this.succeed(request, response.body as object | undefined);
      else this.fail(request, new Error(wordsOf(response)));
    });
  }

  #dlvSays(run: Run, name: string, body: Body): void {
    const told = run.seen(name, body);
    if (told === undefined) return;
    if (name === 'terminated') void this.#finish();
    else this.event(name, Object.keys(told).length > 0 ? told : undefined);
  }

  async #disconnect({ terminateDebuggee, suspendDebuggee }: DebugProtocol.DisconnectArguments): Promise<undefined> {
    this.#isOver = true;
    this.#starting.abort();
    const run = this.#run;
    const kills = terminateDebuggee ?? run?.options.isLaunch ?? true;
    await this.#leave(kills, suspendDebuggee);
    return undefined;
  }

  /** Ends dlv, and with it the program or not. */
  async #leave(kills: boolean, suspends = false): Promise<void> {
    const [run, server] = [this.#run, this.#server];
    this.#run = this.#server = undefined;
    if (!server) return;
    if (run && server.leave && !kills) await server.leave(run, suspends).catch(() => undefined);
    else if (run && server.isOurs && !kills) await detach(run).catch(() => undefined);
    else run?.dap.send('disconnect', { terminateDebuggee: kills }, () => undefined);
    await server.stop();
    run?.close();
    server.release();
  }

  protected async end(): Promise<void> {
    await this.#disconnect({}).catch(() => undefined);
    this.#ready.reject(new Error('The session has ended.'));
  }

  /** The program has ended, or dlv has. The client is told last, when it has all that was printed. */
  async #finish(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    const run = this.#run;
    await this.#leave(true);
    if (run?.exitCode !== undefined) this.event('exited', { exitCode: run.exitCode });
    this.event('terminated');
  }

  #surroundings(): Surroundings {
    return {
      signal: this.#starting.signal,
      output: (text, category) => this.output(text, category),
      event: (name, body) => this.event(name, body),
      congested: () => this.congested(),
      ...(this.capabilities.supportsRunInTerminalRequest ? { runInTerminal: (args: TerminalOrder) => this.ask('runInTerminal', args) } : {}),
    };
  }
}
