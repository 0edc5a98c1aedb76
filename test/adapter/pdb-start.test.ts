import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { interpreterOf } from './interpreters.ts';
import { ADAPTER, debugging, withFiles, type Configuration } from './pdbClient.ts';

describe('pdb adapter: what it refuses to start', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  /** The words of the refusal. */
  const refusal = async (configuration: Configuration): Promise<string> => {
    let words = '';
    await debugging({}, async (client) => {
      await client.hello();
      await assert.rejects(client.launchRequest({ console: 'internalConsole', ...configuration } as never), (error: Error) => {
        words = error.message;
        return true;
      });
    });
    return words;
  };

  it('says what it can do, in a form that the schema knows', () => debugging({}, async (client) => {
    const able = await client.hello();
    assert.equal(able.supportsConfigurationDoneRequest, true);
    assert.deepEqual(able.exceptionBreakpointFilters?.map(({ filter }) => filter).slice(0, 3), ['raised', 'uncaught', 'userUnhandled']);
  }));

  it('names what is wrong in a configuration', async () => {
    assert.match(await refusal({}), /names nothing to run.*"program".*"module"/s);
    assert.match(await refusal({ program: 'a.py', module: 'b' }), /names "program" and "module"/);
    assert.match(await refusal({ code: '1', args: 'a "b' }), /"args".*quote/s);
    assert.match(await refusal({ code: '1', env: { A: {} } }), /"env\.A"/);
    assert.match(await refusal({ code: '1', console: 'window' }), /"console" .*"window".*"integratedTerminal"/s);
    assert.match(await refusal({ code: '1', pathMappings: [{ localRoot: '/a' }] }), /"pathMappings".*remoteRoot/s);
    assert.match(await refusal({ code: '1', skip: 3 }), /"skip"/);
  });

  it('names files and folders that are missing', () => withFiles({ 'a.py': '' }, async (folder) => {
    assert.match(await refusal({ program: path.join(folder, 'b.py') }), /b\.py does not exist\. Correct "program"/);
    assert.match(await refusal({ program: folder }), /folder without __main__\.py/);
    assert.match(await refusal({ program: path.join(folder, 'a.py'), cwd: path.join(folder, 'none') }), /working folder .*none does not exist/);
    assert.match(await refusal({ pytest: 'none.py::test_x', cwd: folder }), /test file .*none\.py does not exist/);
    assert.match(await refusal({ code: '1', envFile: path.join(folder, '.env') }), /environment file .*\.env cannot be read \(ENOENT\)/);
  }));

  it('says what is wrong with an interpreter', () => withFiles({ 'a.py': '', 'broken': '#!/bin/sh\necho no such library >&2\nexit 3\n' }, async (folder) => {
    const program = path.join(folder, 'a.py');
    const broken = path.join(folder, 'broken');
    assert.match(await refusal({ program, python: 'no-such-python' }), /interpreter no-such-python was not found/);
    assert.match(await refusal({ program, python: broken }), /interpreter .*broken was not found|could not be started/);
    assert.match(await refusal({ program, python: ['/bin/sh', broken] }), /no working Python interpreter.*exit code 3.*no such library/s);
    const old = interpreterOf('2.7') ?? interpreterOf('3.6') ?? interpreterOf('3.7');
    if (old) assert.match(await refusal({ program, python: old.python }), new RegExp(`is Python ${old.version.join('\\.')}; debugging needs Python 3\\.8`));
  }));

  it('is refused as a program with options that it does not know', () => {
    const run = (...args: string[]) => spawnSync(process.execPath, [ADAPTER, ...args], { encoding: 'utf8', timeout: 30_000 });
    assert.equal(run('--port', 'x').status, 2);
    assert.match(run('--port', 'x').stderr, /--port must be a number/);
    assert.equal(run('--wrong').status, 2);
    assert.match(run('--wrong').stderr, /Usage/);
    const help = run('--help');
    assert.equal(help.status, 0);
    assert.match(help.stdout, /--port N/);
  });
});
