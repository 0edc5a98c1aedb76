import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { needsTool } from '../tools.ts';
import { extremeInterpreters, interpreters } from './interpreters.ts';
import { debugging, withFiles } from './pdbClient.ts';

const PROGRAM = `import os, sys
name = input('your name? ')
print('hello', name, sys.argv[1:], flush=True)
print('in', os.path.basename(os.getcwd()), os.environ.get('GIVEN'), os.environ.get('FROM_FILE'), os.environ.get('TAKEN'))
print('secret', os.environ.get('HEATLINE_PDB_TOKEN'), [word for word in sys.argv if 'connect' in word])
print('\\x1b[31mgrün\\x1b[0m ☃', file=sys.stderr)
def deep(count):
    return count + 1  # stop here
deep(41)
sys.exit(3)
`;

describe('pdb adapter: launching', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of interpreters()) {
    it(`runs a file with arguments, environment, working folder and stdin (${name})`, () => withFiles({ 'main.py': PROGRAM, '.env': 'FROM_FILE=file\nGIVEN=file\n' }, async (folder) => {
      await mkdir(path.join(folder, 'work'));
      const program = path.join(folder, 'main.py');
      await debugging({ env: { TAKEN: 'x' } }, async (client) => {
        await client.begin({
          program, python, args: ['one two', '--flag'], cwd: path.join(folder, 'work'), env: { GIVEN: 'given', TAKEN: null }, envFile: '../.env',
        }, { breakpoints: { [program]: ['# stop here'] } });
        await client.waitForOutput('your name? ');
        assert.equal(await client.type('Zoë'), '');
        const stop = await client.waitForStop();
        assert.equal(stop.text, 'return count + 1  # stop here');
        assert.equal(stop.reason, 'breakpoint');
        assert.deepEqual(stop.frames.slice(0, 2).map((frame) => frame.name), ['deep', '<module>']);
        // All of it was told before the stop.
        assert.match(client.output('stdout'), /hello Zoë \['one two', '--flag'\]\r?\nin work given file None\r?\nsecret None \[\]/);
        assert.equal(client.output('stderr'), '\x1b[31mgrün\x1b[0m ☃\n');
        await client.resume();
        assert.equal(await client.waitForEnd(), 3);
      });
    }));
  }

  it('splits a line of arguments, and runs code, modules and folders', () => withFiles({ 'shown.py': 'import sys\nprint(__name__, sys.argv[1:])\n' }, async (folder) => {
    const text = async (configuration: Record<string, unknown>) => {
      let said = '';
      await debugging({}, async (client) => {
        await client.begin({ cwd: folder, ...configuration });
        assert.equal(await client.waitForEnd(), 0);
        said = client.output('stdout').replaceAll('\r', '');
      });
      return said;
    };
    assert.equal(await text({ program: 'shown.py', args: `a 'b c' "d\\"e" $HOME *` }), `__main__ ['a', 'b c', 'd"e', '$HOME', '*']\n`);
    assert.equal(await text({ module: 'shown', args: ['x'] }), `__main__ ['x']\n`);
    assert.equal(await text({ code: ['import sys', 'print(sys.argv)'], args: ['y'] }), `['-c', 'y']\n`);
    assert.equal(await text({ code: 'import sys; print(sys.flags.dev_mode)', pythonArgs: ['-X', 'dev'] }), 'True\n');
  }));

  it('runs without debugging', () => withFiles({ 'main.py': 'def f():\n    return 1  # here\nprint(f())\nraise ValueError(1)\n' }, (folder) => debugging({}, async (client) => {
    const program = path.join(folder, 'main.py');
    await client.begin({ program, noDebug: true, stopOnEntry: true }, { breakpoints: { [program]: ['# here'] }, exceptions: { filters: ['raised', 'uncaught'] } });
    assert.equal(await client.waitForEnd(), 1);
    assert.match(client.output('stderr'), /ValueError: 1/);
    assert.deepEqual(client.events.filter(({ event }) => event === 'stopped'), []);
  })));

  it('runs one test of pytest', async function () {
    needsTool(this, 'pytest');
    const tests = 'def test_one():\n    value = 1\n    assert value == 1  # one\n\ndef test_two():\n    assert False\n';
    await withFiles({ 'test_it.py': tests }, (folder) => debugging({ env: toolEnvironment('pytest') }, async (client) => {
      const file = path.join(folder, 'test_it.py');
      await client.begin({ pytest: `${file}::test_one`, cwd: folder, args: ['-p', 'no:cacheprovider'] }, { breakpoints: { [file]: ['# one'] } });
      assert.equal((await client.waitForStop()).frame.name, 'test_one');
      await client.resume();
      assert.equal(await client.waitForEnd(), 0);
      assert.match(client.output('stdout'), /1 passed/);
    }));
  });

  for (const { name, python } of extremeInterpreters()) {
    it(`runs in a terminal, which is typed into (${name})`, () => withFiles({ 'main.py': PROGRAM }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({ env: { TAKEN: 'x' } }, async (client) => {
        const running = client.begin({ program, python, console: 'integratedTerminal', cwd: folder, env: { GIVEN: 'given', TAKEN: null } }, { breakpoints: { [program]: ['# stop here'] } });
        await running;
        const [{ command, arguments: order }] = client.asked;
        assert.equal(command, 'runInTerminal');
        assert.equal(order.kind, 'integrated');
        assert.equal(order.title, 'main.py');
        assert.equal(order.cwd, folder);
        assert.equal(order.env.TAKEN, null);
        // While it runs, lines in the console are not its input.
        await assert.rejects(client.type('1 + 1', 0), /running.*terminal/);
        client.terminals[0].stdin?.write('there\n');
        assert.equal((await client.waitForStop()).frame.name, 'deep');
        assert.match(client.terminalText, /hello there/);
        assert.doesNotMatch(client.output(), /hello there/);
        await client.resume();
        assert.equal(await client.waitForEnd(), 3);
      });
    }));
  }

  it('runs in the debug console where the client has no terminal, and in an external one', () => withFiles({ 'a.py': 'print(12)\n' }, async (folder) => {
    const program = path.join(folder, 'a.py');
    await debugging({ client: { supportsRunInTerminalRequest: false } }, async (client) => {
      await client.begin({ program, console: 'integratedTerminal' });
      await client.waitForEnd();
      assert.match(client.output('console'), /no terminal/);
      assert.match(client.output('stdout'), /12/);
    });
    await debugging({}, async (client) => {
      await client.begin({ program, console: 'externalTerminal' });
      await client.waitForEnd();
      assert.equal(client.asked[0].arguments.kind, 'external');
      assert.match(client.terminalText, /12/);
    });
    await debugging({ terminal: () => Promise.reject(new Error('no screen')) }, async (client) => {
      await assert.rejects(client.begin({ program, console: 'externalTerminal' }), /refused "runInTerminal"\. no screen/);
    });
  }));

  it('counts and names as the client does: lines from 0, URIs, mapped paths', () => withFiles({ 'a.py': 'x = 1\nx = 2\nx = 3\n' }, async (folder) => {
    const local = '/nowhere/source';
    await debugging({ client: { linesStartAt1: false, columnsStartAt1: false, pathFormat: 'uri' } }, async (client) => {
      await client.hello();
      const started = client.launchRequest({ code: '', program: undefined } as never);
      await assert.rejects(started);
    });
    await debugging({ client: { linesStartAt1: false, columnsStartAt1: false, pathFormat: 'uri' } }, async (client) => {
      await client.begin({ program: path.join(folder, 'a.py'), pathMappings: [{ localRoot: local, remoteRoot: folder }] }, { breakpoints: { [`file://${local}/a.py`]: [1] } });
      const { frame, reason } = await client.waitForStop();
      assert.equal(reason, 'breakpoint');
      assert.equal(frame.line, 1);
      assert.equal(frame.column, 0);
      assert.equal(frame.source?.path, `file://${local}/a.py`);
    });
  }));
});
