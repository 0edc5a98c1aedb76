import { readdir, readFile, readlink } from 'node:fs/promises';
import type net from 'node:net';

/**
 * Whether the other end of a loopback connection belongs to that process of this machine. A forwarded port (of a container, of ssh) leads to a program whose
 * process id means another process here, or none. False also where that cannot be found out (other systems than Linux).
 */
export async function ownsConnection(pid: number, socket: net.Socket): Promise<boolean> {
  if (process.platform !== 'linux' || socket.localPort === undefined || socket.remotePort === undefined) return false;
  const inode = await inodeOf(socket.remotePort, socket.localPort);
  if (inode === undefined) return false;
  for (const name of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    if ((await readlink(`/proc/${pid}/fd/${name}`).catch(() => '')) === `socket:[${inode}]`) return true;
  }
  return false;
}

/** The socket whose own port is `local` and whose peer's is `remote` (proc(5), /proc/net/tcp: addresses in hexadecimal, inode in field 10). */
async function inodeOf(local: number, remote: number): Promise<string | undefined> {
  const port = (address: string) => parseInt(address.slice(address.lastIndexOf(':') + 1), 16);
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await readFile(table, 'latin1').catch(() => '')).split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields.length > 9 && port(fields[1]) === local && port(fields[2]) === remote) return fields[9];
    }
  }
  return undefined;
}
