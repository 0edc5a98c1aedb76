// How a client's bytes get to a debug adapter and back: its stdin and stdout, a port of its own, or calls within one process, as VS Code does with ours.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { PassThrough } from 'node:stream';

/** A program that speaks the protocol on stdin and stdout, or on a port. */
export interface AdapterCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** What one that speaks on a port of the loopback writes to stdout once it listens; the first group is the port. */
  readonly listening?: RegExp;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** In a session of the system's own, which Linux schedules as a group. */
  readonly detached?: boolean;
}

/** An adapter in the client's own process. */
export interface InlineAdapter {
  /** A new session; `gone` is called when it and all that it started have ended. */
  begin(gone: () => void): { start(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): void; shutdown(): void };
}

export interface Channel {
  /** What the adapter wrote to stderr. */
  readonly stderr: () => string;
  /** Its exit code; null of one that was killed or has none. */
  readonly ended: Promise<number | null>;
  send(bytes: Buffer): void;
  /** Tells the adapter that its client is gone. */
  close(): void;
  /** Ends it by force. */
  kill(): void;
}

/** Starts an adapter; `take` gets its bytes. */
export function openChannel(adapter: AdapterCommand | InlineAdapter, take: (chunk: Buffer) => void): Channel {
  return 'command' in adapter ? toProgram(adapter, take) : toSession(adapter, take);
}

function toProgram({ command, args, listening, env, cwd, detached }: AdapterCommand, take: (chunk: Buffer) => void): Channel {
  const child = spawn(command, [...args], { env: { ...process.env, ...env }, cwd, stdio: 'pipe', detached });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  const socket = listening && new net.Socket().setNoDelay(true);
  /** Messages for a port that is not open yet. */
  const unsent: Buffer[] = [];
  if (listening && socket) {
    socket.on('data', take).on('error', () => undefined);
    socket.once('connect', () => {
      for (const bytes of unsent) socket.write(bytes);
    });
    let said: string | undefined = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === undefined) return;
      const port = listening.exec((said += chunk.toString()))?.[1];
      if (port === undefined) return;
      said = undefined;
      socket.connect({ host: '127.0.0.1', port: Number(port) });
    });
  } else {
    child.stdout.on('data', take);
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      stderr += error.message;
      resolve(null);
    });
    child.once('close', (code) => {
      socket?.destroy();
      resolve(code);
    });
  });
  return {
    stderr: () => stderr, ended,
    send: (bytes) => {
      if (socket?.pending) unsent.push(bytes);
      else (socket ?? child.stdin).write(bytes);
    },
    close: () => void (socket ?? child.stdin).end(),
    kill: () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    },
  };
}

function toSession(adapter: InlineAdapter, take: (chunk: Buffer) => void): Channel {
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.on('data', take);
  let gone = (): void => undefined;
  const ended = new Promise<null>((resolve) => (gone = () => resolve(null)));
  const session = adapter.begin(() => gone());
  session.start(input, output);
  return { stderr: () => '', ended, send: (bytes) => void input.write(bytes), close: () => void input.end(), kill: () => session.shutdown() };
}
