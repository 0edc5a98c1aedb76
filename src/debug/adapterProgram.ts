import net from 'node:net';
import { parseArgs } from 'node:util';
import { LOOPBACK } from './loopback.ts';

/** Milliseconds for killing what was started; whatever hangs must not keep the adapter. */
const LAST_PATIENCE = 5000;

/** A session of an adapter, as a program serves it. */
export interface ServedSession {
  start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void;
  /** Ends everything; then `gone` is called. */
  shutdown(): void;
}

export interface AdapterProgram {
  /** Of the program, without `.js`: `pdb-adapter`. */
  readonly name: string;
  /** One sentence about it, for --help. */
  readonly about: string;
  newSession(gone: () => void): ServedSession;
}

/** Runs a debug adapter as a program of its own, for any client of the Debug Adapter Protocol: on stdin and stdout, with `--port N` on a loopback port. */
export function serveAdapter({ name, about, newSession }: AdapterProgram): void {
  const usage = `Usage: ${name} [--port N]

${about}

  (no option)   one session on stdin and stdout
  --port N      listen on ${LOOPBACK}:N, one session for each connection; 0 lets the system choose. The first line of stdout says the port
  --help        this text
`;
  const sessions = new Set<ServedSession>();

  const begin = (gone: () => void): ServedSession => {
    const session = newSession(() => {
      sessions.delete(session);
      gone();
    });
    sessions.add(session);
    return session;
  };

  /** Ends with everything that was started. */
  const endAll = (exitCode: number): void => {
    process.exitCode = exitCode;
    if (sessions.size === 0) process.exit();
    for (const session of sessions) session.shutdown();
    setTimeout(() => process.exit(), LAST_PATIENCE).unref();
  };

  const complain = (text: string): never => {
    process.stderr.write(`${text}\n`);
    process.exit(2);
  };

  const servePort = (port: number): void => {
    const server = net.createServer((socket) => {
      socket.setNoDelay(true);
      begin(() => {
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
  };

  const options = (): { readonly port?: string; readonly help?: boolean } => {
    try {
      return parseArgs({ options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
    } catch (error) {
      return complain(`${(error as Error).message}\n\n${usage}`);
    }
  };

  const { port, help } = options();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => endAll(0));
  // A fault of ours must not leave programs behind.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${name} failed: ${error.stack ?? error.message}\n`);
    endAll(1);
  });
  if (help) process.stdout.write(usage);
  else if (port === undefined) begin(() => process.exit()).start(process.stdin, process.stdout);
  else if (!/^\d+$/.test(port) || Number(port) > 65535) complain(`--port must be a number from 0 to 65535, not "${port}".`);
  else servePort(Number(port));
}
