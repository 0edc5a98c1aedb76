// How sessions end: by themselves, asked, killed, abandoned, before they have begun.
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, waitForEnd } from '../../src/profilers/process.ts';
import { needsTool } from '../tools.ts';
import { debugging, DelveClient, goModule, testedDlvs, withFiles } from './delveClient.ts';

const KINDS = goModule({
  'main.go': `package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	switch os.Args[1] {
	case "panic":
		panic("on purpose")
	case "segv":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		time.Sleep(time.Minute)
	case "flood":
		fmt.Print(strings.Repeat(strings.Repeat("x", 99)+"\\n", 3000))
		fmt.Println("the last line")
	case "tidy":
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, os.Interrupt)
		fmt.Println("begun", os.Getpid())
		<-asked
		fmt.Println("tidied up")
		os.Exit(7)
	case "child":
		child := exec.Command("sleep", "600")
		child.Start()
		fmt.Println("child", child.Process.Pid)
		child.Wait()
	}
}
`,
});

for (const { name, tool, dlv, env } of testedDlvs()) {
  describe(`Delve adapter: ends (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    it('tells the exit code of a panic, and all of a flood of output before the end', () => withFiles(KINDS, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, args: ['panic'] });
        assert.equal((await client.waitForStop()).reason, 'exception');
        await client.resume();
        assert.equal(await client.waitForEnd(), 2);
        assert.match(client.output('stderr'), /panic: on purpose/);
      });
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, args: ['flood'] });
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stdout'), /the last line\n$/);
        assert.equal(client.events.at(-1)?.event, 'terminated');
      });
    }));

    it('ends when the program is killed', () => withFiles(KINDS, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, args: ['segv'] });
        await client.waitForEnd();
      });
    }));

    it('asks a program to end as Ctrl+C does, and kills what is stopped', () => withFiles(KINDS, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, args: ['tidy'] });
        await client.waitForOutput('begun', 'stdout');
        await client.send('terminate', {});
        assert.equal(await client.waitForEnd(), 7);
        assert.match(client.output('stdout'), /tidied up/);
      });
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, args: ['tidy'], stopOnEntry: true });
        await client.waitForStop();
        await client.send('terminate', {});
        await client.waitForEnd();
      });
    }));

    it('leaves nothing running: the program, its children, dlv', () => withFiles(KINDS, async (folder) => {
      let child = 0;
      let program = 0;
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, args: ['child'] });
        child = Number(/child (\d+)/.exec(await client.waitForOutput(/child \d+\n/, 'stdout'))?.[1]);
        assert.ok(await isRunning(child));
        await client.disconnectRequest({ terminateDebuggee: true });
      });
      assert.ok(await waitForEnd(child, 10_000), 'the child still runs');
      // A client that vanishes.
      const client = new DelveClient({ env });
      await client.start();
      await client.begin({ program: folder, dlv, args: ['tidy'] });
      program = Number(/begun (\d+)/.exec(await client.waitForOutput(/begun \d+\n/, 'stdout'))?.[1]);
      client.hangUp();
      assert.ok(await waitForEnd(program, 15_000), 'the program still runs');
    }));

    it('can be called off while it builds', () => withFiles(KINDS, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.hello();
        const launched = client.send('launch', { type: 'delve', request: 'launch', name: 'test', program: folder, dlv, args: ['tidy'], buildFlags: ['-a'] });
        launched.catch(() => undefined);
        await sleep(300);
        await client.disconnectRequest({ terminateDebuggee: true });
        await assert.rejects(launched, /The launch was stopped/);
      });
    }));

    it('says where a build failed, to the person and for a list of problems', () => withFiles(goModule({ 'main.go': 'package main\n\nfunc main() {\n\tvar unused int\n\tmissing()\n}\n' }), async (folder) => {
      await debugging({ env }, async (client) => {
        await assert.rejects(client.begin({ program: folder, dlv }), /could not be built.*\n(.*\n)*.*undefined: missing/);
        const failed = client.events.find(({ event }) => event === 'buildFailed');
        const { places } = failed?.body as { places: { file: string; line: number; message: string }[] };
        assert.deepEqual(places.map(({ file, line }) => [path.basename(file), line]).sort(), [['main.go', 4], ['main.go', 5]]);
        assert.ok(path.isAbsolute(places[0].file));
      });
    }));
  });
}
