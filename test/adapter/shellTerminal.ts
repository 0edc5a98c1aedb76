// A terminal as VS Code has them: a shell on a pseudo terminal, which is typed the command, and of which only the shell's number is told.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** Milliseconds for something to be printed on a loaded machine. */
const PATIENCE = 40_000;
/** Says the shell's number, then carries what is typed and printed. */
const CARRIER = `
import os, pty, select, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp('bash', ['bash', '--norc', '--noprofile'])
os.write(1, b'%d\\n' % pid)
while True:
    ready, _, _ = select.select([0, fd], [], [])
    for source, target in ((0, fd), (fd, 1)):
        if source in ready:
            try:
                data = os.read(source, 65536)
            except OSError:
                data = b''
            if not data:
                sys.exit(0)
            os.write(target, data)
`;

export class ShellTerminal {
  text = '';
  readonly #carrier: ChildProcess = spawn('python3', ['-c', CARRIER], { stdio: ['pipe', 'pipe', 'inherit'] });
  #shell = 0;

  private constructor() {
    this.#carrier.stdout?.setEncoding('utf8').on('data', (text: string) => void (this.text += text));
    this.#carrier.stdin?.on('error', () => undefined);
  }

  /** Opens one for a test, and closes it behind. */
  static async during<T>(test: (terminal: ShellTerminal) => Promise<T>): Promise<T> {
    const terminal = new ShellTerminal();
    try {
      terminal.#shell = Number((await terminal.waitFor(/^(\d+)\r?\n/))[1]);
      return await test(terminal);
    } finally {
      terminal.#carrier.kill('SIGKILL');
    }
  }

  /** What a client does for runInTerminal. */
  readonly run = async ({ args, cwd, env = {} }: DebugProtocol.RunInTerminalRequestArguments): Promise<DebugProtocol.RunInTerminalResponse['body']> => {
    const variables = Object.entries(env).flatMap(([name, value]) => (value === null ? ['-u', name] : []));
    const set = Object.entries(env).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
    this.type(`cd ${quoted(cwd)} && ${['env', ...variables, ...set, ...args].map(quoted).join(' ')}\n`);
    return { shellProcessId: this.#shell };
  };

  type(text: string): void {
    this.#carrier.stdin?.write(text);
  }

  async waitFor(wanted: RegExp): Promise<RegExpExecArray> {
    for (const until = Date.now() + PATIENCE; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const match = wanted.exec(this.text);
      if (match) return match;
      assert.ok(Date.now() < until, `the terminal did not show ${wanted}, but:\n${this.text}`);
    }
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll('\'', '\'\\\'\'')}'`;
}
