// A client of our debug adapters that is not VS Code: Microsoft's DebugClient, with every message of both sides held to the published schema.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { deferred } from '../../src/debug/deferred.ts';
import { isRunning, waitForEnd } from '../../src/profilers/process.ts';
import { MessageReader } from '../dapMessages.ts';
import { ProtocolWatch } from './dapSchema.ts';

/** Milliseconds for anything to happen on a loaded machine. */
const PATIENCE = 40_000;

export type Configuration = Record<string, unknown>;

/** A line by its text (a part of it that occurs in one line only), by its number, or as the protocol says. */
export type Place = string | number | (Omit<DebugProtocol.SourceBreakpoint, 'line'> & { readonly at: string | number });

export interface Preparation {
  /** File -> places. */
  readonly breakpoints?: Readonly<Record<string, readonly Place[]>>;
  readonly functions?: readonly (string | DebugProtocol.FunctionBreakpoint)[];
  readonly exceptions?: DebugProtocol.SetExceptionBreakpointsArguments;
}

/** A stop, with the stack's top. */
export interface Stop {
  readonly reason: string;
  readonly threadId: number;
  readonly event: DebugProtocol.StoppedEvent['body'];
  readonly frame: DebugProtocol.StackFrame;
  readonly frames: readonly DebugProtocol.StackFrame[];
  /** The text of the line, without blanks at its ends. */
  readonly text: string;
}

export interface ClientOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Connects to an adapter that listens there instead of starting one. */
  readonly port?: number;
  /** Changes to what the client says of itself. */
  readonly client?: Partial<DebugProtocol.InitializeRequestArguments>;
  /** Whether the programs outlive the session. */
  readonly attached?: boolean;
  /** What a terminal does: by default it starts the program in pipes. */
  readonly terminal?: (args: DebugProtocol.RunInTerminalRequestArguments) => Promise<DebugProtocol.RunInTerminalResponse['body']>;
}

/** The number of the one line of a file that holds `text`; 1-based. */
export function lineOf(file: string, text: string): number {
  const hits = readFileSync(file, 'utf8').split('\n').flatMap((line, at) => (line.includes(text) ? [at + 1] : []));
  assert.equal(hits.length, 1, `"${text}" stands in ${hits.length} lines of ${file}`);
  return hits[0];
}

/** An adapter as it is shipped: its program, and the type that configurations call it by. */
export interface ShippedAdapter {
  readonly program: string;
  readonly type: string;
}

/** The program of an adapter in dist. */
export function shippedAdapter(type: string): ShippedAdapter {
  return { type, program: fileURLToPath(new URL(`../../dist/${type}-adapter.js`, import.meta.url)) };
}

export class AdapterClient extends DebugClient {
  readonly watch = new ProtocolWatch();
  readonly events: DebugProtocol.Event[] = [];
  /** Reverse requests in their order. */
  readonly asked: DebugProtocol.Request[] = [];
  /** Requests that the adapter has refused, in their order. */
  readonly refusals: DebugProtocol.ErrorResponse[] = [];
  readonly terminals: ChildProcess[] = [];
  /** What the programs in the terminals have printed. */
  terminalText = '';
  initialized: DebugProtocol.Capabilities = {};
  #taken = 0;
  #changed: (() => void)[] = [];
  #writable: Writable | undefined;
  #answers = 1_000_000;
  #last: Stop | undefined;
  #finished = false;
  #hungUp = deferred<void>();

  constructor(readonly shipped: ShippedAdapter, readonly options: ClientOptions = {}) {
    super(process.execPath, shipped.program, shipped.type, { env: { ...process.env, ...options.env } }, true);
    this.defaultTimeout = PATIENCE;
  }

