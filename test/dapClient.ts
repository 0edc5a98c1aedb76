// A small client of the Debug Adapter Protocol, for tests and benches that drive any adapter.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { openChannel, type AdapterCommand, type Channel, type InlineAdapter } from './dapChannel.ts';
import { MessageReader } from './dapMessages.ts';

export type { AdapterCommand, InlineAdapter } from './dapChannel.ts';

export class DapClient {
  /** Every message of the adapter in order, as it came. */
  readonly messages: DebugProtocol.ProtocolMessage[] = [];
  /** Set when the adapter is gone; requests that were still open were refused. */
  readonly ended: Promise<number | null>;
  private readonly channel: Channel;
  private readonly reader = new MessageReader();
  private sequence = 1;
  private readonly open = new Map<number, { command: string; resolve: (body: never) => void; reject: (error: Error) => void }>();
  private readonly listeners = new Set<(event: DebugProtocol.Event) => void>();

  constructor(adapter: AdapterCommand | InlineAdapter) {
    this.channel = openChannel(adapter, (chunk) => this.read(chunk));
    this.ended = this.channel.ended.then((code) => {
      for (const { command: name, reject } of this.open.values()) reject(new Error(`the adapter ended before it answered ${name}; its stderr: ${this.stderr || 'empty'}`));
      this.open.clear();
      return code;
    });
  }

  /** What the adapter wrote to stderr: an adapter in order writes nothing there. */
  get stderr(): string {
    return this.channel.stderr();
  }

  /** Sends a request; resolves with the body of its answer. @throws the adapter's message when it refuses */
  request<Body = unknown>(command: string, args?: object): Promise<Body> {
    const seq = this.sequence++;
    return new Promise<Body>((resolve, reject) => {
      this.open.set(seq, { command, resolve, reject });
      this.write({ seq, type: 'request', command, arguments: args });
    });
  }

  /** Calls `listener` for every event from now on; the returned function ends that. */
  onEvent(listener: (event: DebugProtocol.Event) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The next event of that name, from now on. */
  event<Body = unknown>(name: string): Promise<Body> {
    return new Promise((resolve) => {
      const end = this.onEvent((event) => {
        if (event.event !== name) return;
        end();
        resolve(event.body as Body);
      });
    });
  }

  /** Ends the adapter by force, when it did not end by itself. */
  async kill(): Promise<void> {
    this.channel.kill();
    await this.ended;
  }

  /** Tells the adapter that its client is gone. */
  close(): void {
    this.channel.close();
  }

  private write(message: object): void {
    const text = JSON.stringify(message);
    this.channel.send(Buffer.from(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`));
  }

  private read(chunk: Buffer): void {
    for (const message of this.reader.take(chunk)) this.take(message);
  }

  private take(message: DebugProtocol.ProtocolMessage): void {
    this.messages.push(message);
    if (message.type === 'event') {
      for (const listener of [...this.listeners]) listener(message as DebugProtocol.Event);
    } else if (message.type === 'response') {
      const { request_seq: seq, success, body, message: why } = message as DebugProtocol.Response;
      const asked = this.open.get(seq);
      this.open.delete(seq);
      if (success) asked?.resolve(body as never);
      else asked?.reject(new Error(`${asked.command}: ${wordsOf((body as DebugProtocol.ErrorResponse['body'] | undefined)?.error) ?? why}`));
    } else {
      // Neither terminals nor child sessions are offered, so an adapter that asks for them is told so.
      const { seq, command } = message as DebugProtocol.Request;
      this.write({ seq: this.sequence++, type: 'response', request_seq: seq, command, success: false, message: 'not offered by this client' });
    }
  }
}

/** A structured error in words: its format with the variables put in. */
function wordsOf(error: DebugProtocol.Message | undefined): string | undefined {
  return error?.format.replace(/\{(\w+)\}/g, (whole, name: string) => error.variables?.[name] ?? whole);
}
