// Variables in launch and task configurations.
import assert from 'node:assert/strict';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'mocha';
import { ProblemError } from '../../src/profilers/problem.ts';
import { substitute, type VariableSources } from '../../src/profilers/variables.ts';

const SOURCES: VariableSources = {
  folder: { name: 'app', path: '/repos/app' }, folders: [{ name: 'app', path: '/repos/app' }, { name: 'lib', path: '/repos/lib' }, { name: 'inner', path: '/repos/lib/inner' }],
  file: '/repos/lib/inner/src/my file.test.py', line: 7, selectedText: 'chosen', env: { HOME_OF: 'me' },
  config: (name) => ({ 'a.number': 3, 'a.list': ['x'] })[name], command: async (name) => (name === 'give' ? 'given' : undefined), input: async (id) => (id === 'who' ? 'Ada' : undefined),
};

const problem = async (text: string, sources: VariableSources = SOURCES) => {
  const error: unknown = await substitute(text, sources).then(() => undefined, (reason: unknown) => reason);
  assert.ok(error instanceof ProblemError, `no problem: ${String(error)}`);
  return error.problem;
};

describe('variables', () => {
  const EXPECTED: Readonly<Record<string, string>> = {
    workspaceFolder: '/repos/app', 'workspaceFolder:lib': '/repos/lib', workspaceFolderBasename: 'app', 'workspaceFolderBasename:lib': 'lib', workspaceRoot: '/repos/app',
    file: '/repos/lib/inner/src/my file.test.py', fileBasename: 'my file.test.py', fileBasenameNoExtension: 'my file.test', fileDirname: '/repos/lib/inner/src', fileDirnameBasename: 'src',
    fileExtname: '.py', relativeFile: '../lib/inner/src/my file.test.py', 'relativeFile:lib': 'inner/src/my file.test.py', 'relativeFileDirname:lib': 'inner/src', 'relativeFileDirname:inner': 'src',
    fileWorkspaceFolder: '/repos/lib/inner', userHome: os.homedir(), cwd: '/repos/app', pathSeparator: path.sep, '/': path.sep, 'env:HOME_OF': 'me', 'env:NOT_SET': '', 'config:a.number': '3',
    'command:give': 'given', 'input:who': 'Ada', lineNumber: '7', selectedText: 'chosen', execPath: process.execPath,
  };
  for (const [name, value] of Object.entries(EXPECTED)) {
    it(`replaces \${${name}}`, async () => assert.equal(await substitute(`<\${${name}}>`, SOURCES), `<${value}>`));
  }

  it('replaces at any depth and leaves the rest as it is', async () => {
    const value = { args: ['-f', '${file}', '$HOME ${'], env: { A: '${env:HOME_OF}${/}b' }, count: 2, none: null };
    assert.deepEqual(await substitute(value, SOURCES), { args: ['-f', SOURCES.file, '$HOME ${'], env: { A: `me${path.sep}b` }, count: 2, none: null });
  });

  it('does not look into what it put in', async () => {
    assert.equal(await substitute('${env:X}', { ...SOURCES, env: { X: '${file}' } }), '${file}');
  });

  it('asks each question once, one after the other', async () => {
    const asked: string[] = [];
    const input = async (id: string) => {
      asked.push(`> ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      asked.push(`< ${id}`);
      return id.toUpperCase();
    };
    assert.deepEqual(await substitute(['${input:a}', '${input:b} ${input:a}'], { ...SOURCES, input }), ['A', 'B A']);
    assert.deepEqual(asked, ['> a', '< a', '> b', '< b']);
  });

  it('names a variable that nobody knows', async () => {
    const { code, message } = await problem('x ${extensionInstallFolder:a.b} y');
    assert.equal(code, 'unknown-variable');
    assert.match(message, /\$\{extensionInstallFolder:a\.b\}/);
    assert.equal((await problem('${toString}')).code, 'unknown-variable');
  });

  it('says when there is no value', async () => {
    assert.match((await problem('${file}', { ...SOURCES, file: undefined })).why, /No file is open/);
    assert.match((await problem('${workspaceFolder:other}')).why, /called other/);
    assert.match((await problem('${workspaceFolder}', { ...SOURCES, folder: undefined })).why, /No folder is open/);
    assert.match((await problem('${fileWorkspaceFolder}', { ...SOURCES, file: '/elsewhere/x.py' })).why, /no folder of the workspace/);
    assert.match((await problem('${config:a.list}')).message, /config:a\.list/);
  });

  it('is cancelled by a question without an answer', async () => {
    await assert.rejects(substitute('${input:nobody}', SOURCES), { name: 'AbortError' });
    await assert.rejects(substitute('${command:nothing}', SOURCES), { name: 'AbortError' });
  });
});
