import assert from 'node:assert/strict';
import { debugging, type DelveClient } from './delveClient.ts';
import { listening } from './goPrograms.ts';
import { withEachDlv, type GoProgram } from './goProgram.ts';
import { realAnswers } from './realDlv.ts';

const MAIN = `package main

import "fmt"

type point struct {
	X, Y int
}

var counter = 3

func doubleit(n int) int {
	result := n * 2
	return result
}

func main() {
	origin := point{1, 2}
	sum := 0
	for i := 0; i < 6; i++ {
		sum += doubleit(i)
		counter++
	}
	fmt.Println(sum, origin)
}
`;

/** What DAP does not say: how often a breakpoint was hit, where it is in memory, what a step returned, and the thread. */
function comparable(text: string): string {
  return text.replace(/^Values returned:\n(?:\t.*\n)+\n/m, '').replace(/ \(hits [^)]*\)+(?= \(PC)/g, '').replace(/\b([Tt]hread) \d+/g, '$1 N').replace(/ at 0x[0-9a-f]+ for \S+\(\)/g, ' at').replace(/\) at 0x[0-9a-f]+ for \S+\(\) (\S+) \(\d+\)/g, ') at $1').replace(/0xc[0-9a-f]{9}/g, 'HEAP').trimEnd();
}

/** The same in both, but for `comparable`. */
const SAME = ['n', 'n', 'p sum', 'p origin', 'p origin.X', 'whatis origin', 'whatis sum', 'set sum = 40', 'p sum', 'locals', 'bt', 'l', 'n', 's', 's', 'args', 'locals', 'frame 1', 'up', 'down', 'frame 0', 'frame 1 p sum', 'p nothing', 'frame 9', 'n', 'n', 'goroutine 1 p n', 'vars main.counter', 'clear 77'];

function single(program: GoProgram, env: Readonly<Record<string, string>>, test: (client: DelveClient) => Promise<void>): Promise<void> {
  return listening(program.dlv, ['exec', program.file('program'), '--headless', '--api-version=2'], program.folder, (port) => debugging({ env, client: { supportsANSIStyling: false } }, async (client) => {
    await client.begin({ request: 'attach', mode: 'remote', host: '127.0.0.1', port, cwd: program.folder }, { breakpoints: { [program.main]: ['origin := point'] } });
    await client.waitForStop();
    await test(client);
    await client.disconnectRequest({ terminateDebuggee: true });
  }));
}

withEachDlv('console of a dlv for one client', { 'main.go': MAIN }, (program, env) => {
  it('answers as dlv\'s own terminal, where DAP has what that says', () => single(program, env, async (client) => {
    const real = await realAnswers(program.dlv.dlv, env, program.file('program'), program.folder, program.folder, ['b main.go:17', 'c', ...SAME]);
    for (const [at, command] of SAME.entries()) {
      let answer: string;
      try {
        answer = await client.type(command);
      } catch (error) {
        answer = `Command failed: ${(error as Error).message}`;
      }
      assert.equal(comparable(answer), comparable(real[at + 2]), command);
      if (/^(?:n|s)$/.test(command)) await client.waitForStop();
    }
  }));

  it('has one set of breakpoints with the client', () => single(program, env, async (client) => {
    assert.match(await client.type('b main.go:12'), /^Breakpoint \d+ set at \.\/main\.go:12$/);
    const number = /Breakpoint (\d+) \(enabled\) at \.\/main\.go:12/.exec(await client.type('bp'))?.slice(1);
    assert.ok(number, await client.type('bp'));
    assert.equal(await client.type(`cond ${number[0]} n == 3`), '');
    assert.match(await client.type('c'), /^> (?:\[Breakpoint \d+\] )?main\.doubleit\(\) \.\/main\.go:12/);
    await client.waitForStop();
    assert.equal(await client.type('p n'), '3');
    assert.match(await client.type('b main.doubleit'), /^Breakpoint \d+ set for main\.doubleit\(\) at \.\/main\.go:11$/);
    assert.match(await client.type('b nosuch.go:3').catch((error: Error) => error.message), /nosuch|could not find/i);
    assert.match(await client.type(`toggle ${number[0]}`), /toggled/);
    assert.match(await client.type('bp'), new RegExp(`Breakpoint ${number[0]} \\(disabled\\) at \\./main\\.go:12\\n\\tcond n == 3`));
    // What the client sends next leaves the console's alone that it has never had.
    await client.breakAt(program.main, 'origin := point');
    await client.type('c');
    assert.equal((await client.waitForStop()).text, 'func doubleit(n int) int {');
    assert.match(await client.type('clearall'), /cleared/);
    assert.equal(await client.type('bp'), '');
    const told = client.events.filter(({ event }) => event === 'breakpoint').map(({ body }) => (body as { reason: string }).reason);
    assert.ok(told.includes('new') && told.includes('removed') && told.includes('changed'), told.join(' '));
  }));

  it('calls, shows goroutines, registers and instructions, and says what it cannot', () => single(program, env, async (client) => {
    await client.type('n');
    await client.waitForStop();
    assert.match(await client.type('call doubleit(6)'), /^Values returned:\n\t12$/);
    assert.match(await client.type('goroutines'), /^\* Goroutine 1 - User: \.\/main\.go:\d+ main\.main \(0x[0-9a-f]+\) \(thread \d+\)$/m);
    assert.match(await client.type('regs'), /^ +Rip = 0x[0-9a-f]{16}$/m);
    assert.match(await client.type('disass'), /^=>\tmain\.go:\d+\t0x[0-9a-f]+\t[0-9a-f]+\t/m);
    assert.match(await client.type('help'), /continue \(alias: c\)/);
    assert.match(await client.type('sources main.go$'), /main\.go/);
    await assert.rejects(client.type('on 1 print sum'), /--accept-multiclient/);
    await assert.rejects(client.type('funcs main'), /--accept-multiclient/);
    await assert.rejects(client.type('restart'), /Restart/);
    assert.equal(await client.type('counter + 1'), '4');
  }));
});
