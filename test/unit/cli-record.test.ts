// heatline record, profilers and doctor, as built, with the real tools.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertShape, CLI, heatline, json, type Shape } from '../cliProgram.ts';
import { needsTool } from '../tools.ts';

const RECORDED: Shape = {
  profile: 'string', profiler: 'string', files: ['string'], exitCode: 'number|null', seconds: 'number', signal: 'string|null', stopped: 'boolean', warnings: ['string'],
};
const ABILITY: Shape = { id: 'string', label: 'string', question: 'string', cost: 'string', suits: 'boolean', usable: 'boolean' };
const PROBLEM: Shape = { code: 'string', message: 'string', why: 'string', commands: ['string'] };

interface Recorded { readonly profile: string; readonly profiler: string; readonly files: readonly string[]; readonly exitCode: number | null; readonly seconds: number }
interface Ability { readonly id: string; readonly suits: boolean; readonly usable: boolean; readonly problem: { readonly message: string; readonly commands: readonly string[] } | null }

const BUSY = 'import sys, time\ndef spin(seconds):\n    end = time.process_time() + seconds\n    while time.process_time() < end:\n        sum(range(1000))\nprint("began", flush=True)\nspin(float(sys.argv[1]))\nsys.exit(int(sys.argv[2]))\n';

