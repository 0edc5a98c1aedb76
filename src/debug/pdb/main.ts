/**
 * The pdb adapter as a program of its own, for any client of the Debug Adapter Protocol: `node pdb-adapter.js` speaks it on stdin and stdout,
 * `--port N` on a loopback port.
 */
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LOOPBACK } from './handshake.ts';
import { PdbSession } from './session.ts';

const USAGE = `Usage: pdb-adapter [--port N]

Heatline's debug adapter for Python: pdb behind the Debug Adapter Protocol.

  (no option)   one session on stdin and stdout
  --port N      listen on ${LOOPBACK}:N, one session for each connection; 0 lets the system choose. The first line of stdout says the port
  --help        this text
`;

const helper = fileURLToPath(new URL('./python-pdb/heatline_pdb', import.meta.url));
const sessions = new Set<PdbSession>();

function newSession(gone: () => void): PdbSession {
  const session = new PdbSession({
    helper,
    gone: () => {
      sessions.delete(session);
      gone();
    },
  });
  sessions.add(session);
  return session;
}

/** Ends with everything that was started. */
function endAll(exitCode: number): void {
  process.exitCode = exitCode;
  if (sessions.size === 0) process.exit();
  for (const session of sessions) session.shutdown();
  // Killing is quick; whatever hangs must not keep the adapter.
  setTimeout(() => process.exit(), 5000).unref();
}

function serveStdio(): void {
  newSession(() => process.exit()).start(process.stdin, process.stdout);
}

function servePort(port: number): void {
  const server = net.createServer((socket) => {
    socket.setNoDelay(true);
    newSession(() => {
      socket.destroy();
      if (process.exitCode !== undefined && sessions.size === 0) process.exit();
    }).start(socket, socket);
  });
  server.once('error', (error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'another program listens there; choose another port, or 0' : error.message;
    complain(`Port ${port} of ${LOOPBACK} cannot be opened: ${why}.`);
  });
  server.listen(port, LOOPBACK, () => {
    const { port: chosen } = server.address() as net.AddressInfo;
    process.stdout.write(`listening on ${LOOPBACK}:${chosen}\n`);
  });
}

function complain(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(2);
}

function options(): { readonly port?: string; readonly help?: boolean } {
  try {
    return parseArgs({ options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    return complain(`${(error as Error).message}\n\n${USAGE}`);
  }
}

const { port, help } = options();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => endAll(0));
// A fault of ours must not leave programs behind.
process.on('uncaughtException', (error) => {
  process.stderr.write(`The pdb adapter failed: ${error.stack ?? error.message}\n`);
  endAll(1);
});
if (help) {
  process.stdout.write(USAGE);
} else if (port === undefined) {
  serveStdio();
} else {
  const number = Number(port);
  if (!/^\d+$/.test(port) || number > 65535) complain(`--port must be a number from 0 to 65535, not "${port}".`);
  servePort(number);
}
