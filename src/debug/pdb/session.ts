import type { DebugProtocol } from '@vscode/debugprotocol';
import { AdapterSession, type RequestHandler } from '../adapterSession.ts';
import { attach } from './attached.ts';
import { BreakpointStore } from './breakpointStore.ts';
import { capabilities } from './capabilities.ts';
import { checkedMappings, helperSettings } from './checks.ts';
import type { Client } from './client.ts';
import { ClientFormat } from './clientFormat.ts';
import type { AttachConfiguration, CommonConfiguration, LaunchConfiguration } from './configuration.ts';
import type { TerminalOrder } from '../terminalOrder.ts';
import type { Debuggee, Surroundings } from './debuggee.ts';
import { deferred } from '../deferred.ts';
import { fault } from '../fault.ts';
import { launch } from './launched.ts';
import { launchOrder, type LaunchOrder } from './launchOrder.ts';
import { EMPTY, PASSED } from './passedRequests.ts';
import { Run } from './run.ts';

type Body = Record<string, unknown>;

export interface SessionOptions {
  /** The folder of the Python helper, which an interpreter can run. */
  readonly helper: string;
  /** Called once when the client is gone and everything has ended. */
  readonly gone?: () => void;
}

/** One debugging session: the Debug Adapter Protocol on one side, the helper in the program on the other. */
export class PdbSession extends AdapterSession implements Client {
  readonly breakpoints = new BreakpointStore();
  capabilities: Partial<DebugProtocol.InitializeRequestArguments> = {};
  format = new ClientFormat();
  #configuration: CommonConfiguration = {};
  #run: Run | undefined;
  /** Resolves when requests have a program to go to; rejects when there will be none. */
  #ready = deferred<Run>();
  #configured = deferred<void>();
  #starting = new AbortController();
  #launching: Promise<Run> | undefined;
  /** The client's numbers of requests that wait -> the helper has them. */
  #passed = new Set<number>();
  #cancelled = new Set<number>();
  #isOver = false;

