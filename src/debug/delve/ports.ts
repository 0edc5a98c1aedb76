/** Ports of this machine: a free one, and whether somebody listens there. */
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '../loopback.ts';

/** Milliseconds between two looks. */
const LOOK = 25;

/** A port of the loopback interface that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Once something listens there; never after `signal`. */
export async function whenListening(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await listens(port))) await sleep(LOOK);
  if (signal.aborted) await new Promise<never>(() => undefined);
}

/** Once nothing listens there any more. */
export async function whenSilent(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && await listens(port)) await sleep(LOOK);
}

/** Whether somebody listens on a port of the loopback interface. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: LOOPBACK, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