  protected override connect(readable: Readable, writable: Writable): void {
    readable.once('close', () => this.#hungUp.resolve());
    const seen = new MessageReader();
    readable.on('data', (chunk: Buffer) => {
      for (const message of seen.take(chunk)) this.#receive(message);
    });
    const sent = new MessageReader();
    const tap = new PassThrough();
    tap.on('data', (chunk: Buffer) => {
      for (const message of sent.take(chunk)) this.#send(message);
    });
    this.#writable = writable;
    writable.on('error', () => undefined);
    super.connect(readable, tap);
  }

  #send(message: DebugProtocol.ProtocolMessage): void {
    this.watch.see('client', message);
    const json = JSON.stringify(message);
    this.#writable?.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
  }

  #receive(message: DebugProtocol.ProtocolMessage): void {
    this.watch.see('adapter', message);
    if (message.type === 'event') {
      this.events.push(message as DebugProtocol.Event);
      for (const wake of this.#changed.splice(0)) wake();
    }
    if (message.type === 'response' && !(message as DebugProtocol.Response).success) this.refusals.push(message as DebugProtocol.ErrorResponse);
    if (message.type === 'request') void this.#answer(message as DebugProtocol.Request);
  }

  async #answer(request: DebugProtocol.Request): Promise<void> {
    this.asked.push(request);
    for (const wake of this.#changed.splice(0)) wake();
    const common = { type: 'response', seq: ++this.#answers, request_seq: request.seq, command: request.command };
    let response: object;
    try {
      response = { ...common, success: true, body: await this.reverse(request) };
    } catch (error) {
      response = { ...common, success: false, message: (error as Error).message, body: {} };
    }
    this.#send(response as DebugProtocol.Response);
  }

  /** Answers what the adapter asks. Child sessions are noted in `asked`; a test that wants them starts a client for each. */
  protected async reverse({ command, arguments: args }: DebugProtocol.Request): Promise<object> {
    if (command === 'startDebugging') return {};
    if (command !== 'runInTerminal') throw new Error(`this client does not know ${command}`);
    const order = args as DebugProtocol.RunInTerminalRequestArguments;
    return this.options.terminal ? this.options.terminal(order) : this.#terminal(order);
  }

  async #terminal({ args, cwd, env = {} }: DebugProtocol.RunInTerminalRequestArguments): Promise<{ processId?: number }> {
    const all: NodeJS.ProcessEnv = { ...process.env, ...this.options.env };
    for (const [name, value] of Object.entries(env)) {
      if (value === null) delete all[name];
      else all[name] = value;
    }
    const child = spawn(args[0], args.slice(1), { cwd, env: all, stdio: 'pipe' });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void (this.terminalText += text));
    this.terminals.push(child);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return { processId: child.pid };
  }

  /** `initialize` as a client that can do everything; `options.client` changes that. */
  async hello(): Promise<DebugProtocol.Capabilities> {
    const { body } = await this.initializeRequest({
      clientID: 'heatline-test', clientName: 'Heatline test', adapterID: this.shipped.type, locale: 'en', linesStartAt1: true, columnsStartAt1: true, pathFormat: 'path',
      supportsVariableType: true, supportsVariablePaging: true, supportsRunInTerminalRequest: true, supportsProgressReporting: true, supportsInvalidatedEvent: true,
      supportsStartDebuggingRequest: true, supportsANSIStyling: true, ...this.options.client,
    });
    return (this.initialized = body ?? {});
  }

  /**
   * Starts a session up to the point where the program runs: initialize, launch or attach, breakpoints, configurationDone.
   * `configuration.request` is 'launch' unless it says 'attach'. Rejects with the adapter's words when it refuses.
   */
  async begin(configuration: Configuration, preparation: Preparation = {}): Promise<void> {
    await this.hello();
    const initialized = this.waitFor('initialized', () => this.events.some(({ event }) => event === 'initialized'));
    initialized.catch(() => undefined);
    const started = this.send(configuration['request'] === 'attach' ? 'attach' : 'launch', { type: this.shipped.type, request: 'launch', name: 'test', console: 'internalConsole', ...configuration });
    started.catch(() => undefined);
    await Promise.race([initialized, started]);
    await this.prepare(preparation);
    await this.configurationDoneRequest();
    await started;
  }

  async prepare({ breakpoints = {}, functions, exceptions }: Preparation): Promise<void> {
    for (const [file, places] of Object.entries(breakpoints)) await this.breakAt(file, ...places);
    if (functions) await this.setFunctionBreakpointsRequest({ breakpoints: functions.map((each) => (typeof each === 'string' ? { name: each } : each)) });
    if (exceptions) await this.setExceptionBreakpointsRequest(exceptions);
  }

  /** Sets the breakpoints of a file, in place of those before; what became of them. */
  async breakAt(file: string, ...places: readonly Place[]): Promise<DebugProtocol.Breakpoint[]> {
    const offset = this.options.client?.linesStartAt1 === false ? 1 : 0;
    const number = (at: string | number) => (typeof at === 'number' ? at : lineOf(file, at) - offset);
    const breakpoints = places.map((place) => {
      if (typeof place !== 'object') return { line: number(place) };
      const { at, ...rest } = place;
      return { ...rest, line: number(at) };
    });
    return (await this.setBreakpointsRequest({ source: { path: file }, breakpoints })).body.breakpoints;
  }

  /** The next stop that no one has waited for yet. */
  async waitForStop(): Promise<Stop> {
    const event = await this.#next('stopped');
    const body = (event as DebugProtocol.StoppedEvent).body;
    const threadId = body.threadId ?? 0;
    const { stackFrames } = (await this.stackTraceRequest({ threadId })).body;
    const [frame] = stackFrames;
    const file = frame?.source?.path;
    let text = '';
    try {
      if (file) text = readFileSync(file, 'utf8').split('\n')[frame.line - 1]?.trim() ?? '';
    } catch {
      // A file of another machine, or none.
    }
    return (this.#last = { reason: body.reason, threadId, event: body, frame, frames: stackFrames, text });
  }

  async #next(name: string): Promise<DebugProtocol.Event> {
    await this.waitFor(`a ${name} event`, () => this.events.slice(this.#taken).some(({ event }) => event === name || (event === 'terminated' && name !== 'terminated')));
    const at = this.events.findIndex(({ event }, index) => index >= this.#taken && (event === name || event === 'terminated'));
    assert.equal(this.events[at].event, name, `the program ended instead of ${name}; it had said:\n${this.output()}${this.terminalText}`);
    this.#taken = at + 1;
    return this.events[at];
  }

  /** Sends one of continue, next, stepIn, stepOut to the thread that stopped last, and waits for the next stop. */
  async go(command: 'continue' | 'next' | 'stepIn' | 'stepOut', args: object = {}): Promise<Stop> {
    await this.send(command, { threadId: this.#last?.threadId ?? 1, ...args });
    return this.waitForStop();
  }

  /** Continues the thread that stopped last, without waiting. */
  async resume(): Promise<void> {
    await this.continueRequest({ threadId: this.#last?.threadId ?? 1 });
  }

  /** Until the session is over: the exit code that was told. */
  async waitForEnd(): Promise<number | undefined> {
    await this.waitFor('the end', () => this.events.some(({ event }) => event === 'terminated'));
    const exited = this.events.find(({ event }) => event === 'exited') as DebugProtocol.ExitedEvent | undefined;
    return exited?.body.exitCode;
  }

  /** The variables of a scope of a frame (the stop's top one), by name. */
  async variables(scope = 'Locals', frameId = this.#last?.frame.id ?? 0): Promise<Record<string, DebugProtocol.Variable>> {
    const { scopes } = (await this.scopesRequest({ frameId })).body;
    const one = scopes.find(({ name }) => name.toLowerCase() === scope.toLowerCase());
    assert.ok(one, `no scope ${scope} among ${scopes.map(({ name }) => name).join(', ')}`);
    const { variables } = (await this.variablesRequest({ variablesReference: one.variablesReference })).body;
    return Object.fromEntries(variables.map((each) => [each.name, each]));
  }

  /** The local variables of the stop's top frame as name -> value. */
  async locals(): Promise<Record<string, string>> {
    return Object.fromEntries(Object.entries(await this.variables()).map(([name, { value }]) => [name, value]));
  }

  /** Types a line into the Debug Console; the text that it answers. */
  async type(line: string, frameId = this.#last?.frame.id): Promise<string> {
    return (await this.evaluateRequest({ expression: line, context: 'repl', ...(frameId === undefined ? {} : { frameId }) })).body.result;
  }

  /** What the adapter has shown so far, of one category or of all. */
  output(...categories: string[]): string {
    const told = this.events.filter(({ event }) => event === 'output') as DebugProtocol.OutputEvent[];
    return told.filter(({ body }) => categories.length === 0 || categories.includes(body.category ?? 'console')).map(({ body }) => body.output).join('');
  }

  async waitForOutput(wanted: string | RegExp, ...categories: string[]): Promise<string> {
    const has = () => (typeof wanted === 'string' ? this.output(...categories).includes(wanted) : wanted.test(this.output(...categories)));
    await this.waitFor(`the output ${wanted}`, has);
    return this.output(...categories);
  }

  /** Until something holds that an event or a reverse request can make true. */
  async waitFor(what: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!holds()) {
      if (this.#finished) throw new Error(`the session was over before ${what} came`);
      const left = deadline - Date.now();
      assert.ok(left > 0, `${what} did not come within ${PATIENCE / 1000} s; events: ${this.events.map(({ event }) => event).join(' ')}\n${this.output()}${this.terminalText}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 500));
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Changes a file, as an editor that saves. */
  async rewrite(file: string, change: (text: string) => string): Promise<void> {
    await writeFile(file, change(await readFile(file, 'utf8')));
  }

  /** The adapter's process. */
  get adapter(): ChildProcess {
    return (this as unknown as { _adapterProcess: ChildProcess })._adapterProcess;
  }

  /** The number of the request that was sent last. */
  get lastRequest(): number {
    return (this as unknown as { sequence: number }).sequence - 1;
  }

  /** Goes without a word, as an editor that crashes. */
  hangUp(): void {
    this.adapter.stdin?.destroy();
    this.adapter.stdout?.destroy();
  }

  /** Process ids of the programs that were debugged. */
  get pids(): number[] {
    const begun = this.events.filter(({ event }) => event === 'process') as DebugProtocol.ProcessEvent[];
    return begun.flatMap(({ body }) => (body.isLocalProcess && body.systemProcessId !== undefined ? [body.systemProcessId] : []));
  }

  async finish({ attached = false } = {}): Promise<void> {
    this.#finished = true;
    for (const wake of this.#changed.splice(0)) wake();
    // An adapter that is gone answers no more.
    await Promise.race([this.stop(), this.#hungUp.promise, new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())]);
    for (const terminal of this.terminals) if (!attached) terminal.kill('SIGKILL');
    for (const pid of attached ? [] : this.pids) assert.ok(await waitForEnd(pid, 10_000), `the program ${pid} still runs after the session: ${await isRunning(pid)}`);
  }
}

/** Runs a test with a client, and ends everything; fails when a message of either side broke the protocol, or a program is left running. */
export async function driving<Client extends AdapterClient>(client: Client, test: (client: Client) => Promise<void>): Promise<void> {
  const { options } = client;
  await client.start(options.port);
  try {
    await test(client);
  } catch (error) {
    if (client.watch.violations.length > 0) (error as Error).message += `\nThe protocol was broken:\n${client.watch.violations.join('\n')}`;
    throw error;
  } finally {
    await client.finish({ attached: options.attached });
  }
  assert.deepEqual(client.watch.violations, [], 'the protocol was broken');
}

/** A folder with files that goes when the test has ended. */
export async function withFiles<T>(files: Readonly<Record<string, string>>, test: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'debugged-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), content);
    }
    return await test(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
