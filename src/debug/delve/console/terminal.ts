import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** The command that we add to the terminal. It says its argument on stdout and on stderr: what was printed before is the answer of the command before it. */
export const MARK = 'heatline_end';
const SCRIPT = `def command_${MARK}(args):\n    print(args)\n    fail(args)\n`;
/** A question of dlv to its person, or the prompt of its Starlark interpreter: the next line is an answer, not a command. */
const QUESTION = /(?:\[[Yy]\/[Nn]\] ?\??|skipping all breakpoints\?|\[p\/q\]\?|^>>>|^\.\.\.) ?$/m;
/** Milliseconds without output after which an unfinished last line is looked at as a prompt. */
const QUIET = 300;
/** Bytes of one answer that are kept; more is not read by anybody, and the console must not choke on it. */
const LARGEST = 4 << 20;

/** What the terminal printed for a line. */
export interface Answer {
  readonly text: string;
  /** dlv wants to be told something before it goes on. */
  readonly asks: boolean;
  /** dlv said that the command failed, or that the program has ended. */
  readonly failed: boolean;
}

export interface TerminalOrder {
  readonly dlv: string;
  readonly address: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly colours: boolean;
}

/**
 * dlv's own terminal (`dlv connect`) in pipes, as a client of a headless server. One line at a time.
 * It halts a running program when it starts: start it while the program is stopped.
 */
export class DlvTerminal {
  /** Whether it can still take a line. */
  isOpen = true;
  #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #out = '';
  #error = '';
  #prompt = '(dlv) ';
  #look: () => void = () => undefined;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(order: TerminalOrder) {
    const env = { ...order.env, TERM: order.colours ? 'xterm-256color' : 'dumb' };
    const child = (this.#child = spawn(order.dlv, ['connect', order.address], { cwd: order.cwd, env, stdio: ['pipe', 'pipe', 'pipe'] }));
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#out = keep(this.#out, text);
      this.#look();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#error = keep(this.#error, text);
      this.#look();
    });
    const over = () => {
      this.isOpen = false;
      this.#look();
    };
    child.once('error', over).once('close', over);
  }

  /** Starts it. @throws Error with dlv's words when it cannot connect */
  static async start(order: TerminalOrder): Promise<DlvTerminal> {
    const terminal = new DlvTerminal(order);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-dlv-'));
    try {
      const script = path.join(folder, 'console.star');
      await writeFile(script, SCRIPT);
      await terminal.#greeted();
      const { text } = await terminal.run(`source ${script}`);
      if (!terminal.isOpen) throw new Error(text || 'dlv connect has ended.');
      return terminal;
    } catch (error) {
      terminal.kill();
      throw error;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Hands a line to dlv; resolves when it has answered, or asks. An ended terminal answers with its last words. */
  run(line: string): Promise<Answer> {
    const answer = this.#last.then(() => this.#ask(line));
    this.#last = answer;
    return answer;
  }

  kill(): void {
    // Not by the end of its stdin: it would ask, and then end the server.
    this.#child.kill('SIGKILL');
  }

  /** Until the first prompt, which is also how we learn what prompts look like here. */
  async #greeted(): Promise<void> {
    await this.#until(() => this.#out.includes('\n') && !this.#out.endsWith('\n'));
    this.#prompt = this.#out.slice(this.#out.lastIndexOf('\n') + 1);
    this.#out = '';
  }

  async #ask(line: string): Promise<Answer> {
    this.#error = '';
    if (!this.isOpen) return { text: '', asks: false, failed: true };
    this.#child.stdin.write(`${line.replace(/[\r\n]+/g, ' ')}\n`);
    await this.#until(() => this.#out.endsWith(this.#prompt) || QUESTION.test(this.#lastLine()), true);
    if (this.isOpen && !this.#out.endsWith(this.#prompt) && QUESTION.test(this.#lastLine())) return this.#taken(this.#out, this.#error, true);
    // What looks like a prompt may be a value that was printed. Only our own command, with a word that nobody can know, says that the answer is complete.
    const word = randomBytes(12).toString('hex');
    this.#child.stdin.write(`${MARK} ${word}\n`);
    const last = `${word}\n`;
    await this.#until(() => this.#out.includes(last) && !this.#out.endsWith('\n') && this.#error.includes(last));
    if (!this.isOpen) return this.#taken(this.#out, this.#error, false);
    const at = this.#out.indexOf(last);
    const prompt = this.#out.slice(at + last.length);
    const before = this.#out.slice(0, at);
    this.#prompt = prompt;
    const said = this.#error.slice(0, this.#error.indexOf(last));
    return this.#taken(before.endsWith(prompt) ? before.slice(0, -prompt.length) : before, said.slice(0, Math.max(0, said.lastIndexOf('Command failed: '))), false);
  }

  #taken(out: string, error: string, asks: boolean): Answer {
    this.#out = this.#error = '';
    return { text: asks ? error + out : out + error, asks, failed: error !== '' };
  }

  #lastLine(): string {
    return this.#out.slice(this.#out.lastIndexOf('\n') + 1);
  }

  /** Waits for something that output makes true, or for the end; with `quiet` also until an unfinished line has stood for a while. */
  #until(holds: () => boolean, quiet = false): Promise<void> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const look = () => {
        clearTimeout(timer);
        if (holds() || !this.isOpen) {
          this.#look = () => undefined;
          resolve();
        } else if (quiet && this.#lastLine() !== '') {
          timer = setTimeout(() => {
            this.#look = () => undefined;
            resolve();
          }, QUIET);
        }
      };
      this.#look = look;
      look();
    });
  }
}

function keep(before: string, text: string): string {
  const all = before + text;
  return all.length > LARGEST ? all.slice(0, LARGEST >> 1) + all.slice(-(LARGEST >> 1)) : all;
}
