// Programs in a terminal: as clients tell of it that know the process, and as VS Code does, which knows its shell only.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { waitForEnd } from '../../src/profilers/process.ts';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles } from './delveClient.ts';
import { ShellTerminal } from './shellTerminal.ts';

const READER = goModule({
  'main.go': `package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt)
	fmt.Println("begun", os.Getpid(), os.Getenv("GIVEN")) // here
	if len(os.Args) > 1 {
		<-asked
		fmt.Println("tidied up")
		os.Exit(9)
	}
	line, _ := bufio.NewReader(os.Stdin).ReadString('\\n')
	fmt.Print("read ", line)
	os.Exit(4)
}
`,
});
const SHORT = goModule({ 'main.go': 'package main\n\nfunc main() {\n\tprintln("short")\n}\n' });

for (const { name, tool, dlv, env } of testedDlvs()) {
  describe(`Delve adapter: terminals (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    it('debugs a program where a person types, and knows its end', () => withFiles(READER, (folder) => ShellTerminal.during(async (terminal) => {
      await debugging({ env, terminal: terminal.run }, async (client) => {
        await client.begin({ program: folder, dlv, console: 'integratedTerminal', env: { ...env, GIVEN: 'it\'s given' } }, { breakpoints: { [path.join(folder, 'main.go')]: ['// here'] } });
        assert.equal((await client.waitForStop()).frame.name, 'main.main');
        await client.resume();
        await terminal.waitFor(/begun \d+ it's given/);
        terminal.type('from a person\n');
        assert.equal(await client.waitForEnd(), 4);
        assert.match(terminal.text, /read from a person/);
        assert.equal(client.output('stdout', 'stderr'), '');
      });
    })));

    it('ends a program there, asked and at once', () => withFiles(READER, async (folder) => {
      for (const way of ['terminate', 'disconnect']) {
        await ShellTerminal.during(async (terminal) => {
          let pid = 0;
          await debugging({ env, terminal: terminal.run }, async (client) => {
            await client.begin({ program: folder, dlv, console: 'integratedTerminal', args: ['wait'], env });
            pid = Number((await terminal.waitFor(/begun (\d+)/))[1]);
            if (way === 'disconnect') await client.disconnectRequest({ terminateDebuggee: true });
            else await client.send('terminate', {});
            if (way === 'terminate') assert.equal(await client.waitForEnd(), 9);
          });
          assert.ok(await waitForEnd(pid, 10_000), 'the program still runs');
          // The shell is free again: dlv has ended too.
          terminal.type('echo "it is" free\n');
          await terminal.waitFor(/it is free/);
        });
      }
    }));

    it('asks for a terminal outside of the window', () => withFiles(SHORT, async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv, console: 'externalTerminal', env });
        assert.equal(await client.waitForEnd(), 0);
        assert.equal((client.asked[0].arguments as { kind: string }).kind, 'external');
        assert.match(client.terminalText, /short/);
      });
    }));

    it('names why dlv could not start in a terminal', () => withFiles(SHORT, (folder) => ShellTerminal.during(async (terminal) => {
      const built = spawnSync('go', ['build', '-o', 'bare', '-ldflags=-s -w', '.'], { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8' });
      assert.equal(built.status, 0, built.stderr);
      await debugging({ env, terminal: terminal.run }, async (client) => {
        await assert.rejects(client.begin({ mode: 'exec', program: path.join(folder, 'bare'), dlv, dlvFlags: ['--no-such-option'], console: 'integratedTerminal', env }), /does not know the option --no-such-option/);
      });
    })));

    it('runs a program without a debugger there, even one that is over in no time', () => withFiles(SHORT, (folder) => ShellTerminal.during(async (terminal) => {
      await debugging({ env, terminal: terminal.run }, async (client) => {
        await client.hello();
        await client.send('launch', { type: 'delve', request: 'launch', name: 'test', program: folder, dlv, noDebug: true, console: 'integratedTerminal', env });
        await client.waitForEnd();
        assert.match(terminal.text, /[\r\n]short/);
      });
    })));
  });
}
