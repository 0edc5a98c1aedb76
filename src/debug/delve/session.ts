import type { DebugProtocol } from '@vscode/debugprotocol';
import { AdapterSession, type RequestHandler } from '../adapterSession.ts';
import { deferred } from '../deferred.ts';
import { fault } from '../fault.ts';
import type { TerminalOrder } from '../terminalOrder.ts';
import { attach } from './attached.ts';
import { capabilities, corrections } from './capabilities.ts';
import type { AttachConfiguration, LaunchConfiguration } from './configuration.ts';
import { wordsOf } from './dapClient.ts';
import { codeOfSignal, endedBy } from './exitCode.ts';
import type { Body } from './feature.ts';
import { features } from './features.ts';
import { launch, prepareLaunch, type Started } from './launched.ts';
import { runPlainly, type PlainRun } from './plainRun.ts';
import { withProgress } from './progress.ts';
import { Run } from './run.ts';
import type { Client, Surroundings } from './surroundings.ts';

export interface SessionOptions {
  /** Called once when the client is gone and everything has ended. */
  readonly gone?: () => void;
}

type Configuration = LaunchConfiguration | AttachConfiguration;

/** Answers of a program without a debugger. */
const WITHOUT_DEBUGGER: Readonly<Record<string, object>> = { threads: { threads: [] }, configurationDone: {}, setBreakpoints: { breakpoints: [] }, setFunctionBreakpoints: { breakpoints: [] }, setExceptionBreakpoints: {} };


/** One debugging session: the client's DAP on one side, dlv's on the other. */
export class DelveSession extends AdapterSession implements Client {
  capabilities: Partial<DebugProtocol.InitializeRequestArguments> = {};
  #run: Run | undefined;
  #plain: PlainRun | undefined;
  #configuration: Configuration | undefined;
  #isLaunch = true;
  /** Resolves when requests have a dlv to go to; rejects when there will be none. */
  #ready = deferred<Run>();
  #starting = new AbortController();
  #opening: Promise<unknown> | undefined;
  #isOver = false;
  #progress = new Map<string, () => void>();

