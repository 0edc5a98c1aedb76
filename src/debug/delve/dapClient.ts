import type { Duplex } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';

const HEADER_END = Buffer.from('\r\n\r\n');

/** The client's end of a connection to another debug adapter: here dlv's own. */
export class DapClient {
  /** Events and answers, in the order in which they came. */
  onEvent: (event: DebugProtocol.Event) => void = () => undefined;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  #sequence = 0;
  #waiting = new Map<number, (response: DebugProtocol.Response) => void>();
  #parts: Buffer[] = [];
  #size = 0;
  #isClosed = false;

  constructor(private readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    stream.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.#isClosed = true;
        this.#giveUp();
        resolve();
      });
    });
  }

  /** Sends a request; `then` is called with the answer at once when it comes, before anything that came behind it. */
  send(command: string, args: object | undefined, then: (response: DebugProtocol.Response) => void): void {
    const seq = ++this.#sequence;
    if (this.#isClosed) return then(failure(command, seq));
    this.#waiting.set(seq, then);
    const json = JSON.stringify({ seq, type: 'request', command, ...(args === undefined ? {} : { arguments: args }) });
    this.stream.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
  }

  /** The body of the answer. @throws Error with dlv's words when it refuses */
  async request<Body = Record<string, unknown>>(command: string, args?: object): Promise<Body> {
    const response = await new Promise<DebugProtocol.Response>((resolve) => {
      this.send(command, args, (answer) => {
        this.#isHeld = !this.#isClosed;
        resolve(answer);
      });
    });
    if (!response.success) throw new RefusedError(response);
    return (response.body ?? {}) as Body;
  }

  close(): void {
    this.stream.destroy();
  }

  #take(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (!this.#isHeld) this.#read();
  }

  #read(): void {
    // What is waited for is mostly whole in one chunk; a large answer is put together once it is all there.
    for (let bytes = this.#joined(); bytes; bytes = this.#joined()) {
      const end = bytes.indexOf(HEADER_END);
      if (end < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1] ?? NaN);
      if (Number.isNaN(length)) return void this.stream.destroy();
      const start = end + HEADER_END.length;
      if (bytes.length < start + length) {
        this.#needed = start + length;
        return;
      }
      const text = bytes.toString('utf8', start, start + length);
      this.#needed = 0;
      this.#parts = [bytes.subarray(start + length)];
      this.#size = this.#parts[0].length;
      let message: DebugProtocol.ProtocolMessage;
      try {
        message = JSON.parse(text) as DebugProtocol.ProtocolMessage;
      } catch {
        // Another kind of server, whose headers look alike: a web server's do.
        return void this.stream.destroy();
      }
      this.#dispatch(message);
      if (this.#isHeld) {
        setImmediate(() => {
          this.#isHeld = false;
          this.#read();
        });
        return;
      }
    }
  }

  /**
   * An answer was handed to a promise: what came behind it in the same chunk waits until those who await it have passed it on. Otherwise the client would hear
   * that the program has stopped before it hears that its step began, and take the program for a running one.
   */
  #isHeld = false;

  /** Bytes that the message at the front has in all; 0 while that is not known. */
  #needed = 0;

  #joined(): Buffer | undefined {
    if (this.#size === 0 || this.#size < this.#needed) return undefined;
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts, this.#size)];
    return this.#parts[0];
  }

  #dispatch(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'event') return this.onEvent(message as DebugProtocol.Event);
    if (message.type !== 'response') return;
    const response = message as DebugProtocol.Response;
    const then = this.#waiting.get(response.request_seq);
    this.#waiting.delete(response.request_seq);
    then?.(response);
  }

  #giveUp(): void {
    for (const [seq, then] of this.#waiting) then(failure('', seq));
    this.#waiting.clear();
  }
}

/** dlv refused a request; `message` is what it said. */
export class RefusedError extends Error {
  constructor(readonly response: DebugProtocol.Response) {
    super(wordsOf(response));
  }
}

/** dlv's words of a refusal: "Unable to evaluate expression: could not find symbol value for x". */
export function wordsOf({ message, body }: DebugProtocol.Response): string {
  const error = (body as { error?: DebugProtocol.Message } | undefined)?.error;
  if (!error) return message ?? 'dlv gave no reason';
  return error.format.replace(/\{(\w+)\}/g, (placeholder, name: string) => error.variables?.[name] ?? placeholder);
}

function failure(command: string, seq: number): DebugProtocol.Response {
  return { seq: 0, type: 'response', request_seq: seq, command, success: false, message: 'The connection to dlv has ended.' };
}
