// heatline record, profilers and doctor as built, with the real tools.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { needsTool } from '../tools.ts';
import { assertForm, fixture, heatline, jsonOf, Running, type Outcome } from './cli-run.ts';

let folder = '';
let env: Record<string, string> = {};
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-record-'));
  env = { XDG_CACHE_HOME: path.join(folder, 'cache') };
});
after(() => rmSync(folder, { recursive: true, force: true }));

const FORM = {
  profile: 'string', profiler: 'string', files: ['string'], exitCode: 'number?', seconds: 'number', signal: 'string?', stopped: 'boolean', warnings: ['string'],
} as const;

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
  assertForm(report, FORM);
  assert.ok(existsSync(report.profile) && path.isAbsolute(report.profile));
  for (const file of report.files) assert.equal(path.dirname(file), path.dirname(report.profile));
  assert.ok(report.files.length > 0 && report.files.every((file) => existsSync(file)));
  return report;
}

const functionNames = (profile: string) => jsonOf<{ functions: { name: string }[] }>(['top', profile, '--limit', '1000']).functions.map(({ name }) => name);

describe('heatline record', () => {
  for (const profiler of ['python-sample', 'python-cprofile']) {
    it(`runs a Python file under ${profiler}`, function () {
      needsTool(this, 'python3');
      const args = ['record', '--profiler', profiler, '-o', path.join(folder, 'runs'), '--json', '--', program('busy.py', BUSY), 'x', '--json'];
      const outcome = heatline(args, { cwd: folder, env });
      const report = recorded(outcome);
      assert.deepEqual([report.profiler, report.exitCode, report.signal, report.stopped], [profiler, 0, null, false]);
      assert.ok(report.seconds >= 0.4 && report.seconds < 60);
      assert.match(outcome.stderr, /args \['x', '--json'\]/, 'the program has its own options, and its output is apart from ours');
      assert.ok(functionNames(report.profile).includes('hot'));
    });
  }

  it('counts the instructions of a C file, which it builds', function () {
    needsTool(this, 'valgrind', 'cc');
    const { profile, profiler } = recorded(heatline(['record', '--profiler', 'callgrind', '--json', '--', fixture('src/calls.c')], { cwd: folder, env }));
    assert.equal(profiler, 'callgrind');
    assert.ok(profile.startsWith(path.join(folder, 'heatline-runs')), 'the default place is here');
    assert.ok(functionNames(profile).includes('main'));
  });

  it('samples a C file with perf, with its lines', function () {
    needsTool(this, 'perf', 'cc');
    const busy = program('busy.c', '#include <stdlib.h>\n__attribute__((noinline)) unsigned long spin(unsigned long n) {\n  unsigned long h = 1;\n  for (unsigned long i = 0; i < n; i++)\n    h = h * 31 + i % 7;\n  return h;\n}\nint main(void) { return spin(400000000ul) == 42; }\n');
    const { profile, profiler } = recorded(heatline(['record', '--json', '--', busy], { cwd: folder, env }));
    assert.equal(profiler, 'perf');
    assert.ok(functionNames(profile).includes('spin'));
    const { files } = jsonOf<{ files: { file: string; lines: { line: number }[] }[] }>(['lines', profile, 'busy.c']);
    assert.ok(files[0].lines.some(({ line }) => line === 4 || line === 5));
  });

  it('passes input and output through, and prints the costliest functions at the end', function () {
    needsTool(this, 'python3');
    const echo = program('echo.py', `import sys, time\nend = time.time() + 0.3\nwhile time.time() < end: pass\nprint("heard", sys.stdin.read().strip())\n`);
    const { code, stdout, stderr } = heatline(['record', '--', 'python3', echo], { cwd: folder, env, input: 'hello\n' });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^heard hello$/m);
    assert.match(stderr, /echo\.py ended after .*\.heatline/);
  });

  it('ends with 1 when the program failed, and keeps its profile', function () {
    needsTool(this, 'python3');
    const failing = program('failing.py', `${BUSY}\nsys.exit(7)\n`);
    const report = recorded(heatline(['record', '--json', '--', failing], { cwd: folder, env }), 1);
    assert.deepEqual([report.exitCode, report.stopped], [7, false]);
    assert.ok(functionNames(report.profile).includes('hot'));
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

describe('heatline profilers and doctor', () => {
  const PROFILER = { id: 'string', label: 'string', question: 'string', cost: 'string', suits: 'boolean', usable: 'boolean', problem: 'object?' } as const;
  interface Profilers {
    readonly profilers: readonly { id: string; suits: boolean; usable: boolean; problem: { message: string; commands: string[] } | null }[];
  }

  it('list what there is, for a target the best first', function () {
    needsTool(this, 'python3');
    const all = jsonOf<Profilers>(['profilers']);
    assertForm(all, { target: 'object?', profilers: [PROFILER] });
    for (const id of ['python-sample', 'python-cprofile', 'perf', 'callgrind']) assert.ok(all.profilers.some((each) => each.id === id));
    for (const { usable, problem } of all.profilers) assert.equal(usable, problem === null);
    const python = jsonOf<Profilers>(['profilers', program('busy.py', BUSY)]);
    assertForm(python, { target: { file: 'string', language: 'string' }, profilers: [PROFILER] });
    assert.deepEqual(python.profilers.filter(({ suits }) => suits).map(({ id }) => id), ['python-sample', 'python-cprofile']);
    assert.match(heatline(['profilers']).stdout, /python-sample: Where does the time go/);
  });

  it('say what is missing and the command that mends it', () => {
    const bare = { PATH: path.dirname(process.execPath) === '/usr/bin' ? '/nowhere' : path.dirname(process.execPath) };
    const { profilers } = jsonOf<Profilers>(['profilers'], { env: bare });
    const perf = profilers.find(({ id }) => id === 'perf');
    assert.equal(perf?.usable, false);
    assert.match(perf?.problem?.message ?? '', /perf was not found/);
    const report = jsonOf<{ tools: { name: string; path: string | null; install: string | null }[] }>(['doctor'], { env: bare });
    assertForm(report, {
      system: { platform: 'string', arch: 'string', node: 'string', perfEventParanoid: 'number?' }, profilers: [PROFILER],
      tools: [{ name: 'string', use: 'string', path: 'string?', version: 'string?', install: 'string?' }],
    });
    assert.equal(report.tools.find(({ name }) => name === 'valgrind')?.path, null);
    const { code, stdout } = heatline(['doctor'], { env: bare });
    assert.equal(code, 0);
    assert.match(stdout, /MISSING +valgrind/);
  });

  it('tell where tools are and which version', function () {
    needsTool(this, 'valgrind');
    const { tools } = jsonOf<{ tools: { name: string; path: string | null; version: string | null }[] }>(['doctor']);
    const valgrind = tools.find(({ name }) => name === 'valgrind');
    assert.match(valgrind?.path ?? '', /valgrind$/);
    assert.match(valgrind?.version ?? '', /^valgrind-\d+\.\d+/);
  });
});