describe('heatline record', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-record-'));
    writeFileSync(path.join(folder, 'busy.py'), BUSY);
    copyFileSync(fileURLToPath(new URL('../fixtures/src/calls.c', import.meta.url)), path.join(folder, 'calls.c'));
    copyFileSync(fileURLToPath(new URL('../fixtures/src/mix.h', import.meta.url)), path.join(folder, 'mix.h'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const topOf = (profile: string, by = 'self') => json<{ functions: { name: string; self: number; total: number }[]; total: number }>(['top', profile, '--by', by]);

  /** Records in the folder; it must succeed. */
  function recorded(profiler: string, ...command: string[]): Recorded {
    const { code, stdout, stderr } = heatline(['record', '--profiler', profiler, '-o', 'runs', '--json', '--', ...command], { cwd: folder });
    assert.equal(code, 0, stderr);
    const run = JSON.parse(stdout) as Recorded;
    assertShape(run, RECORDED);
    return run;
  }

  for (const profiler of ['python-sample', 'python-cprofile']) {
    it(`${profiler}: the hot function, and the program's output apart from the JSON`, function () {
      needsTool(this, 'python3');
      const words = ['record', '--profiler', profiler, '-o', 'runs', '--json', '--', 'busy.py', '0.4', '0'];
      const { code, stdout, stderr } = heatline(words, { cwd: folder });
      assert.equal(code, 0, stderr);
      const run = JSON.parse(stdout) as Recorded;
      assertShape(run, RECORDED);
      assert.deepEqual([run.profiler, run.exitCode], [profiler, 0]);
      assert.match(stderr, /^began$/m);
      assert.ok(run.seconds >= 0.4 && run.files.every((file) => existsSync(file)));
      const { functions, total } = topOf(run.profile, 'total');
      const spin = functions.find(({ name }) => name === 'spin');
      assert.ok(spin && spin.total > total * 0.6, JSON.stringify(functions));
    });
  }

  it('keeps the profile of a program that fails, with exit code 1', function () {
    needsTool(this, 'python3');
    const { code, stdout } = heatline(['record', '--json', '--', 'busy.py', '0.1', '3'], { cwd: folder });
    assert.equal(code, 1);
    const run = JSON.parse(stdout) as Recorded;
    assert.equal(run.exitCode, 3);
    assert.ok(topOf(run.profile).total > 0);
  });

  for (const profiler of ['callgrind', 'perf']) {
    it(`${profiler}: builds a C file and finds its hot function`, function () {
      needsTool(this, 'gcc', profiler === 'perf' ? 'perf' : 'valgrind');
      const run = recorded(profiler, 'calls.c', profiler === 'perf' ? '300000' : '100');
      const { functions, total } = topOf(run.profile, 'total');
      assert.ok(functions.some(({ name, total: own }) => /^(fib|spin|work)/.test(name) && own > total * 0.3), JSON.stringify(functions.slice(0, 8)));
    });
  }

  it('ends at Ctrl-C with the profile so far, and leaves nothing running', async function () {
    needsTool(this, 'python3');
    const child = spawn(process.execPath, [CLI, 'record', '--json', '--', 'busy.py', '600', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await new Promise<void>((resolve) => child.stderr.on('data', (chunk: Buffer) => chunk.toString().includes('began') && resolve()));
    await new Promise((resolve) => setTimeout(resolve, 700));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 0, out);
    const run = JSON.parse(out) as Recorded & { stopped: boolean };
    assert.equal(run.stopped, true);
    assert.ok(topOf(run.profile).total > 0);
  });

  it('says what is missing, and the command that mends it, with exit code 2', function () {
    needsTool(this, 'gcc');
    const tools = path.join(folder, 'tools');
    const program = path.join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\n');
    chmodSync(program, 0o755);
    const { code, stderr, stdout } = heatline(['record', '--profiler', 'perf', '--', program], { cwd: folder, env: { ...process.env, PATH: tools } });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^perf was not found\./m);
    if (process.platform === 'linux' && existsSync('/etc/debian_version')) assert.match(stderr, /mend it with: .*apt-get install/);
  });

  it('shows what the compiler says, with exit code 2', function () {
    needsTool(this, 'gcc', 'valgrind');
    writeFileSync(path.join(folder, 'broken.c'), 'int main(void) { return undefined_name; }\n');
    const { code, stderr } = heatline(['record', '--profiler', 'callgrind', '--', 'broken.c'], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, /broken\.c:1: .*undefined_name/);
  });

  it('refuses profilers that do not apply, and targets that are not there', () => {
    const wrong = heatline(['record', '--profiler', 'python-sample', '--', 'calls.c'], { cwd: folder });
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /python-sample does not apply to calls\.c\. These do: perf, perf-wall, callgrind, /);
    const missing = heatline(['record', '--', 'no-such-program'], { cwd: folder });
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /no-such-program was not found/);
  });

  it('heatline profilers lists what applies, the best first', () => {
    const { profilers, target } = json<{ profilers: readonly Ability[]; target: { language: string } }>(['profilers', 'busy.py'], { cwd: folder });
    assert.equal(target.language, 'python');
    assert.equal(profilers[0].id, 'python-sample');
    for (const { problem, ...rest } of profilers) {
      assertShape(rest, ABILITY);
      if (problem) assertShape(problem, PROBLEM);
      assert.equal(rest.usable, problem === null);
    }
    const ids = profilers.filter(({ suits }) => suits).map(({ id }) => id);
    assert.deepEqual(ids.slice(0, 2), ['python-sample', 'python-cprofile']);
    for (const id of ['python-sample', 'python-cprofile', 'memory', 'strace']) assert.ok(ids.includes(id), `${id} is missing: ${ids.join()}`);
  });

  it('heatline doctor names each tool, and for a missing one the way to get it', () => {
    const report = json<{ tools: readonly { name: string; path: string | null; install: string | null }[]; profilers: readonly Ability[]; system: unknown }>(
      ['doctor'], { env: { ...process.env, PATH: path.join(folder, 'tools'), HOME: folder, GOBIN: '', GOPATH: '' } });
    assertShape(report.system, { platform: 'string', arch: 'string', node: 'string', perfEventParanoid: 'number|null', perf: 'object|null' });
    assertShape(report.tools, [{ name: 'string', use: 'string', path: 'string|null', version: 'string|null', install: 'string|null' }]);
    assert.ok(report.tools.every(({ path: found }) => found === null), 'with an empty PATH nothing is found');
    // What needs no tool can run: gperftools is a library.
    const withTools = report.profilers.filter(({ id }) => id !== 'memory' && id !== 'go-service' && id !== 'gperftools');
    assert.ok(withTools.every(({ usable, problem }) => !usable && problem !== null && problem.message !== ''));
    const here = json<{ tools: readonly { name: string; path: string | null; version: string | null }[] }>(['doctor']);
    for (const { path: found, version } of here.tools) if (found !== null) assert.match(version ?? '', /\d/);
  });
});
