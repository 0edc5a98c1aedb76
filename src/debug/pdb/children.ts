import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '../loopback.ts';
import { attachLine, awaitHello, listenOnLoopback, newToken, sameSecret } from './handshake.ts';
import { JsonLines } from '../lines.ts';

/** A child process that waits for its own session. */
export interface Child {
  readonly pid: number;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

/** Most bytes of an announcement. */
const MOST_ANNOUNCEMENT = 64 * 1024;
/** Milliseconds that whoever connects has to say what it is. */
const ANNOUNCE_PATIENCE = 10_000;

/** Where children that are no forks say that they are there: a loopback port, and a key that they must know. */
export class ChildServer {
  readonly key = newToken();
  readonly host = LOOPBACK;

  private constructor(readonly port: number, readonly close: () => void) {}

  static async open(announce: (child: Child) => void): Promise<ChildServer> {
    const sockets = new Set<Socket>();
    const { port, close } = await listenOnLoopback((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
      socket.setTimeout(ANNOUNCE_PATIENCE, () => socket.destroy());
      const lines = new JsonLines(MOST_ANNOUNCEMENT);
      socket.on('data', (chunk: Buffer) => {
        try {
          for (const message of lines.take(chunk)) {
            if (typeof message.key !== 'string' || !sameSecret(message.key, server.key)) throw new Error('the key is wrong');
            const child = childOf(message.child);
            if (child) announce(child);
          }
        } catch {
          socket.destroy();
        }
      });
    });
    const server = new ChildServer(port, () => {
      close();
      for (const socket of sockets) socket.destroy();
    });
    return server;
  }
}

/** A child as the wire describes it; undefined for anything else. A child listens on the loopback interface or nowhere. */
export function childOf(value: unknown): Child | undefined {
  const { pid, name, host, port, token } = (value ?? {}) as Partial<Child>;
  if (typeof pid !== 'number' || typeof port !== 'number' || typeof token !== 'string') return undefined;
  if (host !== undefined && host !== LOOPBACK && host !== 'localhost') return undefined;
  return { pid, name: typeof name === 'string' && name ? name : `process ${pid}`, host: LOOPBACK, port, token };
}

/** Lets a child go on without a session: it waits until a debugger has been there. */
export async function releaseChild({ host, port, token }: Child): Promise<void> {
  const socket = connect({ host, port });
  socket.on('error', () => undefined);
  socket.write(attachLine(token));
  try {
    const { channel } = await awaitHello(socket, socket);
    // It waits for `run`, not for whoever says it to stay.
    await channel.request('run');
    await channel.request('detach');
    channel.close();
  } catch {
    // It has ended meanwhile, or goes on by itself.
    socket.destroy();
  }
}
