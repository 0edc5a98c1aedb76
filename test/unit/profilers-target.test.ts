// What a file is, what profiles it, and where programs are.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { profilerById, profilersFor, PROFILERS } from '../../src/profilers/index.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import { descendants, findProgram, isRunning, runProcess, sendSignal, waitForEnd } from '../../src/profilers/process.ts';
import { identifyFile, parseShebang } from '../../src/profilers/target.ts';
import { needsTool, skipBecause } from '../tools.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-target-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const place = path.join(folder, name);
  writeFileSync(place, content);
  return place;
}

describe('parseShebang', () => {
  const cases: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['#!/usr/bin/python3\nx', ['/usr/bin/python3']], ['#! /bin/sh -e\r\n', ['/bin/sh', '-e']], ['#!/usr/bin/env python3', ['python3']], ['#!/usr/bin/env -S python3 -u -B', ['python3', '-u', '-B']],
    ['#!/usr/bin/env A=1 B=2 perl -w\n', ['perl', '-w']], ['#!/usr/bin/env', undefined], ['#!', undefined], ['#!   \n#!/bin/sh', undefined], ['', undefined], ['x\n#!/bin/sh', undefined], [' #!/bin/sh', undefined],
  ];
  for (const [head, words] of cases) it(`${JSON.stringify(head)} gives ${JSON.stringify(words)}`, () => assert.deepEqual(parseShebang(head), words));
});

describe('identifyFile', () => {
  it('goes by the extension', async () => {
    const languages = await Promise.all(['a.py', 'a.pyw', 'a.go', 'a.c', 'a.cc', 'a.cpp', 'a.cxx', 'a.C', 'A.PY', 'a.CPP'].map(async (name) => (await identifyFile(file(name, ''))).language));
    assert.deepEqual(languages, ['python', 'python', 'go', 'c', 'cpp', 'cpp', 'cpp', 'cpp', 'python', 'cpp']);
  });

  it('takes the interpreter of a Python script from its first line', async () => {
    assert.deepEqual(await identifyFile(file('tool', '#!/usr/bin/env python3\nprint()\n')), { language: 'python', interpreter: ['python3'] });
    assert.deepEqual(await identifyFile(file('pypy', '#!/opt/pypy3 -O\n')), { language: 'python', interpreter: ['/opt/pypy3', '-O'] });
    assert.deepEqual(await identifyFile(file('tool.py', '#!/usr/bin/python3.9\n')), { language: 'python', interpreter: ['/usr/bin/python3.9'] });
  });

  it('knows executables and scripts by their first bytes', async () => {
    if (process.platform === 'linux' || process.platform === 'darwin') assert.deepEqual(await identifyFile(process.execPath), { language: 'native' });
    assert.deepEqual(await identifyFile(file('run', '#!/bin/bash -e\n')), { language: 'script', interpreter: ['/bin/bash', '-e'] });
  });

  it('asks the editor\'s language for files without a telling name', async () => {
    assert.deepEqual(await identifyFile(file('script', 'print(1)\n'), 'python'), { language: 'python' });
  });

  it('refuses what is no program, and says what to do', async () => {
    for (const [name, id] of [['notes.txt', undefined], ['notes.txt', 'plaintext'], ['empty', undefined], ['mix.h', 'cpp'], ['mix.h', 'c']] as const) {
      await assert.rejects(identifyFile(file(name, name === 'empty' ? '' : 'int x;\n'), id), (error: unknown) => {
        assert.ok(error instanceof ProblemError);
        assert.equal(error.problem.code, 'not-a-program');
        assert.ok(error.message.includes(name) && error.problem.remedies.length > 0);
        return true;
      }, `${name} as ${id}`);
    }
    await assert.rejects(identifyFile(path.join(folder, 'missing')), { code: 'ENOENT' });
  });
});

describe('profilersFor', () => {
  it('lists what applies, the best first', () => {
    const ids = (['python', 'c', 'cpp', 'go', 'native', 'script'] as const).map((language) => profilersFor({ language }).map(({ id }) => id));
    assert.deepEqual(ids, [['python-sample', 'python-cprofile', 'python-memory', 'python-perf'], ['perf', 'callgrind'], ['perf', 'callgrind'], ['perf'], ['perf', 'callgrind'], ['perf']]);
  });

  it('finds each by its id', () => {
    assert.equal(new Set(PROFILERS.map(({ id }) => id)).size, PROFILERS.length);
    for (const profiler of PROFILERS) assert.equal(profilerById(profiler.id), profiler);
    assert.equal(profilerById('gprof'), undefined);
  });
});