  readonly #handlers: Readonly<Record<string, RequestHandler>> = {
    initialize: async (args) => {
      this.capabilities = args as Partial<DebugProtocol.InitializeRequestArguments>;
      return capabilities;
    },
    launch: (args) => this.#begin(args as LaunchConfiguration, true),
    attach: (args) => this.#begin(args as AttachConfiguration, false),
    restart: (args) => this.#restart(args as DebugProtocol.RestartArguments),
    terminate: () => this.#terminate(),
    disconnect: (args) => this.#disconnect(args as DebugProtocol.DisconnectArguments),
    cancel: async ({ progressId }) => void this.#progress.get(String(progressId))?.(),
  };

  constructor(options: SessionOptions = {}) {
    super(options.gone);
    this.#ready.promise.catch(() => undefined);
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    if (this.answers(request, this.#handlers)) return;
    const args = (request.arguments ?? {}) as Body;
    if (this.#run) {
      this.#pass(this.#run, request, args);
    } else if (this.#plain) {
      this.#answerPlainly(this.#plain, request, args);
    } else if (this.#isOver) {
      this.fail(request, new Error('The program has ended.'));
    } else {
      this.#ready.promise.then((run) => this.#pass(run, request, args), (error: unknown) => this.fail(request, error));
    }
  }

  async #begin(configuration: Configuration, isLaunch: boolean): Promise<undefined> {
    if (this.#configuration || this.#isOver) throw fault('delve-again', 'This session debugs a program already.', 'Start another session for another program.');
    [this.#configuration, this.#isLaunch] = [configuration, isLaunch];
    try {
      const around = this.#surroundings();
      this.#opening = isLaunch && (configuration as LaunchConfiguration).noDebug
        ? this.#runPlainly(configuration as LaunchConfiguration, around)
        : this.#open(configuration, () => (isLaunch ? launch(configuration as LaunchConfiguration, around) : attach(configuration as AttachConfiguration, around)));
      await this.#opening;
      return undefined;
    } catch (error) {
      this.#ready.reject(new Error('Nothing is being debugged: the program could not be started.'));
      void this.end();
      throw error;
    }
  }

  /** Starts dlv and has it begin. */
  async #open(configuration: Configuration, start: () => Promise<Started>): Promise<void> {
    const { server, title, version, cwd, isFresh, isOurBuild, request, args, substitutePath, explain } = await this.#working(`Starting ${configuration.name ?? 'the program'}`, start);
    let run: Run;
    try {
      if (this.#isOver) throw fault('delve-cancelled', 'The launch was stopped.', '');
      run = await Run.begin(this, server, { configuration, isLaunch: this.#isLaunch, isFresh, isOurBuild, title, version, cwd, substitutePath }, features);
    } catch (error) {
      const explained = await explain(error);
      if (server.isOurs) await server.kill();
      server.release();
      throw explained;
    }
    run.dap.onEvent = ({ event, body }) => this.#dlvSays(run, event, (body ?? {}) as Body);
    void run.dap.closed.then(() => this.#finish(run));
    void server.ended.then(() => this.#finish(run));
    // What the dlv of this session lacks is taken back.
    const corrected = corrections(capabilities, run.allCapabilities());
    if (Object.keys(corrected).length > 0) this.event('capabilities', { capabilities: corrected });
    this.#run = run;
    try {
      await run.begins(request, { ...args });
    } catch (error) {
      throw await explain(error);
    }
    this.#ready.resolve(run);
  }

  /** Shows that something goes on when it takes long, and lets the person call it off. */
  #working<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    const starting = this.#starting;
    return withProgress(this, title, this.#progress, () => starting.abort(), work);
  }

  async #runPlainly(configuration: LaunchConfiguration, around: Surroundings): Promise<void> {
    const plain = await this.#working(`Starting ${configuration.name ?? 'the program'}`, () => runPlainly(configuration, around));
    if (this.#isOver) return void plain.kill().then(() => plain.release());
    this.#plain = plain;
    this.event('process', { name: plain.title, startMethod: 'launch', isLocalProcess: true, ...(plain.pid === undefined ? {} : { systemProcessId: plain.pid }) });
    void plain.ended.then(({ code, signal }) => {
      plain.release();
      if (this.#isOver || this.#plain !== plain) return;
      this.#isOver = true;
      this.#plain = undefined;
      if (signal) this.output(endedBy(signal), 'console');
      const exitCode = code ?? (signal === undefined ? undefined : codeOfSignal(signal));
      if (exitCode !== undefined) this.event('exited', { exitCode });
      this.event('terminated');
    });
  }

  #answerPlainly(plain: PlainRun, request: DebugProtocol.Request, args: Body): void {
    if (request.command === 'evaluate' && args.context === 'repl' && plain.input(`${String(args.expression)}\n`)) return this.succeed(request, { result: '', variablesReference: 0 });
    const answer = WITHOUT_DEBUGGER[request.command];
    if (answer) this.succeed(request, answer);
    else this.fail(request, new Error('The program runs without a debugger.'));
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
    // What an ending dlv still says is not the client's, but the exit code may be in it.
    if (this.#run !== run || told === undefined) return;
    if (name === 'terminated') void this.#finish(run);
    else this.event(name, Object.keys(told).length > 0 ? told : undefined);
  }

  /** Builds anew first: a program that cannot be built leaves the one that is debugged as it is. */
  async #restart({ arguments: changed }: DebugProtocol.RestartArguments): Promise<undefined> {
    if (this.#plain) return this.#restartPlainly(this.#plain, changed as LaunchConfiguration | undefined);
    const old = this.#run;
    if (!old || !this.#isLaunch || !old.server.isOurs) throw fault('delve-restart', 'Only a program that was launched can be restarted.', 'Attach to it again.');
    const configuration = (changed && Object.keys(changed).length > 0 ? changed : this.#configuration) as LaunchConfiguration;
    this.#starting = new AbortController();
    const prepared = await this.#working(`Building ${configuration.name ?? 'the program'}`, () => prepareLaunch(configuration, this.#surroundings()));
    if (this.#run !== old) {
      await prepared.discard();
      throw fault('delve-restart', 'The program ended before it was built anew.', 'Start it again.');
    }
    const threadId = old.stopped?.threadId;
    // Requests that come meanwhile wait for the new program.
    this.#run = undefined;
    this.#ready = deferred<Run>();
    this.#ready.promise.catch(() => undefined);
    if (threadId !== undefined) this.event('continued', { threadId, allThreadsContinued: true });
    await old.leave(true);
    this.#configuration = configuration;
    try {
      this.#opening = this.#open(configuration, () => prepared.start());
      await this.#opening;
    } catch (error) {
      this.#ready.reject(new Error('Nothing is being debugged: the program could not be restarted.'));
      this.#over();
      throw error;
    }
    return undefined;
  }

  async #restartPlainly(old: PlainRun, changed = this.#configuration as LaunchConfiguration): Promise<undefined> {
    this.#plain = undefined;
    await old.kill();
    old.release();
    try {
      this.#opening = this.#runPlainly((this.#configuration = changed), this.#surroundings());
      await this.#opening;
    } catch (error) {
      this.#over();
      throw error;
    }
    return undefined;
  }

  /** Asks the program to end, as Ctrl+C does; one that is stopped, or that dlv did not start, is ended. */
  async #terminate(): Promise<undefined> {
    const run = this.#run;
    if (!run) {
      this.#starting.abort();
      await this.#plain?.interrupt();
    } else if (!run.interruptProgram()) {
      await this.#finish(run);
    }
    return undefined;
  }

  async #disconnect({ terminateDebuggee, suspendDebuggee }: DebugProtocol.DisconnectArguments): Promise<undefined> {
    this.#isOver = true;
    this.#starting.abort();
    // One that is just being started ends too.
    await this.#opening?.catch(() => undefined);
    const [run, plain] = [this.#run, this.#plain];
    this.#run = this.#plain = undefined;
    await plain?.kill();
    // dlv takes a program that it has started along in any case.
    await run?.leave(this.#isLaunch || (terminateDebuggee ?? false), suspendDebuggee);
    return undefined;
  }

  protected async end(): Promise<void> {
    await this.#disconnect({}).catch(() => undefined);
    this.#ready.reject(new Error('The session has ended.'));
  }

  /** The program has ended, or dlv has. The client is told last, when it has all that was printed. */
  async #finish(run: Run): Promise<void> {
    if (this.#run !== run) return;
    this.#run = undefined;
    const wasOver = this.#isOver;
    this.#isOver = true;
    await run.leave(true);
    if (wasOver) return;
    if (run.exitCode !== undefined) this.event('exited', { exitCode: run.exitCode });
    this.event('terminated');
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.event('terminated');
  }

  #surroundings(): Surroundings {
    return {
      signal: this.#starting.signal,
      output: (text, category) => this.output(text, category),
      congested: () => this.congested(),
      chooseSources: (lost) => this.event('chooseSources', lost),
      buildFailed: (failure) => this.event('buildFailed', failure),
      ...(this.capabilities.supportsRunInTerminalRequest ? { runInTerminal: (args: TerminalOrder) => this.ask('runInTerminal', args) } : {}),
    };
  }
}
