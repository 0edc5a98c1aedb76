// Runs the terminal program as built, and checks the forms of what it prints.
import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A call graph with recursion, whose total is 5347 instructions. */
export const CALLS = fixture('callgrind/calls.out');

/** Nothing that these tests run takes longer. */
const LONGEST = 60_000;

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** `heatline ARGS` to its end. */
export function heatline(args: readonly string[], options: RunOptions = {}): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    encoding: 'utf8', timeout: LONGEST, maxBuffer: 1 << 28, cwd: options.cwd, input: options.input ?? '', env: { ...process.env, ...options.env },
  });
  return { code: status, stdout, stderr };
}

/** The JSON that `heatline ARGS --json` prints; anything but exit code 0 and one line of JSON fails. */
export function jsonOf<T>(args: readonly string[], options: RunOptions = {}): T {
  const { code, stdout, stderr } = heatline([...args, '--json'], options);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\{.*\}\n$/, 'one object on one line');
  return JSON.parse(stdout) as T;
}

/** A run that is under way. */
export class Running {
  private readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  private readonly ended: Promise<number | null>;

  constructor(args: readonly string[], cwd: string) {
    this.child = spawn(process.execPath, [CLI, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Waits until the program has said this; fails after half a minute. */
  async says(word: string): Promise<void> {
    const deadline = Date.now() + LONGEST / 2;
    while (!(this.stdout + this.stderr).includes(word)) {
      assert.ok(Date.now() < deadline && this.child.exitCode === null, `no ${word} in ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The exit code; kills the program when it has none after half a minute. */
  async end(): Promise<number | null> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), LONGEST / 2);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }
}

/** The form of a JSON value: a type's name (`number?` may be null), `[form]` for a list of such, or an object with exactly these fields. */
export type Form = string | readonly [Form] | { readonly [field: string]: Form };

/** Fails unless the value has exactly this form: no field missing, none more, no number that is not finite. */
export function assertForm(value: unknown, form: Form, place = 'the output'): void {
  if (typeof form === 'string') {
    if (form.endsWith('?') && value === null) return;
    assert.equal(typeof value, form.replace('?', ''), `${place} is ${JSON.stringify(value)}`);
    if (typeof value === 'number') assert.ok(Number.isFinite(value), place);
  } else if (isList(form)) {
    assert.ok(Array.isArray(value), `${place} is no list`);
    value.forEach((each, at) => assertForm(each, form[0], `${place}[${at}]`));
  } else {
    assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), `${place} is no object`);
    assert.deepEqual(Object.keys(value).sort(), Object.keys(form).sort(), `fields of ${place}`);
    for (const [field, inner] of Object.entries(form)) assertForm((value as Record<string, unknown>)[field], inner, `${place}.${field}`);
  }
}

function isList(form: Form): form is readonly [Form] {
  return Array.isArray(form);
}

/** What the JSON of top, lines and edges begins with. */
export const HEAD = {
  format: 'string', events: [{ name: 'string', unit: 'string', total: 'number' }], event: 'string?', total: 'number', estimated: 'boolean', truncated: 'boolean',
  warnings: ['string'],
} as const satisfies Form;
