// Entries of launch.json as targets.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { parseEnvFile } from '../../src/profilers/envFile.ts';
import { forPlatform, isProfilable, launchTarget } from '../../src/profilers/launchConfigurations.ts';
import { ProblemError } from '../../src/profilers/problem.ts';
import type { Target } from '../../src/profilers/target.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline launch '));
  for (const name of ['app.py', 'sub/inner.py', 'pack/__main__.py', 'cmd/tool/main.go', 'cmd/tool/a.go', 'cmd/tool/tool_test.go', 'bin/tool', 'bin/prog']) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), '');
  }
  writeFileSync(path.join(folder, 'one.env'), 'A=file\nB=file\n');
});
after(() => rmSync(folder, { recursive: true, force: true }));

const target = (entry: object, file?: string): Promise<Target> => {
  const configuration = { name: 'It', request: 'launch', ...entry } as unknown;
  assert.ok(isProfilable(configuration), 'it is not listed');
  return launchTarget(configuration, { folder, file, interpreter: async () => ['chosen-python'] });
};
const codeOf = async (entry: object): Promise<string> => {
  const error: unknown = await target(entry).then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof ProblemError, `no problem: ${String(error)}`);
  return error.problem.code;
};
const at = (name: string) => path.join(folder, name);

describe('launch configurations that are listed', () => {
  const launch = (more: object) => isProfilable({ name: 'x', request: 'launch', ...more });
  it('are those that start a Python, Go or native program', () => {
    for (const type of ['python', 'debugpy', 'pdb', 'go', 'delve', 'cppdbg', 'lldb', 'lldb-dap']) assert.equal(launch({ type, program: 'p' }), true, type);
    assert.equal(launch({ type: 'python', module: 'm' }), true);
    assert.equal(launch({ type: 'debugpy', purpose: ['debug-test'] }), true);
  });
  it('are no others', () => {
    for (const type of ['node', 'pwa-node', 'chrome', 'cppvsdbg', 'toString', 'constructor']) assert.equal(launch({ type, program: 'p' }), false, type);
    assert.equal(isProfilable({ name: 'x', type: 'python', request: 'attach', program: 'p' }), false);
    assert.equal(launch({ type: 'go', program: 'p', mode: 'replay' }), false);
    assert.equal(launch({ type: 'cppdbg', program: 'p', coreDumpPath: 'core' }), false);
    assert.equal(launch({ type: 'lldb', cargo: {} }), false);
    for (const nothing of [undefined, null, 3, 'x', [], { compounds: [] }]) assert.equal(isProfilable(nothing), false);
  });
});

