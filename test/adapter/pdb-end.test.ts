import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, waitForEnd } from '../../src/profilers/process.ts';
import { needsTool } from '../tools.ts';
import { extremeInterpreters } from './interpreters.ts';
import { ADAPTER, debugging, PdbClient, withFiles } from './pdbClient.ts';

const STUBBORN = `import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'])
print('child', child.pid)
while True:
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        print('no')
`;
const KIND = `import time
print('begun')
try:
    time.sleep(600)
except KeyboardInterrupt:
    print('tidied up')
    raise SystemExit(7)
`;

describe('pdb adapter: ends', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of extremeInterpreters()) {
    it(`terminates by KeyboardInterrupt, and kills what does not end, with its children (${name})`, () => withFiles({ 'kind.py': KIND, 'stubborn.py': STUBBORN }, async (folder) => {
      await debugging({}, async (client) => {
        await client.begin({ program: path.join(folder, 'kind.py'), python });
        await client.waitForOutput('begun');
        await client.terminateRequest();
        assert.equal(await client.waitForEnd(), 7);
        assert.match(client.output('stdout'), /tidied up/);
      });
      await debugging({}, async (client) => {
        await client.begin({ program: path.join(folder, 'stubborn.py'), python, subProcess: false });
        const child = Number(/child (\d+)/.exec(await client.waitForOutput(/child \d+/))?.[1]);
        assert.ok(await isRunning(child));
        await client.terminateRequest();
        await client.waitForEnd();
        assert.match(client.output('console'), /did not end 4 seconds after KeyboardInterrupt; it is killed/);
        assert.ok(await waitForEnd(child, 5000), 'the child process still runs');
      });
    }));

    it(`restarts with its breakpoints, also while it is stopped (${name})`, () => withFiles({ 'a.py': 'import os\nprint("run", os.getpid())\nx = 1  # here\nprint("end")\n' }, async (folder) => {
      const program = path.join(folder, 'a.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { breakpoints: { [program]: ['# here'] } });
        const first = await client.waitForStop();
        await client.restartRequest({});
        const second = await client.waitForStop();
        assert.equal(second.frame.line, first.frame.line);
        assert.deepEqual(second.event.hitBreakpointIds, first.event.hitBreakpointIds);
        assert.equal(new Set(client.pids).size, 2);
        assert.equal(await waitForEnd(client.pids[0], 5000), true);
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.equal(client.events.filter(({ event }) => event === 'terminated').length, 1);
      });
    }));
  }

  it('terminates a program that stands at a breakpoint', () => withFiles({ 'a.py': 'try:\n    x = 1  # here\nexcept KeyboardInterrupt:\n    print("interrupted")\n' }, async (folder) => {
    const program = path.join(folder, 'a.py');
    for (const { python } of extremeInterpreters()) {
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { breakpoints: { [program]: ['# here'] } });
        await client.waitForStop();
        await client.terminateRequest();
        await client.waitForEnd();
        assert.doesNotMatch(client.output('console'), /killed/);
      });
    }
  }));

  it('ends a program whose helper has not come yet', () => withFiles({ 'slow': 'echo pid $$ >&2\nexec sleep 600\n', 'a.py': '' }, (folder) => debugging({}, async (client) => {
    await client.hello();
    const launch = client.launchRequest({ program: path.join(folder, 'a.py'), python: ['/bin/sh', path.join(folder, 'slow')], console: 'internalConsole' } as never);
    launch.catch(() => undefined);
    const pid = Number(/pid (\d+)/.exec(await client.waitForOutput(/pid \d+\n/))?.[1]);
    await client.disconnectRequest({});
    await assert.rejects(launch, /launch was stopped/);
    assert.ok(await waitForEnd(pid, 5000), 'what was being started still runs');
  })));

  it('leaves a program suspended when it is told so', () => withFiles({ 'a.py': 'import time\nprint("begun")\ntime.sleep(600)\n' }, async (folder) => {
    let pid = 0;
    await debugging({ attached: true }, async (client) => {
      await client.begin({ program: path.join(folder, 'a.py'), console: 'integratedTerminal' });
      [pid] = client.pids;
      await assert.rejects(client.launchRequest({ code: '1' } as never), /debugs a program already/);
      await client.disconnectRequest({ suspendDebuggee: true });
    });
    try {
      const state = async () => (await readFile(`/proc/${pid}/stat`, 'latin1')).replace(/^.*\) /, '')[0];
      // The signal takes effect when the system gives the process its turn.
      for (let look = 0; look < 100 && (await state()) !== 'T'; look++) await sleep(100);
      assert.equal(await state(), 'T');
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  }));

  it('leaves a program running when it is told so, and kills it otherwise', () => withFiles({ 'a.py': 'import time\nprint("begun")\ntime.sleep(600)\n' }, async (folder) => {
    const program = path.join(folder, 'a.py');
    let pid = 0;
    await debugging({ attached: true }, async (client) => {
      await client.begin({ program, console: 'integratedTerminal' });
      [pid] = client.pids;
      await client.disconnectRequest({ terminateDebuggee: false });
      assert.ok(await isRunning(pid));
    });
    assert.ok(await isRunning(pid), 'the program went with the debugger');
    process.kill(pid, 'SIGKILL');
    await debugging({}, async (client) => {
      await client.begin({ program });
      [pid] = client.pids;
      await client.disconnectRequest({});
      assert.ok(await waitForEnd(pid, 5000));
    });
  }));

  it('ends everything when the client vanishes, and when the adapter is asked to end', () => withFiles({ 'stubborn.py': STUBBORN }, async (folder) => {
    for (const way of ['stdin', 'SIGTERM'] as const) {
      const client = new PdbClient();
      await client.start();
      await client.begin({ program: path.join(folder, 'stubborn.py'), subProcess: false });
      const child = Number(/child (\d+)/.exec(await client.waitForOutput(/child \d+/))?.[1]);
      if (way === 'stdin') client.hangUp();
      else client.adapter.kill('SIGTERM');
      assert.ok(await waitForEnd(child, 10_000), `the child process still runs after ${way}`);
      assert.ok(await waitForEnd(client.pids[0], 10_000), `the program still runs after ${way}`);
      assert.ok(await waitForEnd(client.adapter.pid ?? 0, 10_000), `the adapter still runs after ${way}`);
    }
  }));

  it('serves sessions on a loopback port, one after the other', () => withFiles({ 'a.py': 'print(1)\n' }, async (folder) => {
    const adapter = spawn(process.execPath, [ADAPTER, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const line = await new Promise<string>((resolve) => adapter.stdout.setEncoding('utf8').once('data', resolve));
      const port = Number(/^listening on 127\.0\.0\.1:(\d+)\n$/.exec(line)?.[1]);
      for (let round = 0; round < 2; round++) {
        await debugging({ port }, async (client) => {
          await client.begin({ program: path.join(folder, 'a.py') });
          assert.equal(await client.waitForEnd(), 0);
          assert.match(client.output('stdout'), /1/);
        });
      }
      const taken = spawnSync(process.execPath, [ADAPTER, '--port', String(port)], { encoding: 'utf8', timeout: 30_000 });
      assert.equal(taken.status, 2);
      assert.match(taken.stderr, /another program listens there/);
    } finally {
      adapter.kill();
    }
    assert.ok(await waitForEnd(adapter.pid ?? 0, 10_000));
  }));

  it('takes one helper only, and only with its token', () => withFiles({ 'a.py': 'input()\n' }, async (folder) => {
    const program = path.join(folder, 'a.py');
    const speak = (port: number, line: string) => new Promise<string>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write(line));
      let text = '';
      socket.on('data', (chunk) => void (text += chunk.toString()));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      socket.on('close', () => resolve(text));
    });
    await debugging({
      terminal: async ({ args, env = {} }) => {
        // Others come first: with a wrong token, with no protocol at all, with too much of it.
        const port = Number(args[args.indexOf('--connect') + 1].split(':')[1]);
        const hello = { pid: 1, version: [3, 11, 7], implementation: 'cpython', executable: '/x', protocol: 1 };
        assert.equal(await speak(port, JSON.stringify({ hello: { ...hello, token: 'wrong' } }) + '\n'), '');
        assert.equal(await speak(port, JSON.stringify({ hello }) + '\n'), '');
        assert.equal(await speak(port, 'GET / HTTP/1.1\r\n\r\n'), '');
        assert.match(await speak(port, 'x'.repeat(200_000)), /^(ECONNRESET|EPIPE)?$/);
        const child = spawn(args[0], args.slice(1), { env: { ...process.env, ...env } as NodeJS.ProcessEnv, stdio: ['pipe', 'ignore', 'inherit'] });
        return { processId: child.pid };
      },
    }, async (client) => {
      await client.begin({ program, console: 'integratedTerminal' });
      const [{ arguments: { args, env } }] = client.asked;
      const port = Number(args[args.indexOf('--connect') + 1].split(':')[1]);
      const second = { hello: { token: env.HEATLINE_PDB_TOKEN, pid: 2, version: [3, 11, 7], implementation: 'cpython', executable: '/x', protocol: 1 } };
      assert.equal(await speak(port, JSON.stringify(second) + '\n'), 'ECONNREFUSED');
    });
  }));
});
