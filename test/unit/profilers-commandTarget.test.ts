// What a person types, as a target; shell lines; addresses; the words of tasks.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { commandTarget } from '../../src/profilers/commandTarget.ts';
import { findProgram, runProcess } from '../../src/profilers/process.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import { plainWords, shellCommand, shellWord } from '../../src/profilers/shellLine.ts';
import { taskWords } from '../../src/profilers/taskDefinition.ts';
import { needsTool } from '../tools.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline command '));
  for (const [name, content] of [['x.py', ''], ['m.py', ''], ['x.c', ''], ['run', '#!/bin/sh -e\n'], ['python', '#!/bin/sh\n']]) {
    writeFileSync(path.join(folder, name), content);
    chmodSync(path.join(folder, name), 0o755);
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('commandTarget', () => {
  const at = (name: string) => path.join(folder, name);

  it('takes files seen from the directory', async () => {
    assert.deepEqual(await commandTarget(['x.c', '-v', 'a b'], { cwd: folder, env: { E: '1' } }), { language: 'c', file: at('x.c'), args: ['-v', 'a b'], cwd: folder, env: { E: '1' } });
    assert.deepEqual(await commandTarget(['./run'], { cwd: folder }), { language: 'script', interpreter: ['/bin/sh', '-e'], file: at('run'), args: [], cwd: folder, env: {} });
    const { language, interpreter, file } = await commandTarget(['./x.py'], { cwd: folder, python: ['mine'] });
    assert.deepEqual([language, interpreter, file], ['python', ['mine'], at('x.py')]);
    assert.equal((await commandTarget(['x.py'], { cwd: folder })).interpreter, undefined);
  });

  it('takes programs on PATH', async () => {
    const { file, language, args } = await commandTarget(['sh', '-c', 'true'], { cwd: folder });
    assert.equal(file, await findProgram('sh'));
    assert.deepEqual([language, args], ['native', ['-c', 'true']]);
  });

  it('takes the Python program behind its interpreter', async function () {
    needsTool(this, 'python3');
    const python = (await findProgram('python3'))!;
    assert.deepEqual(await commandTarget(['python3', '-u', '-X', 'dev', 'x.py', '-a'], { cwd: folder }), {
      language: 'python', file: at('x.py'), args: ['-a'], interpreter: [python, '-u', '-X', 'dev'], cwd: folder, env: {},
    });
    assert.deepEqual(await commandTarget(['python3', '-m', 'm', '1'], { cwd: folder }), {
      language: 'python', kind: 'module', module: 'm', file: at('m.py'), args: ['1'], interpreter: [python], cwd: folder, env: {},
    });
    assert.equal((await commandTarget(['python3', '-m', 'pytest', '-q'], { cwd: folder })).kind, 'test');
    // An interpreter that runs no file is a program like any other.
    assert.notEqual((await commandTarget(['python3', '-c', 'pass'], { cwd: folder })).kind, 'module');
    assert.deepEqual((await commandTarget(['python3', '-c', 'pass'], { cwd: folder })).args, ['-c', 'pass']);
  });

  it('says what was not found', async () => {
    await assert.rejects(commandTarget(['no-such-program-here'], { cwd: folder }), (error) => error instanceof ProblemError && error.problem.code === 'no-target');
  });
});

describe('shell lines', () => {
  it('need no shell when they are plain words', () => {
    assert.deepEqual(plainWords('python3 x.py "a b" \'c\''), ['python3', 'x.py', 'a b', 'c']);
    for (const line of ['a | b', 'a && b', 'ls *.py', 'echo $HOME', 'a > b', '(a)', 'X=1 a', '~/a', 'a; b', 'a "b', '', 'a `b`', 'a #b', 'a\nb', 'a\\ b']) assert.equal(plainWords(line), undefined, line);
  });

  it('are one argument of the shell', async () => {
    assert.deepEqual(shellCommand('/bin/bash', 'a | b'), ['/bin/bash', '-c', 'a | b']);
    assert.deepEqual(shellCommand('C:\\x\\cmd.exe'.replaceAll('\\', '/'), 'a'), ['C:/x/cmd.exe', '/d', '/c', 'a']);
    assert.deepEqual(shellCommand('/usr/bin/pwsh', 'a'), ['/usr/bin/pwsh', '-Command', 'a']);
    assert.deepEqual(shellCommand('/bin/bash', 'a', ['-l', '-c']), ['/bin/bash', '-l', '-c', 'a']);
    const [shell, ...args] = shellCommand('/bin/sh', ['printf', '%s,', shellWord("it's a"), shellWord('b'), shellWord('')].join(' '));
    assert.equal((await runProcess(shell, args)).stdout, "it's a,b,,");
  });
});

describe('taskWords', () => {
  it('puts each text in a word of its own', () => {
    assert.deepEqual(taskWords({
      type: 'heatline', program: '${file}', args: ['a b', '${input:x}'], profiler: 'perf', cwd: '${fileDirname}', env: { A: '1=2' }, options: { 'perf.frequency': 99, 'x.list': ['a', 'b'] },
    }, { folder: '/f', runs: '/runs', python: '/py' }), [
      '--output=/runs', '--cwd=${fileDirname}', '--profiler=perf', '--python=/py', '--env=A=1=2', '--set=perf.frequency=99', '--set=x.list=["a","b"]', '--', '${file}', 'a b', '${input:x}',
    ]);
    assert.deepEqual(taskWords({ type: 'heatline', pid: 7 }, { folder: '/f', runs: '/r' }), ['--output=/r', '--cwd=/f', '--pid=7', '--']);
  });
});
