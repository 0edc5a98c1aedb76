import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { Channel, type Hello } from './channel.ts';
import { LOOPBACK } from '../loopback.ts';
import { JsonLines } from '../lines.ts';

/** Milliseconds that whoever connects has for the first line. */
const FIRST_LINE = 10_000;
/** Most bytes of it: whoever sends more is not the helper. */
const MOST_FIRST_LINE = 64 * 1024;

/** A program that has said who it is. */
export interface Connected {
  readonly channel: Channel;
  readonly hello: Hello;
}

export function newToken(): string {
  return randomBytes(32).toString('hex');
}

/** Compares two secrets in a time that tells nothing about them. */
export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/**
 * Reads the helper's hello and makes a channel of the streams. `token`: what it must carry; undefined when we are the one who had to prove it.
 * @throws Error for another first line than a hello, a wrong token, or none in ten seconds
 */
export async function awaitHello(input: Readable, output: Writable, token?: string): Promise<Connected> {
  const { message, lines, rest } = await firstLine(input);
  const hello = message.hello as Hello | undefined;
  if (typeof hello !== 'object' || hello === null) {
    const words = typeof message.error === 'string' ? message.error : 'what connected is not the debugger\'s helper';
    throw new Error(words);
  }
  if (token !== undefined && !(typeof hello.token === 'string' && sameSecret(hello.token, token))) throw new Error('the token is wrong');
  return { hello, channel: new Channel(input, output, lines, rest) };
}

interface FirstLine {
  readonly message: Record<string, unknown>;
  readonly lines: JsonLines;
  readonly rest: Record<string, unknown>[];
}

/** What a client says first to a program that listens; without a token the relay adds the one it finds. */
export function attachLine(token: string | undefined, clientName?: string): string {
  return JSON.stringify({ attach: { ...(token === undefined ? {} : { token }), ...(clientName ? { clientName } : {}) } }) + '\n';
}

function firstLine(input: Readable): Promise<FirstLine> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const lines = new JsonLines();
    const finish = (act: () => void) => {
      clearTimeout(timer);
      input.off('data', data).off('error', failed).off('close', closed).off('end', closed);
      // What arrives before the channel listens must wait.
      input.pause();
      act();
    };
    const failed = (error: Error) => finish(() => reject(error));
    const closed = () => finish(() => reject(new Error('the connection was closed')));
    const data = (chunk: Buffer) => {
      seen += chunk.length;
      try {
        const messages = [...lines.take(chunk)];
        if (messages.length > 0) finish(() => resolve({ message: messages[0], lines, rest: messages.slice(1) }));
        else if (seen > MOST_FIRST_LINE) throw new Error('the first line is too long');
      } catch (error) {
        failed(error as Error);
      }
    };
    const timer = setTimeout(() => failed(new Error('no first line came in time')), FIRST_LINE);
    input.on('data', data).on('error', failed).on('close', closed).on('end', closed);
  });
}

/** Listens on the loopback interface, on a port that the system chooses. */
export function listenOnLoopback(accept: (socket: net.Socket) => void): Promise<{ readonly port: number; close(): void }> {
  return new Promise((resolve, reject) => {
    const server = net.createServer(accept);
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const { port } = server.address() as net.AddressInfo;
      resolve({ port, close: () => void server.close() });
    });
  });
}

/** Waits on a loopback port for the one helper that knows the token. */
export class HelperServer {
  readonly token = newToken();
  #server: { readonly port: number; close(): void } | undefined;
  #sockets = new Set<net.Socket>();
  #accept!: (connected: Connected) => void;
  /** The helper, once it has come; everyone else has been turned away. */
  readonly connected = new Promise<Connected>((resolve) => {
    this.#accept = resolve;
  });

  static async open(): Promise<HelperServer> {
    const server = new HelperServer();
    server.#server = await listenOnLoopback((socket) => void server.#greet(socket));
    return server;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  /** Takes nobody any more; the connection that was taken stays. */
  close(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async #greet(socket: net.Socket): Promise<void> {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    try {
      const connected = await awaitHello(socket, socket, this.token);
      this.#sockets.delete(socket);
      this.close();
      this.#accept(connected);
    } catch {
      // A port scan, or a helper of another session: not ours to report.
      this.#sockets.delete(socket);
      socket.destroy();
    }
  }
}