  readonly #handlers: Readonly<Record<string, RequestHandler>> = {
    initialize: async (args) => this.#initialize(args as Partial<DebugProtocol.InitializeRequestArguments>),
    launch: (args) => this.#start(args as LaunchConfiguration, true),
    attach: (args) => this.#start(args as AttachConfiguration, false),
    configurationDone: async () => void this.#configured.resolve(),
    restart: (args) => this.#restart(args as DebugProtocol.RestartArguments),
    terminate: async () => void this.#terminate(),
    disconnect: (args) => this.#disconnect(args as DebugProtocol.DisconnectArguments),
    cancel: async (args) => this.#cancel(args as DebugProtocol.CancelArguments),
  };

  constructor(private readonly options: SessionOptions) {
    super(options.gone);
    this.#ready.promise.catch(() => undefined);
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    if (this.answers(request, this.#handlers)) return;
    const { command } = request;
    const args = (request.arguments ?? {}) as Body;
    if (!PASSED.has(command)) {
      this.fail(request, new Error(`The pdb adapter does not know the request "${command}".`));
    } else if (this.#run) {
      this.#pass(this.#run, request, args);
    } else if (this.#isOver && Object.hasOwn(EMPTY, command)) {
      this.succeed(request, EMPTY[command]);
    } else {
      this.#ready.promise.then((run) => this.#pass(run, request, args), (error: unknown) => this.fail(request, error));
    }
  }

  #initialize(args: Partial<DebugProtocol.InitializeRequestArguments>): DebugProtocol.Capabilities {
    this.capabilities = args;
    this.format = new ClientFormat(args);
    return capabilities();
  }

  async #start(configuration: LaunchConfiguration & AttachConfiguration, isLaunch: boolean): Promise<undefined> {
    if (this.#launching || this.#isOver) throw fault('pdb-again', 'This session debugs a program already.', 'Start another session for another program.');
    try {
      this.#configuration = configuration;
      this.#launching = isLaunch ? this.#launch(configuration) : this.#attach(configuration);
      const run = await this.#launching;
      this.#run = run;
      this.#ready.resolve(run);
      this.event('initialized');
      await Promise.race([this.#configured.promise, run.debuggee.channel.whenClosed]);
      await run.start();
      return undefined;
    } catch (error) {
      this.#ready.reject(new Error('Nothing is being debugged: the program could not be started.'));
      void this.end();
      throw error;
    }
  }

  async #launch(configuration: LaunchConfiguration): Promise<Run> {
    const order = await launchOrder(configuration);
    this.format.setMappings(order.pathMappings);
    const debuggee = await launch(this.#withTerminal(order), this.surroundings(this.#starting.signal));
    return this.#begin(debuggee, configuration, order.settings);
  }

  async #attach(configuration: AttachConfiguration): Promise<Run> {
    this.format.setMappings(checkedMappings(configuration));
    const settings = helperSettings(configuration);
    const debuggee = await attach(configuration, this.surroundings(this.#starting.signal));
    // Attaching anew is the client's to do, as a new session.
    this.event('capabilities', { capabilities: { supportsRestartRequest: false } });
    return this.#begin(debuggee, configuration, settings);
  }

  async #begin(debuggee: Debuggee, configuration: CommonConfiguration, settings: LaunchOrder['settings']): Promise<Run> {
    try {
      if (this.isGone) throw fault('pdb-cancelled', 'The launch was stopped.', '');
      return await Run.begin(this, debuggee, configuration, settings);
    } catch (error) {
      if (debuggee.startMethod === 'launch') await debuggee.kill();
      debuggee.release();
      throw error;
    }
  }

  /** The client's console where it has no terminal. */
  #withTerminal(order: LaunchOrder): LaunchOrder {
    if (order.console === 'internalConsole' || this.capabilities.supportsRunInTerminalRequest) return order;
    this.output('This client has no terminal for programs: the program runs in the debug console.\n', 'console');
    return { ...order, console: 'internalConsole', settings: { ...order.settings, redirectOutput: false } };
  }

  #pass(run: Run, request: DebugProtocol.Request, args: Body): void {
    const { command, seq } = request;
    if (command === 'evaluate' && args.context === 'repl' && typeof args.expression === 'string') {
      const where = run.takeConsoleLine(args.expression);
      if (where === 'nowhere') return this.fail(request, new Error('The program is running. Pause it to use the debugger\'s commands; what it reads is typed into its terminal.'));
      if (where) return this.succeed(request, { result: '', variablesReference: 0 });
    }
    this.#passed.add(seq);
    const helperArgs = this.format.toHelper(args);
    run.send(command, helperArgs, (answer) => {
      this.#passed.delete(seq);
      if (this.#cancelled.delete(seq) && 'error' in answer) return this.fail(request, new Error('cancelled'));
      if ('error' in answer) return this.fail(request, new Error(answer.error));
      if (BreakpointStore.holds(command)) this.breakpoints.note(command, helperArgs, answer.body);
      this.succeed(request, this.format.answerToClient(command, answer.body));
    });
  }

  async #restart({ arguments: changed }: DebugProtocol.RestartArguments): Promise<undefined> {
    const old = this.#run;
    if (!old || old.debuggee.startMethod !== 'launch') throw fault('pdb-restart', 'Only a program that was launched can be restarted.', 'Attach to it again.');
    const threadId = old.stopped.last;
    old.silence();
    // Requests that come meanwhile wait for the new program.
    this.#run = undefined;
    this.#ready = deferred<Run>();
    this.#ready.promise.catch(() => undefined);
    if (threadId !== undefined) this.event('continued', { threadId, allThreadsContinued: true });
    await old.kill();
    const configuration = changed && Object.keys(changed).length > 0 ? (changed as LaunchConfiguration) : (this.#configuration as LaunchConfiguration);
    this.#configuration = configuration;
    try {
      this.#launching = this.#launch(configuration);
      const run = await this.#launching;
      for (const breakpoint of await this.breakpoints.setAgain(run.debuggee.channel)) this.event('breakpoint', this.format.toClient({ reason: 'changed', breakpoint }));
      await run.start();
      this.#run = run;
      this.#ready.resolve(run);
    } catch (error) {
      this.#ready.reject(new Error('Nothing is being debugged: the program could not be restarted.'));
      this.ended();
      throw error;
    }
    return undefined;
  }

  runAgain(args: readonly string[] | undefined): void {
    this.#restart({ arguments: args ? { ...this.#configuration, args } : undefined } as DebugProtocol.RestartArguments)
      .catch((error: unknown) => this.output(`The program was not started again: ${(error as Error).message}\n`, 'important'));
  }

  #terminate(): void {
    if (this.#run) void this.#run.terminate();
    else this.#starting.abort();
  }

  async #disconnect({ terminateDebuggee, suspendDebuggee, restart }: DebugProtocol.DisconnectArguments): Promise<undefined> {
    this.#isOver = true;
    this.#starting.abort();
    // One that is just being started ends too.
    const run = this.#run ?? (await this.#launching?.catch(() => undefined));
    if (!run) return undefined;
    const kills = terminateDebuggee ?? (run.debuggee.startMethod === 'launch' && !suspendDebuggee);
    run.silence();
    if (kills) await (run.debuggee.startMethod === 'attach' && !run.debuggee.isLocal ? run.terminate() : run.kill());
    else await run.detach(suspendDebuggee === true && restart !== true);
    this.#run = this.#launching = undefined;
    return undefined;
  }

  async #cancel({ requestId }: DebugProtocol.CancelArguments): Promise<undefined> {
    if (requestId === undefined || !this.#passed.has(requestId)) return undefined;
    this.#cancelled.add(requestId);
    void this.#run?.interrupt();
    return undefined;
  }

  protected async end(): Promise<void> {
    await this.#disconnect({}).catch(() => undefined);
    this.#ready.reject(new Error('The session has ended.'));
  }

  // The client as a run sees it.

  surroundings(signal: AbortSignal): Surroundings {
    return {
      helper: this.options.helper, signal, clientName: this.capabilities.clientName,
      output: (text, category) => this.output(text, category),
      congested: () => this.congested(),
      ...(this.capabilities.supportsRunInTerminalRequest ? { runInTerminal: (args: TerminalOrder) => this.ask('runInTerminal', args) } : {}),
    };
  }

  ended(): void {
    this.#run = this.#launching = undefined;
    if (this.#isOver) return;
    this.#isOver = true;
    this.event('terminated');
  }
}
