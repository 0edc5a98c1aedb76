// Go programs that tests build and run, and dlvs that they start as a person would in a terminal.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { TestedDlv } from './delveClient.ts';

/** Milliseconds for a program to print what is waited for, on a loaded machine. */
const PATIENCE = 40_000;

/** Builds the package of a folder for debugging, with the Go that belongs to a dlv; the binary. */
export function build(folder: string, { env }: TestedDlv, { name = 'program', flags = ['-gcflags=all=-N -l'], more = {} }: { name?: string; flags?: readonly string[]; more?: Record<string, string> } = {}): string {
  const output = path.join(folder, name);
  const { status, stderr } = spawnSync('go', ['build', ...flags, '-o', output, '.'], { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env, ...more } });
  assert.equal(status, 0, stderr);
  return output;
}

/** A program of a test, which ends with it. */
export class Background {
  text = '';
  readonly ended: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => void (this.text += text));
    this.ended = new Promise((resolve) => child.once('close', resolve));
  }

  static start(program: string, args: readonly string[], options: { cwd?: string; env?: Readonly<Record<string, string>> } = {}): Background {
    return new Background(spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The first match in what it prints. */
  async prints(wanted: RegExp, from = 0): Promise<RegExpExecArray> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const match = wanted.exec(this.text.slice(from));
      if (match) return match;
      assert.ok(Date.now() < deadline && this.isRunning, `${wanted} was not printed, but:\n${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(): Promise<void> {
    if (this.isRunning) this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Runs a test beside a program, and ends that. */
export async function beside<T>(program: Background, test: (program: Background) => Promise<T>): Promise<T> {
  try {
    return await test(program);
  } finally {
    await program.end();
  }
}

/** A dlv that listens, as a person starts one: `dlv exec ./program --headless`; its port. */
export async function listening({ dlv, env }: TestedDlv, args: readonly string[], cwd: string, test: (port: number, server: Background) => Promise<void>): Promise<void> {
  await beside(Background.start(dlv, [...args, '--listen=127.0.0.1:0'], { cwd, env }), async (server) => {
    const port = Number((await server.prints(/listening at: .*:(\d+)/))[1]);
    await test(port, server);
  });
}
