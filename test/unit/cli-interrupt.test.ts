// heatline record at its edges: input, interrupts, and what cannot be recorded.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { needsTool } from '../tools.ts';
import { CLI, heatline, json, type Outcome } from '../cliProgram.ts';

let folder = '';
let env: NodeJS.ProcessEnv = {};
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-record-'));
  env = { ...process.env, XDG_CACHE_HOME: path.join(folder, 'cache') };
});
after(() => rmSync(folder, { recursive: true, force: true }));

interface Recorded {
  readonly profile: string;
  readonly profiler: string;
  readonly files: readonly string[];
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly signal: string | null;
  readonly stopped: boolean;
}

function program(name: string, content: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** Busy for a part of a second, with a recognisable function. */
const BUSY = `
import sys, time
def hot(until):
    total = 0
    while time.time() < until:
        total += sum(range(200))
    return total
print("begun", flush=True)
hot(time.time() + 0.4)
print("args", sys.argv[1:])
`;

function recorded(outcome: Outcome, code = 0): Recorded {
  assert.equal(outcome.code, code, outcome.stderr);
  const report = JSON.parse(outcome.stdout) as Recorded;
  assert.ok(existsSync(report.profile) && path.isAbsolute(report.profile));
  for (const file of report.files) assert.equal(path.dirname(file), path.dirname(report.profile));
  assert.ok(report.files.length > 0 && report.files.every((file) => existsSync(file)));
  return report;
}

const functionNames = (profile: string) => json<{ functions: { name: string }[] }>(['top', profile, '--limit', '1000']).functions.map(({ name }) => name);

/** Nothing here takes longer. */
const LONGEST = 60_000;

/** A run that is under way. */
class Running {
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

describe('heatline record at its edges', function () {
  this.timeout(LONGEST);

  it('passes input and output through, and prints the costliest functions at the end', function () {
    needsTool(this, 'python3');
    const echo = program('echo.py', `import sys, time\nend = time.time() + 0.3\nwhile time.time() < end: pass\nprint("heard", sys.stdin.read().strip())\n`);
    const { code, stdout, stderr } = heatline(['record', '--', 'python3', echo], { cwd: folder, env, input: 'hello\n' });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^heard hello$/m);
    assert.match(stderr, /echo\.py ended after .*\.heatline/);
  });

  it('ends with 2 when nothing could be recorded, and says why', function () {
    needsTool(this, 'cc');
    const broken = heatline(['record', '--', program('broken.c', 'int main(void) { return x; }\n')], { cwd: folder, env });
    assert.deepEqual([broken.code, broken.stdout], [2, '']);
    assert.match(broken.stderr, /broken\.c does not compile/);
    assert.match(broken.stderr, /broken\.c:1:/);
    const text = heatline(['record', '--', program('notes.txt', 'buy milk\n')], { cwd: folder, env });
    assert.equal(text.code, 2);
    assert.match(text.stderr, /not a program/);
    const nowhere = program('a-file', '');
    assert.equal(heatline(['record', '-o', path.join(nowhere, 'runs'), '--', program('busy.py', BUSY)], { cwd: folder, env }).code, 2);
  });

  it('stops the program at the first Ctrl-C and keeps the profile', async function () {
    needsTool(this, 'python3');
    const endless = program('endless.py', BUSY.replace('+ 0.4', '+ 60'));
    const run = new Running(['record', '--json', '-o', path.join(folder, 'stopped'), '--', endless], folder);
    await run.says('begun');
    await new Promise((resolve) => setTimeout(resolve, 500));
    run.signal('SIGINT');
    const report = recorded({ code: await run.end(), stdout: run.stdout, stderr: run.stderr });
    assert.equal(report.stopped, true);
    assert.ok(report.seconds < 20);
    assert.ok(functionNames(report.profile).includes('hot'));
  });

  it('is firmer at the second Ctrl-C with a program that will not end', async function () {
    needsTool(this, 'valgrind');
    const stubborn = program('stubborn.sh', '#!/bin/sh\ntrap "" INT TERM\necho begun\nwhile :; do :; done\n');
    chmodSync(stubborn, 0o755);
    needsTool(this, 'perf');
    const run = new Running(['record', '--profiler', 'perf', '--json', '-o', path.join(folder, 'stubborn'), '--', stubborn], folder);
    await run.says('begun');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const from = Date.now();
    for (let times = 0; times < 4; times++) {
      run.signal('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const code = await run.end();
    // Four attempts at their own pace would take twelve seconds.
    assert.ok(Date.now() - from < 9000, `${Date.now() - from} ms`);
    assert.ok(code === 0 || code === 2, `${code} ${run.stderr}`);
    assert.ok(readdirSync(path.join(folder, 'stubborn')).length === 1, 'the run is kept');
  });
});
