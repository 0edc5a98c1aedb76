import assert from 'node:assert/strict';
import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { needsTool } from '../tools.ts';
import { extremeInterpreters } from './interpreters.ts';
import { debugging, withFiles, type PdbClient } from './pdbClient.ts';

describe('pdb adapter: programs that misbehave', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  /** Runs a program to its end in the debug console. */
  const run = (text: string, python: string, test: (client: PdbClient, exitCode: number | undefined) => void | Promise<void>, more: Record<string, unknown> = {}) =>
    withFiles({ 'main.py': text }, (folder) => debugging({}, async (client) => {
      await client.begin({ program: path.join(folder, 'main.py'), python, cwd: folder, ...more });
      await test(client, await client.waitForEnd());
    }));

  for (const { name, python } of extremeInterpreters()) {
    it(`tells how they end: syntax error, exception, os._exit, signals, exec (${name})`, async () => {
      await run('def f(:\n', python, (client, exitCode) => {
        assert.equal(exitCode, 1);
        assert.match(client.output('stderr'), /main\.py", line 1[\s\S]*SyntaxError/);
      });
      await run('raise ValueError("broken")\n', python, (client, exitCode) => {
        assert.equal(exitCode, 1);
        assert.match(client.output('stderr'), /^Traceback[\s\S]*line 1, in <module>[\s\S]*ValueError: broken/);
        assert.doesNotMatch(client.output('stderr'), /heatline_pdb/);
      });
      await run('import os\nprint("bye")\nos._exit(5)\n', python, (client, exitCode) => {
        assert.equal(exitCode, 5);
        assert.match(client.output('stdout'), /bye/);
      });
      await run('import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n', python, (client, exitCode) => {
        assert.equal(exitCode, 137);
        assert.match(client.output('important'), /main\.py was ended by signal 9 \(SIGKILL\)\. Someone killed it/);
      });
      await run('import ctypes\nctypes.string_at(0)\n', python, (client, exitCode) => {
        assert.equal(exitCode, 139);
        assert.match(client.output('important'), /signal 11 \(SIGSEGV\).*faulthandler/);
      });
      await run('import os\nos.execv("/bin/sh", ["sh", "-c", "echo replaced; exit 4"])\n', python, (client, exitCode) => {
        assert.equal(exitCode, 4);
        assert.match(client.output('stdout'), /replaced/);
      });
      await run('import os, sys, time\nos.close(0)\nsys.stdin.close()\nos.closerange(3, 200)\ntime.sleep(3)\nprint("alone")\n', python, (client) => {
        assert.match(client.output('stdout'), /alone/);
      });
    });

    it(`lets a program that holds the interpreter's lock be stopped (${name})`, () => withFiles({ 'main.py': 'import ctypes\nprint("holding")\nctypes.PyDLL(None).sleep(600)\n' }, (folder) => debugging({}, async (client) => {
      const program = path.join(folder, 'main.py');
      await client.begin({ program, python });
      await client.waitForOutput('holding');
      const asked = client.threadsRequest();
      asked.catch(() => undefined);
      await client.waitForOutput(/does not answer \("threads"\).*Stop kills/s, 'console');
      await client.disconnectRequest({});
      await assert.rejects(asked, /has ended/);
    })));

    it(`shows the beginning and the end of a flood, and how much lay between (${name})`, async () => {
      const text = 'import sys\nprint("first")\nline = "x" * 99 + "\\n"\nfor _ in range(2000):\n    sys.stdout.write(line * 1000)\nprint("last")\nsys.stderr.write("done\\n")\n';
      let most = 0;
      await withFiles({ 'main.py': text }, (folder) => debugging({}, async (client) => {
        const watching = setInterval(() => void memoryOf(client.adapter.pid).then((size) => (most = Math.max(most, size))), 50);
        try {
          await client.begin({ program: path.join(folder, 'main.py'), python });
          assert.equal(await client.waitForEnd(), 0);
        } finally {
          clearInterval(watching);
        }
        const shown = client.output('stdout');
        assert.match(shown, /^first\nx{99}\n/);
        assert.match(shown, /\[\d+ MB of output left out: .*\]\n/);
        assert.match(shown, /x\nlast\n$/);
        assert.equal(client.output('stderr'), 'done\n');
        assert.ok(shown.length < 16e6, `${shown.length} characters of 200 million were shown`);
      }));
      assert.ok(most < 400e6, `the adapter took ${most} bytes`);
    });
  }

  for (const { name, python } of extremeInterpreters()) {
    it(`breaks off what is typed into the console and does not come to an end (${name})`, () => withFiles({ 'main.py': 'x = 1\ny = 2  # here\nz = 3\n' }, (folder) => debugging({}, async (client) => {
      const program = path.join(folder, 'main.py');
      await client.begin({ program, python }, { breakpoints: { [program]: ['# here'] } });
      const { frame } = await client.waitForStop();
      for (const way of ['^C', 'cancel', 'pause'] as const) {
        const endless = client.evaluateRequest({ expression: 'while True: x += 1', context: 'repl', frameId: frame.id }).then(({ body }) => body.result, (error: Error) => error.message);
        const request = client.lastRequest;
        if (way === '^C') {
          await client.waitForOutput(/working on "evaluate" for five seconds\. Type \^C/, 'console');
          assert.equal(await client.type('^C'), '');
        } else if (way === 'cancel') {
          await client.customRequest('cancel', { requestId: request });
        } else {
          await client.pauseRequest({ threadId: 1 });
        }
        assert.match(await endless, /KeyboardInterrupt|interrupted|cancelled/i, way);
      }
      // The program is where it was, and goes on.
      assert.equal((await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0].line, 2);
      await client.resume();
      assert.equal(await client.waitForEnd(), 0);
    })));
  }

  it('goes on with a program that replaces the trace function', async () => {
    const [{ python }] = extremeInterpreters();
    await run('import sys\nsys.settrace(None)\nsys.settrace(lambda *_: None)\nprint("mine")\n', python, (client, exitCode) => {
      assert.equal(exitCode, 0);
      assert.match(client.output('stdout'), /mine/);
    });
  });

  it('refuses modules that are not there', () => withFiles({}, (folder) => debugging({}, async (client) => {
    await assert.rejects(client.begin({ module: 'no_such_module', cwd: folder }), /-m no_such_module cannot be run: No module named '?no_such_module'?\. Install it/);
  })));
});

/** Bytes of memory that a process has. */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
