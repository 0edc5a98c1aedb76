import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, rename } from 'node:fs/promises';
import http from 'node:http';
import type net from 'node:net';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles } from './delveClient.ts';
import { build, listening } from './goPrograms.ts';

const TICKER = `package main

import (
	"fmt"
	"time"

	"example.com/debugged/inner"
)

func main() {
	for n := 0; ; n = inner.Tick(n) {
		fmt.Println("tick", n)
		time.Sleep(20 * time.Millisecond)
	}
}
`;
const INNER = `package inner

func Tick(n int) int {
	next := n + 1
	return next
}
`;
const FILES = goModule({ 'main.go': TICKER, 'inner/inner.go': INNER });
const HEADLESS = ['--headless', '--api-version=2'];
const MULTI = [...HEADLESS, '--accept-multiclient'];
/** Ticks after ticks: the program runs. */
const RUNS = /tick \d+\n[^]*tick \d+\n/;

for (const tested of testedDlvs()) {
  const { name, tool, dlv, env } = tested;
  describe(`Delve adapter: dlvs of others (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    const withProgram = (test: (program: string, folder: string) => Promise<void>) => withFiles(FILES, (folder) => test(build(folder, tested), folder));

    it('a server of many clients: stops, is left running without our breakpoints, and is come back to', () => withProgram((program, folder) => listening(tested, ['exec', program, ...MULTI], folder, async (port, server) => {
      const file = path.join(folder, 'inner', 'inner.go');
      for (let times = 0; times < 2; times++) {
        await debugging({ env, attached: true }, async (client) => {
          await client.begin({ request: 'attach', mode: 'remote', port, cwd: folder }, { breakpoints: { [file]: ['return next'] } });
          assert.equal((await client.waitForStop()).text, 'return next');
          await client.disconnectRequest({});
        });
        await server.prints(RUNS, server.text.length);
      }
      await debugging({ env }, async (client) => {
        await client.begin({ request: 'attach', host: '127.0.0.1', port, cwd: folder, stopOnEntry: true });
        assert.equal((await client.waitForStop()).reason, 'entry');
        await client.disconnectRequest({ terminateDebuggee: true });
      });
      await server.ended;
    })));

    it('a server, where no dlv is here: values are shown, and why there are no commands', () => withProgram((program, folder) => listening(tested, ['exec', program, ...MULTI], folder, async (port) => {
      await debugging({ env: { PATH: folder, HOME: folder, GOPATH: folder } }, async (client) => {
        await client.begin({ request: 'attach', mode: 'remote', port, cwd: folder }, { breakpoints: { [path.join(folder, 'inner', 'inner.go')]: ['return next'] } });
        await client.waitForStop();
        assert.equal(await client.type('next'), '1');
        assert.match(client.output('console'), /dlv's own commands need a dlv here/);
        await client.disconnectRequest({ terminateDebuggee: true });
      });
    })));

    it('a server whose program runs already', () => withProgram((program, folder) => listening(tested, ['exec', '--continue', program, ...MULTI], folder, async (port, server) => {
      await server.prints(RUNS);
      await debugging({ env, attached: true }, async (client) => {
        await client.begin({ request: 'attach', mode: 'remote', port, cwd: folder });
        await server.prints(RUNS, server.text.length);
        await client.breakAt(path.join(folder, 'inner', 'inner.go'), 'return next');
        assert.equal((await client.waitForStop()).text, 'return next');
        await client.disconnectRequest({ suspendDebuggee: true });
      });
      assert.ok(server.isRunning);
    })));

    it('a server of one client', () => withProgram((program, folder) => listening(tested, ['exec', program, ...HEADLESS], folder, async (port, server) => {
      await debugging({ env }, async (client) => {
        await client.begin({ request: 'attach', mode: 'remote', port, cwd: folder }, { breakpoints: { [path.join(folder, 'inner', 'inner.go')]: ['return next'] } });
        assert.equal((await client.waitForStop()).text, 'return next');
        assert.equal((await client.locals())['n'], '0');
        await client.disconnectRequest({});
      });
      await server.ended;
    })));

    it('a "dlv dap" elsewhere launches, and attaches', () => withProgram((_program, folder) => listening(tested, ['dap'], folder, async (port, server) => {
      await debugging({ env }, async (client) => {
        await client.begin({ host: '127.0.0.1', port, mode: 'debug', program: folder, args: ['x'] }, { breakpoints: { [path.join(folder, 'inner', 'inner.go')]: ['return next'] } });
        assert.equal((await client.waitForStop()).text, 'return next');
        await client.disconnectRequest({ terminateDebuggee: true });
      });
      await server.ended;
    })));

    it('a "dlv dap" where a headless one is meant', () => withProgram((_program, folder) => listening(tested, ['dap'], folder, async (port) => {
      await debugging({ env }, async (client) => {
        await assert.rejects(client.begin({ request: 'attach', mode: 'remote', port, cwd: folder }), /is a "dlv dap", which debugs nothing yet[^]*"request": "launch"/);
      });
    })));

    it('what listens and is no dlv, and where nobody listens', () => withFiles({ 'x.txt': '' }, async (folder) => {
      const attempt = (port: number, words: RegExp) => debugging({ env }, (client) => assert.rejects(client.begin({ request: 'attach', mode: 'remote', port, cwd: folder }), words));
      const web = http.createServer((_request, response) => response.end('{'));
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
      const { port } = web.address() as net.AddressInfo;
      await attempt(port, /What listens at 127\.0\.0\.1:\d+ did not answer as a dlv does/);
      await new Promise((resolve) => web.close(resolve));
      await attempt(port, /Nothing could be reached at 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
    }));

    const inCopy = (given: boolean, flags: readonly string[]) => withFiles({}, async (folder) => {
      const [there, here] = [path.join(folder, 'built', 'here'), path.join(folder, 'workspace')];
      await withFiles(FILES, (source) => cp(source, there, { recursive: true }));
      const program = build(there, tested, { flags: ['-gcflags=all=-N -l', ...flags] });
      await cp(there, here, { recursive: true });
      await rename(program, path.join(folder, 'program'));
      await rename(there, path.join(folder, 'moved'));
      await listening(tested, ['exec', path.join(folder, 'program'), ...MULTI], folder, async (port) => {
        await debugging({ env }, async (client) => {
          const rules = given ? { substitutePath: [{ from: here, to: there }] } : {};
          const [inner, main] = [path.join(here, 'inner', 'inner.go'), path.join(here, 'main.go')];
          await client.begin({ request: 'attach', mode: 'remote', port, cwd: here, ...rules }, { breakpoints: { [inner]: ['return next'] } });
          const stop = await client.waitForStop();
          assert.equal(stop.frame.source?.path, inner);
          assert.equal(stop.frames[1].source?.path, main);
          const runtime = stop.frames.find((frame) => frame.name.startsWith('runtime.'))?.source?.path ?? '';
          if (name === 'newest' && !given) assert.ok(path.isAbsolute(runtime), runtime);
          await client.disconnectRequest({ terminateDebuggee: true });
        });
      });
    });

    it('finds the sources of a program that was built elsewhere by the rules of the configuration', () => inCopy(true, []));

    it('finds them by comparison', () => inCopy(false, []));

    it('finds them for a program that was built with -trimpath', () => inCopy(false, ['-trimpath']));

    it('says where the program was built when its sources are not found, or are there twice', () => withFiles({}, async (folder) => {
      const [there, one, two] = ['built', 'space/one', 'space/two'].map((each) => path.join(folder, each));
      await withFiles(FILES, (source) => cp(source, there, { recursive: true }));
      await rename(build(there, tested), path.join(folder, 'program'));
      await cp(there, one, { recursive: true });
      await cp(there, two, { recursive: true });
      await rename(there, path.join(folder, 'moved'));
      for (const [cwd, candidates] of [[path.join(folder, 'space'), [one, two]], [one.slice(0, -4) + '/../built-not', []]] as const) {
        spawnSync('mkdir', ['-p', path.resolve(cwd)]);
        await debugging({ env }, async (client) => {
          await client.begin({ mode: 'exec', program: path.join(folder, 'program'), cwd: path.resolve(cwd), dlv, stopOnEntry: true });
          await client.waitForStop();
          assert.ok(client.output('important').includes(`was built in ${there}`), client.output());
          const asked = client.events.find(({ event }) => event === 'chooseSources')?.body as { folder: string; candidates: string[]; module: string };
          assert.deepEqual({ ...asked, candidates: [...asked.candidates].sort() }, { folder: there, module: 'example.com/debugged', candidates });
          await client.disconnectRequest({ terminateDebuggee: true });
        });
      }
    }));
  });
}
