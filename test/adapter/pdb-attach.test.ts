import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isRunning, waitForEnd } from '../../src/profilers/process.ts';
import { needsTool } from '../tools.ts';
import { extremeInterpreters } from './interpreters.ts';
import { debugging, HELPER, withFiles, type Configuration } from './pdbClient.ts';

const PROGRAM = `import sys, time
print('begun', flush=True)
def tick(count):
    return count + 1  # tick
count = 0
while True:
    count = tick(count)
    time.sleep(0.02)
`;

describe('pdb adapter: attaching', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  /** A program that listens, with a runtime folder of its own for the token. */
  const listening = (python: string, test: (place: { port: number; token: string; program: string; env: NodeJS.ProcessEnv; child: ChildProcess }) => Promise<void>) =>
    withFiles({ 'main.py': PROGRAM }, async (folder) => {
      const program = path.join(folder, 'main.py');
      const runtime = path.join(folder, 'runtime');
      await mkdir(runtime, { mode: 0o700 });
      const env = { ...process.env, XDG_RUNTIME_DIR: runtime, PYTHONPATH: path.dirname(HELPER) };
      const child = spawn(python, ['-m', 'heatline_pdb', '--listen', '0', program], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      try {
        let text = '';
        const place = await new Promise<RegExpExecArray>((resolve, reject) => {
          child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
            const match = /listens on 127\.0\.0\.1:(\d+), token (\S+)/.exec(text);
            if (match) resolve(match);
          });
          child.once('exit', () => reject(new Error(`it ended: ${text}`)));
        });
        await test({ port: Number(place[1]), token: place[2], program, env, child });
      } finally {
        child.kill('SIGKILL');
      }
    });

  for (const { name, python } of extremeInterpreters()) {
    it(`comes to a program that listens, leaves it running, and comes again (${name})`, () => listening(python, async ({ port, program, env, child }) => {
      for (const leave of ['disconnect', 'kill']) {
        await debugging({ env, attached: leave === 'disconnect' }, async (client) => {
          // The token is in the listener's file.
          await client.begin({ request: 'attach', port }, { breakpoints: { [program]: ['# tick'] } });
          const stop = await client.waitForStop();
          assert.equal(stop.frame.name, 'tick');
          await client.disconnectRequest({ terminateDebuggee: leave === 'kill' });
        });
        if (leave === 'disconnect') assert.ok(await isRunning(child.pid ?? 0), 'the program went with the debugger');
        else assert.ok(await waitForEnd(child.pid ?? 0, 5000), 'the program was not ended');
      }
    }));

    it(`goes through a command, and refuses a wrong token and a second client (${name})`, () => listening(python, async ({ port, token, program, env }) => {
      const refused = async (configuration: Configuration) => {
        let words = '';
        await debugging({ attached: true }, (client) => assert.rejects(client.begin({ request: 'attach', ...configuration }), (error: Error) => {
          words = error.message;
          return true;
        }));
        return words;
      };
      assert.match(await refused({ port, token: 'wrong' }), /refused the debugger: .*token/s);
      assert.match(await refused({ port, host: '192.0.2.1' }), /192\.0\.2\.1 is not this machine.*"via"/s);
      assert.match(await refused({ port: 1, token }), /No program listens for a debugger on 127\.0\.0\.1:1 \(ECONNREFUSED\).*--listen/s);
      assert.match(await refused({}), /does not say what to attach to.*"port".*"processId"/s);
      await debugging({ attached: true }, async (client) => {
        // `env` stands for docker exec or ssh: a command that runs another with its own surroundings.
        const via = ['env', `PYTHONPATH=${path.dirname(HELPER)}`, `XDG_RUNTIME_DIR=${env['XDG_RUNTIME_DIR']}`];
        await client.begin({ request: 'attach', port, via, python }, { breakpoints: { [program]: ['# tick'] } });
        assert.equal((await client.waitForStop()).frame.name, 'tick');
        assert.match(await refused({ port, token }), /refused the debugger: Another debugger/);
        await client.disconnectRequest({});
      });
    }));
  }

  for (const { name, python } of extremeInterpreters()) {
    it(`gets into a process that runs already (${name})`, function () {
      needsTool(this, 'gdb');
      return withFiles({ 'main.py': PROGRAM }, async (folder) => {
        const program = path.join(folder, 'main.py');
        const child = spawn(python, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
        try {
          await new Promise((resolve) => child.stdout.once('data', resolve));
          await debugging({ attached: true }, async (client) => {
            await client.begin({ request: 'attach', processId: child.pid }, { breakpoints: { [program]: ['# tick'] } });
            assert.equal((await client.waitForStop()).frame.name, 'tick');
            await client.disconnectRequest({});
          });
          assert.ok(await isRunning(child.pid ?? 0), 'the program went with the debugger');
        } finally {
          child.kill('SIGKILL');
        }
      });
    });
  }

  it('says that a process is none, or not Python', async () => {
    const refusedWith = (processId: unknown, words: RegExp) => debugging({ attached: true }, (client) => assert.rejects(client.begin({ request: 'attach', processId }), words));
    await refusedWith(2 ** 22 + 1, /There is no process/);
    await refusedWith('x', /"processId".*"x"/s);
    await refusedWith(process.pid, /runs no Python interpreter/);
  });
});
