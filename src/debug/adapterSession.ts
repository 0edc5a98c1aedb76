import { DebugSession } from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { ProblemError } from '../profilers/problem.ts';
import { fault, faultText } from './fault.ts';
import type { OutputCategory } from './terminalOrder.ts';

/** Milliseconds that the client has to open a terminal or a session; it may ask its person. */
const REVERSE_PATIENCE = 60_000;
/** Bytes that the client's stream may be behind. */
const CONGESTED = 4 << 20;

/** Requests that fail with words for the person. */
const BEGINS = new Set(['launch', 'attach', 'restart']);

type Body = Record<string, unknown>;

/** Answers a request of the client; resolves to the answer's body. */
export type RequestHandler = (args: Body) => Promise<object | undefined>;

/** What every adapter's session does with its client: events, answers, requests of its own, and the end. */
export abstract class AdapterSession extends DebugSession {
  #out: NodeJS.WritableStream | undefined;
  #isGone = false;

  /** `gone` is called once when the client is gone and everything has ended. */
  constructor(private readonly gone?: () => void) {
    super();
  }

  /** Ends what there is, as when the client vanishes. */
  protected abstract end(): Promise<void>;

  protected get isGone(): boolean {
    return this.#isGone;
  }

  override start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void {
    this.#out = output;
    super.start(input, output);
  }

  /** The client is gone: everything ends. */
  override shutdown(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    void this.end().finally(() => this.gone?.());
  }

  /** VS Code lets go of an inline session. */
  override dispose(): void {
    this.shutdown();
  }

  event(name: string, body?: object): void {
    this.sendEvent({ seq: 0, type: 'event', event: name, ...(body === undefined ? {} : { body }) });
  }

  output(text: string, category: OutputCategory): void {
    this.event('output', { category, output: text });
  }

  /** A request to the client. @throws Error with its words when it refuses, or does not answer */
  ask(command: string, args: object): Promise<Body> {
    return new Promise((resolve, reject) => {
      this.sendRequest(command, args, REVERSE_PATIENCE, (response) => {
        if (response.success) resolve((response.body as Body | undefined) ?? {});
        else reject(fault(`client-${command}`, `The client refused "${command}".`, response.message ?? 'It gave no reason.'));
      });
    });
  }

  /** True while the client takes no more; `then` is called when it does again. */
  congested(then?: () => void): boolean {
    const out = this.#out as (NodeJS.WritableStream & { readonly writableLength?: number }) | undefined;
    if ((out?.writableLength ?? 0) < CONGESTED) return false;
    if (then) out?.once('drain', then);
    return true;
  }

  /** Answers a request of which `handlers` has one; false for others. */
  protected answers(request: DebugProtocol.Request, handlers: Readonly<Record<string, RequestHandler>>): boolean {
    const { command } = request;
    if (!Object.hasOwn(handlers, command)) return false;
    handlers[command]((request.arguments ?? {}) as Body).then(
      (body) => this.succeed(request, body), (error: unknown) => this.fail(request, error, BEGINS.has(command) && !isCancelled(error)),
    );
    return true;
  }

  protected succeed(request: DebugProtocol.Request, body?: object): void {
    this.#respond(request, { success: true, ...(body === undefined ? {} : { body }) });
  }

  /** `show`: the person sees it in a dialog. */
  protected fail(request: DebugProtocol.Request, error: unknown, show = false): void {
    const text = faultText(error);
    // Braces in a format are placeholders; few clients fill them in, so it is done where there are any in the text.
    const [format, variables] = /[{}]/.test(text) ? ['{_text}', { _text: text }] : [text, {}];
    this.#respond(request, { success: false, message: text, body: { error: { id: 1, format, variables: { ...variables, ...forClients(error) }, showUser: show } } });
  }

  #respond(request: DebugProtocol.Request, rest: Pick<DebugProtocol.Response, 'success' | 'message' | 'body'>): void {
    this.sendResponse({ seq: 0, type: 'response', request_seq: request.seq, command: request.command, ...rest });
  }
}

/** What is for clients that have buttons: the code, and the ways out as JSON; variables of DAP's messages are strings. */
function forClients(error: unknown): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  const { code, remedies } = error.problem;
  return { _code: code, ...(remedies.length > 0 ? { _remedies: JSON.stringify(remedies) } : {}) };
}

/** Whether the person has called it off, and needs not to be told. */
function isCancelled(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code.endsWith('-cancelled');
}
