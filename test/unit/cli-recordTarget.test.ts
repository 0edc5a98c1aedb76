// What `heatline record` makes of a command line.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import { targetOf } from '../../src/cli/recordTarget.ts';
import { commandLine, targetTitle } from '../../src/profilers/commandLine.ts';
import { processTarget } from '../../src/profilers/processTarget.ts';
import { serviceTarget } from '../../src/profilers/go/serviceAddress.ts';
import { profilersFor } from '../../src/profilers/index.ts';
import { needsTool } from '../tools.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'heatline target '));
  writeFileSync(path.join(folder, 'work.py'), 'print(1)\n');
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('the target of a command line', () => {
  it('is a Python file behind its interpreter and the interpreter\'s own options', async function () {
    needsTool(this, 'python3');
    const file = path.join(folder, 'work.py');
    const target = await targetOf(['python3', '-O', '-X', 'dev', '-Werror', file, '-m', 'x']);
    assert.deepEqual([target.language, target.file, target.args], ['python', file, ['-m', 'x']]);
    assert.deepEqual(commandLine(target).slice(1), ['-O', '-X', 'dev', '-Werror', file, '-m', 'x']);
  });

  it('is a module, and pytest is a test', async function () {
    needsTool(this, 'python3');
    const module = await targetOf(['python3', '-m', 'json.tool', 'a.json']);
    assert.deepEqual([module.kind, module.module, module.args, targetTitle(module)], ['module', 'json.tool', ['a.json'], 'json.tool']);
    assert.deepEqual(commandLine(module).slice(1), ['-m', 'json.tool', 'a.json']);
    const test = await targetOf(['python3', '-m', 'pytest', 'test_a.py::test_b']);
    assert.deepEqual([test.kind, test.module, test.args], ['test', 'pytest', ['test_a.py::test_b']]);
    assert.equal(profilersFor(test)[0].id, 'python-sample');
  });

  it('leaves what Python does without a file to Python', async function () {
    needsTool(this, 'python3');
    for (const words of [['-c', 'print(1)'], ['-'], ['-m']]) assert.notEqual((await targetOf(['python3', ...words])).language, 'python');
  });

  it('is a process that runs, by its id', async () => {
    const target = await processTarget(process.pid);
    assert.deepEqual([target.kind, target.pid, target.language], ['process', process.pid, 'native']);
    assert.match(targetTitle(target), new RegExp(`\\(${process.pid}\\)$`));
    await assert.rejects(processTarget(2 ** 22 + 1), /There is no process/);
  });

  it('is a service, by its address', () => {
    const target = serviceTarget('localhost:6060', { cwd: folder, env: {} });
    assert.deepEqual([target.kind, target.language, target.url], ['service', 'go', 'http://localhost:6060/debug/pprof/']);
  });

  it('is said to be missing when it is', () => assert.rejects(targetOf(['no-such-program-here']), /was not found/));
});