describe('launch configurations as targets', () => {
  it('takes the section of this system', () => {
    const all = { name: 'x', type: 'cppdbg', request: 'launch', program: 'p', linux: { program: 'l', args: ['1'] }, osx: { program: 'o' }, windows: { program: 'w' } };
    assert.deepEqual(forPlatform(all, 'linux'), { name: 'x', type: 'cppdbg', request: 'launch', program: 'l', args: ['1'] });
    assert.equal(forPlatform(all, 'darwin').program, 'o');
    assert.equal(forPlatform(all, 'win32').program, 'w');
    assert.equal(forPlatform(all, 'freebsd').program, 'p');
  });

  it('Python: program, arguments, directory and environment', async () => {
    assert.deepEqual(await target({
      type: 'debugpy', program: at('app.py'), args: ['--x', '1 2'], cwd: at('sub'), envFile: at('one.env'), env: { B: 'own', N: 3, GONE: null }, pythonArgs: ['-u'], console: 'externalTerminal',
    }), {
      language: 'python', title: 'It', file: at('app.py'), args: ['--x', '1 2'], cwd: at('sub'), env: { A: 'file', B: 'own', N: '3', GONE: '' }, interpreter: ['chosen-python', '-u'],
    });
  });

  it('Python: a program is seen from its directory, arguments may be a line', async () => {
    const { file, args, cwd } = await target({ type: 'python', program: 'inner.py', cwd: 'sub', args: 'a "b c"' });
    assert.deepEqual({ file, args, cwd }, { file: at('sub/inner.py'), args: ['a', 'b c'], cwd: at('sub') });
  });

  it('Python: the interpreter it names', async () => {
    assert.deepEqual((await target({ type: 'python', program: 'app.py', python: ['/p', '-X', 'dev'] })).interpreter, ['/p', '-X', 'dev']);
    assert.deepEqual((await target({ type: 'python', program: 'app.py', pythonPath: '/with blank/python' })).interpreter, ['/with blank/python']);
  });

  it('Python: modules and tests', async () => {
    const pack = await target({ type: 'debugpy', module: 'pack', args: ['z'] });
    assert.deepEqual([pack.kind, pack.module, pack.file, pack.args], ['module', 'pack', at('pack/__main__.py'), ['z']]);
    assert.equal((await target({ type: 'debugpy', module: 'http.server' })).file, '');
    const tests = await target({ type: 'debugpy', module: 'pytest', args: ['-k', 'x'] });
    assert.deepEqual([tests.kind, tests.module], ['test', 'pytest']);
    const template = await target({ type: 'debugpy', purpose: ['debug-test'], args: ['-q'] }, at('app.py'));
    assert.deepEqual([template.kind, template.module, template.file, template.args], ['test', 'pytest', at('app.py'), [at('app.py'), '-q']]);
  });

  it('Go: packages, files, flags and modes', async () => {
    const tool = await target({ type: 'go', program: './cmd/tool', args: ['-n'], buildFlags: '-tags "a b" -race', env: { G: '1' } });
    assert.deepEqual(tool, { language: 'go', title: 'It', file: at('cmd/tool/main.go'), args: ['-n'], cwd: at('cmd/tool'), env: { G: '1' }, buildFlags: ['-tags', 'a b', '-race'] });
    const file = await target({ type: 'go', mode: 'debug', program: at('cmd/tool/a.go'), cwd: folder, buildFlags: ['-x'] });
    assert.deepEqual([file.file, file.cwd, file.buildFlags], [at('cmd/tool/a.go'), folder, ['-x']]);
    const tagged = await target({ type: 'delve', mode: 'debug', program: 'cmd/tool', buildFlags: ['-x'], tags: 'a,b c', race: true });
    assert.deepEqual(tagged.buildFlags, ['-x', '-tags=a,b,c', '-race']);
    const built = await target({ type: 'go', mode: 'exec', program: 'bin/tool' });
    assert.deepEqual([built.language, built.program, built.file], ['go', at('bin/tool'), at('bin/tool')]);
  });

  it('Go: tests, with the patterns of their arguments', async () => {
    const tests = await target({ type: 'go', mode: 'test', program: 'cmd/tool', args: ['-test.run', '^TestA$', '-test.v', '-test.bench=.'] });
    assert.deepEqual([tests.kind, tests.file, tests.args, tests.goTest], ['test', at('cmd/tool/tool_test.go'), ['-test.v'], { run: '^TestA$', bench: '.' }]);
    const named = await target({ type: 'delve', mode: 'test', program: 'cmd/tool', run: '^TestA$/^one$', bench: 'B' });
    assert.deepEqual([named.args, named.goTest], [[], { run: '^TestA$/^one$', bench: 'B' }]);
    assert.deepEqual((await target({ type: 'delve', mode: 'test', program: 'cmd/tool', run: 'TestA', args: '-test.run=TestB' })).goTest, { run: 'TestB', bench: '' });
    const auto = await target({ type: 'go', mode: 'auto', program: at('cmd/tool/tool_test.go') });
    assert.deepEqual([auto.kind, auto.goTest], ['test', undefined]);
  });

  it('native: program, arguments and the three forms of an environment', async () => {
    assert.deepEqual(await target({ type: 'cppdbg', program: 'bin/prog', args: ['a'], cwd: at('sub'), environment: [{ name: 'E', value: '1' }, { name: 'F' }], MIMode: 'gdb' }), {
      language: 'native', title: 'It', file: at('bin/prog'), program: at('bin/prog'), args: ['a'], cwd: at('sub'), env: { E: '1', F: '' },
    });
    const lldb = await target({ type: 'lldb', program: 'bin/prog', args: 'x "y z"', env: { E: '2' } });
    assert.deepEqual([lldb.args, lldb.env, lldb.cwd], [['x', 'y z'], { E: '2' }, folder]);
    assert.deepEqual((await target({ type: 'lldb-dap', program: 'bin/prog', env: ['E=a=b', 'nothing'] })).env, { E: 'a=b' });
  });

  it('a task that runs first may make the program', async () => {
    const made = await target({ type: 'cppdbg', program: 'bin/later', preLaunchTask: 'build it' });
    assert.deepEqual([made.program, made.tasksBefore], [at('bin/later'), ['build it']]);
    assert.equal(await codeOf({ type: 'cppdbg', program: 'bin/later' }), 'launch-no-file');
    assert.equal(await codeOf({ type: 'cppdbg', program: 'bin/later', preLaunchTask: { type: 'npm', script: 'x' } }), 'launch-task-form');
  });

  it('says what is missing', async () => {
    assert.equal(await codeOf({ type: 'python', program: 'not-there.py' }), 'launch-no-file');
    assert.equal(await codeOf({ type: 'python', program: '' }), 'launch-no-program');
    assert.equal(await codeOf({ type: 'debugpy', purpose: ['debug-test'] }), 'launch-no-program');
    assert.equal(await codeOf({ type: 'go', program: 'sub' }), 'launch-no-go');
    assert.equal(await codeOf({ type: 'go', program: 'cmd/tool', envFile: 'none.env' }), 'launch-no-env-file');
    assert.deepEqual((await target({ type: 'debugpy', program: 'app.py', envFile: at('.env') })).env, {});
  });
});

describe('parseEnvFile', () => {
  it('reads names, quotes and comments, and passes over the rest', () => {
    assert.deepEqual(parseEnvFile('# c\nA=1\r\nexport B = two words # note\nC="x # y\\nz" # note\nD=\'$A\\n\'\nE=\nnot a line\n=x\nF=a#b\nG= # nothing\n'), {
      A: '1', B: 'two words', C: 'x # y\nz', D: '$A\\n', E: '', F: 'a#b', G: '',
    });
  });
});
