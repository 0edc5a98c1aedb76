import type { Readable, Writable } from 'node:stream';
import type { JsonLines } from '../lines.ts';

/** The helper's first line: who it is. */
export interface Hello {
  readonly token?: string;
  readonly pid: number;
  /** [major, minor, micro] */
  readonly version: readonly number[];
  readonly implementation: string;
  readonly executable: string;
  readonly protocol: number;
}

export interface WireEvent {
  readonly event: string;
  readonly body: Record<string, unknown>;
}

/** What became of a request: `error` are words for the person; `gone`: there was no answer before the connection ended. */
export type Answer = { readonly body: Record<string, unknown> } | { readonly error: string; readonly gone?: boolean };

/** Milliseconds after which a request without an answer is worth a word. */
export const PATIENCE = 5000;

interface Waiting {
  readonly command: string;
  readonly done: (answer: Answer) => void;
  readonly timer?: NodeJS.Timeout;
}

export interface ChannelListener {
  event(event: WireEvent): void;
  /** A request has waited for five seconds; once for each. */
  slow(command: string): void;
  /** The other side is gone, or (with a reason) said what it must not. Pending requests have been answered with an error. */
  closed(reason?: string): void;
}

/** The connection to the helper after the handshake: requests out, answers and events in, in the order of their arrival. */
export class Channel {
  #sequence = 0;
  #waiting = new Map<number, Waiting>();
  #listener: ChannelListener | undefined;
  #early: (() => void)[] = [];
  #open = true;
  #closed!: () => void;
  /** Resolves when the connection has ended. */
  readonly whenClosed = new Promise<void>((resolve) => {
    this.#closed = resolve;
  });

  /** `lines` has taken the handshake already and may hold the beginning of what follows. */
  constructor(private readonly input: Readable, private readonly output: Writable, private readonly lines: JsonLines, rest: readonly Record<string, unknown>[] = []) {
    for (const message of rest) this.#receive(message);
    input.on('data', (chunk: Buffer) => this.#take(chunk));
    for (const stream of new Set<Readable | Writable>([input, output])) stream.on('error', () => this.#end());
    input.on('end', () => this.#end());
    input.on('close', () => this.#end());
    // Whoever took the handshake stopped the stream.
    input.resume();
  }

  get open(): boolean {
    return this.#open;
  }

  /** Who hears of events from now on, those that came before included. */
  listen(listener: ChannelListener): void {
    this.#listener = listener;
    for (const each of this.#early.splice(0)) each();
  }

  /** Sends a request; `done` is called once, at the latest when the connection ends, and before what arrives after the answer. Returns its number. */
  send(command: string, args: unknown, done: (answer: Answer) => void): number {
    const seq = ++this.#sequence;
    if (!this.#open) {
      done({ error: GONE, gone: true });
      return seq;
    }
    const timer = setTimeout(() => this.#listener?.slow(command), PATIENCE);
    this.#waiting.set(seq, { command, done, timer });
    this.output.write(JSON.stringify({ seq, command, arguments: args ?? {} }) + '\n');
    return seq;
  }

  /** The same as a promise. @throws Error with the helper's words */
  request(command: string, args?: unknown): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      this.send(command, args, (answer) => ('error' in answer ? reject(new Error(answer.error)) : resolve(answer.body)));
    });
  }

  /** Whether a request of one of these commands waits for its answer. */
  isWaiting(...commands: string[]): boolean {
    return [...this.#waiting.values()].some(({ command }) => commands.includes(command));
  }

  /** Stops or goes on reading: the program then waits as soon as the pipes between are full. */
  pause(): void {
    this.input.pause();
  }

  resume(): void {
    this.input.resume();
  }

  close(): void {
    this.input.destroy();
    this.output.destroy();
    this.#end();
  }

  #take(chunk: Buffer): void {
    if (!this.#open) return;
    try {
      for (const message of this.lines.take(chunk)) this.#receive(message);
    } catch (error) {
      this.#end(`What came from the program is not the debugger's protocol: ${error instanceof Error ? error.message : String(error)}.`);
      this.close();
    }
  }

  #receive(message: Record<string, unknown>): void {
    if (typeof message.answer === 'number') {
      const waiting = this.#waiting.get(message.answer);
      if (!waiting) return;
      this.#waiting.delete(message.answer);
      clearTimeout(waiting.timer);
      waiting.done(typeof message.error === 'string' ? { error: message.error } : { body: asBody(message.body) });
    } else if (typeof message.event === 'string') {
      const event = { event: message.event, body: asBody(message.body) };
      this.#tell((listener) => listener.event(event));
    }
  }

  #end(reason?: string): void {
    if (!this.#open) return;
    this.#open = false;
    for (const { done, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      done({ error: GONE, gone: true });
    }
    this.#waiting.clear();
    this.#closed();
    this.#tell((listener) => listener.closed(reason));
  }

  #tell(say: (listener: ChannelListener) => void): void {
    const listener = this.#listener;
    if (listener) say(listener);
    else this.#early.push(() => this.#listener && say(this.#listener));
  }
}

const GONE = 'The program has ended, or its connection to the debugger has.';

function asBody(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
