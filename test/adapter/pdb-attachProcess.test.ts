import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { isRunning } from '../../src/profilers/process.ts';
import { needsTool } from '../tools.ts';
import { extremeInterpreters, interpreters } from './interpreters.ts';
import { debugging, HELPER, withFiles } from './pdbClient.ts';

/** Runs a Python program beside the test; `lines` are what it has printed on stdout and stderr. */
async function beside(python: string, args: readonly string[], cwd: string, test: (child: ChildProcess, said: (wanted: RegExp) => Promise<RegExpExecArray>) => Promise<void>): Promise<void> {
  const child = spawn(python, args, { cwd, env: { ...process.env, XDG_RUNTIME_DIR: cwd, PYTHONPATH: path.dirname(HELPER) }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let wake = () => undefined as void;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      wake();
    });
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said = async (wanted: RegExp) => {
    for (;;) {
      const match = wanted.exec(text);
      if (match) return match;
      assert.ok(child.exitCode === null || child.stdout.readable, `it ended without ${wanted}: ${text}`);
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), new Promise((resolve) => setTimeout(resolve, 500))]);
    }
  };
  try {
    await test(child, said);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

describe('pdb adapter: running processes', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python, version } of extremeInterpreters()) {
    for (const [how, pause] of [['busy', ''], ['asleep', 'time.sleep(0.7)']]) {
      it(`are attached to by their id while ${how} (${name})`, async function () {
        if (version[1] < 14) needsTool(this, 'gdb');
        await withFiles({ 'main.py': `import sys, time\nprint('begun', flush=True)\ndef tick():\n    return 1  # tick\nwhile True:\n    tick()\n    ${pause || 'pass'}\n` }, async (folder) => {
          const program = path.join(folder, 'main.py');
          await beside(python, [program], folder, async (child, said) => {
            await said(/begun/);
            await debugging({ attached: true }, async (client) => {
              await client.begin({ request: 'attach', processId: child.pid }, { breakpoints: { [program]: ['# tick'] } });
              assert.equal((await client.waitForStop()).frame.name, 'tick');
              await client.disconnectRequest({ terminateDebuggee: false });
            });
            assert.ok(await isRunning(child.pid ?? 0));
          });
        });
      });
    }
  }

  for (const { name, python, version } of interpreters()) {
    it(`that called listen() are entered on all threads, and left without a trace (${name})`, () => withFiles({
      'main.py': `import sys, threading, time
import heatline_pdb
def early():
    while True:
        a = 'early'  # early
        time.sleep(0.01)
threading.Thread(target=early, daemon=True, name='early').start()
heatline_pdb.listen(0, token='the token')
print('traced before:', sys.gettrace(), heatline_pdb.connected(), 'heatline_pdb.engine' in sys.modules, threading.active_count(), flush=True)
heatline_pdb.breakpoint()
print('client:', heatline_pdb.wait_for_client(), flush=True)
heatline_pdb.breakpoint()  # call
b = 'main'  # next
while heatline_pdb.connected():
    time.sleep(0.01)
time.sleep(0.3)
print('traced after:', sys.gettrace(), heatline_pdb.connected(), flush=True)
time.sleep(600)
`,
    }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await beside(python, [program], folder, async (_, said) => {
        const port = Number((await said(/listens on 127\.0\.0\.1:(\d+)$/m))[1]);
        await said(/traced before: None False False 2/);
        await debugging({ attached: true }, async (client) => {
          await client.begin({ request: 'attach', port, token: 'the token' });
          assert.match((await client.waitForStop()).text, version[1] >= 13 ? /# call/ : /# next/);
          const reachesOld = version[1] > 8;
          if (reachesOld) {
            await client.breakAt(program, '# early');
            await client.resume();
            assert.match((await client.waitForStop()).text, /# early/);
          } else {
            assert.match(client.output(), /Python 3\.8 lets a debugger into threads only when they start: early ran before and is not debugged/);
          }
          await client.disconnectRequest({ terminateDebuggee: false });
        });
        await said(/traced after: None False/);
      });
    }));
  }

  it('listen on the loopback interface only, and answer what is not a debugger', () => withFiles({ 'main.py': 'import time\ntime.sleep(600)\n' }, async (folder) => {
    const [{ python }] = extremeInterpreters();
    for (const address of ['0.0.0.0:0', '192.0.2.7:5678', 'port', '70000']) {
      await beside(python, ['-m', 'heatline_pdb', '--listen', address, 'main.py'], folder, async (_, said) => {
        await said(/loopback interface only.*--relay|is no port/s);
      });
    }
    await beside(python, ['-m', 'heatline_pdb', '--listen', '0', '--token', 'secret', 'main.py'], folder, async (_, said) => {
      const port = Number((await said(/listens on 127\.0\.0\.1:(\d+)/))[1]);
      const answer = (line: string) => new Promise<string>((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => socket.write(line));
        let text = '';
        socket.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk)).on('close', () => resolve(text)).on('error', reject);
      });
      assert.match(await answer('GET / HTTP/1.1\r\n\r\n'), /"error": "This is the port of a Python program that waits for its debugger/);
      assert.match(await answer('{"attach": {"token": "wrong"}}\n'), /"error": "This is not the token/);
      assert.match(await answer('{"attach": {}}\n'), /"error": "A token is needed/);
    });
  }));
});
