import assert from 'node:assert/strict';
import path from 'node:path';
import { isRunning, waitForEnd } from '../../src/profilers/process.ts';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles } from './delveClient.ts';
import { Background, beside, build } from './goPrograms.ts';

const TICKER = `package main

import (
	"fmt"
	"time"
)

func tick(n int) int {
	next := n + 1
	return next
}

func main() {
	for n := 0; ; n = tick(n) {
		fmt.Println("tick", n)
		time.Sleep(20 * time.Millisecond)
	}
}
`;

for (const tested of testedDlvs()) {
  const { name, tool, dlv, env } = tested;
  describe(`Delve adapter: attach to processes (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    const ticking = (test: (program: Background, folder: string) => Promise<void>) => withFiles(goModule({ 'main.go': TICKER }), async (folder) => {
      await beside(Background.start(build(folder, tested), []), async (program) => {
        await program.prints(/tick 3/);
        await test(program, folder);
      });
    });

    it('attaches by number, stops at a breakpoint, and leaves the program running', () => ticking(async (program, folder) => {
      await debugging({ env, attached: true }, async (client) => {
        await client.begin({ request: 'attach', processId: program.pid, dlv, cwd: folder }, { breakpoints: { [path.join(folder, 'main.go')]: ['return next'] } });
        const stop = await client.waitForStop();
        assert.equal(stop.reason, 'breakpoint');
        assert.equal(stop.text, 'return next');
        assert.ok(Number((await client.locals()).next) > 3);
        await client.disconnectRequest({});
      });
      await program.prints(/tick \d+\n[^]*tick \d+\n/, program.text.length);
    }));

    it('attaches while it runs, and leaves it while it runs', () => ticking(async (program, folder) => {
      await debugging({ env, attached: true }, async (client) => {
        await client.begin({ request: 'attach', processId: String(program.pid), dlv, cwd: folder });
        await program.prints(/tick \d+\n[^]*tick \d+\n/, program.text.length);
        await client.disconnectRequest({ terminateDebuggee: false });
      });
      await program.prints(/tick \d+\n[^]*tick \d+\n/, program.text.length);
    }));

    it('ends the program when it is asked to', () => ticking(async (program, folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ request: 'attach', processId: program.pid, dlv, cwd: folder, stopOnEntry: true });
        assert.equal((await client.waitForStop()).reason, 'entry');
        await client.disconnectRequest({ terminateDebuggee: true });
      });
      await program.ended;
      assert.equal(program.isRunning, false);
    }));

    it('leaves the program running when the client vanishes', () => ticking(async (program, folder) => {
      await debugging({ env, attached: true }, async (client) => {
        await client.begin({ request: 'attach', processId: program.pid, dlv, cwd: folder }, { breakpoints: { [path.join(folder, 'main.go')]: ['return next'] } });
        await client.waitForStop();
        const { pid } = client.adapter;
        client.hangUp();
        assert.ok(await waitForEnd(pid as number, 20_000), 'the adapter has ended');
      });
      await program.prints(/tick \d+\n[^]*tick \d+\n/, program.text.length);
    }));

    it('waits for a program to start', () => withFiles(goModule({ 'main.go': TICKER }), async (folder) => {
      const binary = build(folder, tested, { name: 'waited-for' });
      await debugging({ env, attached: true }, async (client) => {
        const begun = client.begin({ request: 'attach', waitFor: binary, dlv, cwd: folder }, { breakpoints: { [path.join(folder, 'main.go')]: ['return next'] } });
        begun.catch(() => undefined);
        // The adapter, and its dlv, look for it by now; that nothing has begun shows that they wait.
        await new Promise((resolve) => setTimeout(resolve, 1000));
        assert.ok(!client.events.some(({ event }) => event === 'initialized'));
        await beside(Background.start(binary, []), async () => {
          await begun;
          assert.equal((await client.waitForStop()).text, 'return next');
          await client.disconnectRequest({ terminateDebuggee: true });
        });
      });
    }));

    it('stops waiting when the session is ended', () => withFiles({ 'x.txt': '' }, async (folder) => {
      await debugging({ env }, async (client) => {
        const begun = client.begin({ request: 'attach', waitFor: '/never/there', dlv, cwd: folder });
        begun.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        await client.disconnectRequest({});
        await assert.rejects(begun);
      });
    }));

    it('says what is wrong with a process', () => withFiles({ 'x.txt': '' }, async (folder) => {
      const refused = (configuration: object, words: RegExp) => debugging({ env }, async (client) => {
        await assert.rejects(client.begin({ request: 'attach', dlv, cwd: folder, ...configuration }), words);
      });
      await refused({ processId: 2 ** 22 - 7 }, /There is no process 4194297/);
      await refused({}, /does not say what to attach to/);
      await refused({ processId: 'x' }, /"processId".*whole number/);
      await refused({ processId: 5, waitFor: 'x' }, /"processId" and by "waitFor"/);
      await refused({ processId: 5, mode: 'remote' }, /names a process/);
      await refused({ mode: 'sideways' }, /"local" or "remote"/);
      await refused({ processId: process.pid }, /is no Go program/);
      assert.ok(await isRunning(process.pid));
    }));

    it('says who debugs a process already', () => ticking(async (program, folder) => {
      await debugging({ env, attached: true }, async (first) => {
        await first.begin({ request: 'attach', processId: program.pid, dlv, cwd: folder });
        await debugging({ env, attached: true }, async (second) => {
          await assert.rejects(second.begin({ request: 'attach', processId: program.pid, dlv, cwd: folder }), /is being debugged or traced already, by dlv \d+[^]*kill \d+/);
        });
        await program.prints(/tick/, program.text.length);
      });
    }));
  });
}