describe('findProgram', () => {
  it('looks along PATH, or takes a path as it is', async () => {
    const [one, two] = ['one', 'two'].map((name) => path.join(folder, name));
    for (const place of [one, two]) mkdirSync(place);
    const program = path.join(two, 'tool');
    copyFileSync(process.execPath, program);
    chmodSync(program, 0o755);
    const env = { PATH: ['', path.join(folder, 'none'), one, two].join(path.delimiter) };
    assert.equal(await findProgram('tool', env), program);
    assert.equal(await findProgram(program, { PATH: '' }), program);
    assert.equal(await findProgram('gone', env), undefined);
    writeFileSync(path.join(one, 'text'), 'no program', { mode: 0o644 });
    assert.equal(await findProgram('text', env), undefined);
    // A folder of that name is not the program.
    mkdirSync(path.join(one, 'tool'));
    assert.equal(await findProgram('tool', env), program);
    assert.equal(await findProgram(one), undefined);
    assert.equal(await findProgram('', env), undefined);
  });
});

describe('processes', () => {
  const SLEEP = 'setTimeout(() => {}, 60000)';

  it('run to their end with both outputs', async () => {
    const result = await runProcess(process.execPath, ['-e', 'console.log("out"); console.error("err"); process.exit(7)']);
    assert.deepEqual(result, { code: 7, signal: null, stdout: 'out\n', stderr: 'err\n' });
    await assert.rejects(runProcess(path.join(folder, 'no-program'), []), { code: 'ENOENT' });
    assert.equal((await runProcess(process.execPath, ['-e', SLEEP], { timeout: 300 })).signal, 'SIGTERM');
    await assert.rejects(runProcess(process.execPath, ['-e', SLEEP], { signal: AbortSignal.timeout(200) }), { name: 'AbortError' });
  });

  it('write large output to a file, and keep only so much of it otherwise', async () => {
    const print = ['-e', 'process.stdout.write("x".repeat(3e6))'];
    const stdoutFile = path.join(folder, 'large');
    assert.equal((await runProcess(process.execPath, print, { stdoutFile })).stdout, '');
    assert.equal((await identifySize(stdoutFile)), 3e6);
    assert.ok((await runProcess(process.execPath, print)).stdout.length < 2e6);
    await assert.rejects(runProcess(process.execPath, print, { stdoutFile: path.join(folder, 'none', 'large') }), { code: 'ENOENT' });
  });

  async function identifySize(place: string): Promise<number> {
    return Number((await runProcess(process.execPath, ['-p', `require('fs').statSync(${JSON.stringify(place)}).size`])).stdout);
  }

  async function family(): Promise<{ parent: number; child: number }> {
    const parent = spawn(process.execPath, ['-e', `const c = require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(SLEEP)}]); console.log(c.pid); ${SLEEP}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    return { parent: parent.pid!, child: Number(line.toString()) };
  }

  async function endFamily({ parent, child }: { parent: number; child: number }): Promise<void> {
    for (const pid of [parent, child]) {
      sendSignal(pid, 'SIGKILL');
      assert.equal(await waitForEnd(pid, 5000), true);
    }
  }

  it('are found below another, and seen to end', async function () {
    needsTool(this, 'ps');
    const both = await family();
    try {
      assert.deepEqual(await descendants(both.parent), [both.child]);
      assert.deepEqual(await descendants(both.child), []);
      assert.equal(await isRunning(both.child), true);
      assert.equal(await waitForEnd(both.child, 0), false);
    } finally {
      await endFamily(both);
    }
    assert.equal(await isRunning(both.parent), false);
    assert.equal(sendSignal(2 ** 30, 'SIGTERM'), false);
  });

  it('are found on Linux also where there is no ps', async function () {
    if (process.platform !== 'linux') skipBecause(this, 'needs /proc');
    const both = await family();
    const before = process.env['PATH'];
    try {
      process.env['PATH'] = folder;
      assert.deepEqual(await descendants(both.parent), [both.child]);
    } finally {
      process.env['PATH'] = before;
      await endFamily(both);
    }
  });
});
