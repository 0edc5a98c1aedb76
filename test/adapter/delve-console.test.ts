import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles, type DelveClient, type TestedDlv } from './delveClient.ts';
import { realAnswers } from './realDlv.ts';

const MAIN = `package main

import (
	"fmt"
	"strings"
	"time"
)

type point struct {
	X, Y int
	Name string
}

var counter = 3

func doubleit(n int) int {
	result := n * 2
	return result
}

func describe(p point, tags map[string]int) (string, error) {
	defer fmt.Println("described")
	text := fmt.Sprintf("%s at %d,%d", p.Name, p.X, p.Y)
	return strings.ToUpper(text), nil
}

func main() {
	lure := "(dlv) \\n(dlv) "
	origin := point{1, 2, "origin"}
	list := []int{1, 2, 3}
	tags := map[string]int{"a": 1}
	sum := 0
	for i := 0; i < 5; i++ {
		sum += doubleit(i)
		counter++
	}
	text, err := describe(origin, tags)
	fmt.Println(text, err, sum, list, lure)
	done := make(chan int)
	go func() {
		time.Sleep(200 * time.Millisecond)
		done <- doubleit(21)
	}()
	answer := <-done
	fmt.Println("answer", answer)
}
`;

const ENDLESS = `package main

import "time"

func never() {}

func main() {
	begin := 0
	for {
		begin++
		time.Sleep(5 * time.Millisecond)
		if begin < 0 {
			never()
		}
	}
}
`;

const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  'values': ['args', 'n', 'n', 'n', 'n', 'n', 'n', 'locals', 'locals -v', 'p origin', 'print list', 'p tags', 'p lure', 'p %x list', 'p nothing', 'whatis origin', 'whatis list', 'set sum = 40', 'p sum', 'vars main.counter', 'vars main\\.c', 'p counter', 'regs', 'x -fmt hex -count 4 &sum',
    'x -fmt hex -count 4 -x &sum', 'display -a sum', 'n', 'display', 'display -d 0'],
  'steps and breakpoints': ['b main.doubleit', 'bp', 'c', 'n', 'n', 'args', 'bt', 'stack 2 -full', 'frame 1', 'locals', 'up', 'down', 'frame 0', 's', 'si', 'so', 'on 2 print n', 'on 2 stack 2', 'cond 2 n == 2', 'bp', 'c', 'frame 1 p i', 'toggle 2', 'bp', 'toggle 2', 'b named main.go:23', 'bp', 'clear 2', 'c', 'bp',
    'n', 'n', 'args', 'l', 'l main.main', 'clear named', 'clear 77', 'call doubleit(6)', 'p doubleit(7)', 'so', 'n 2', 'clearall', 'bp'],
  'goroutines and threads': ['b main.doubleit', 'cond 2 n == 21', 'c', 'goroutine', 'goroutines -with user', 'bt', 'goroutine 1', 'bt 3', 'frame 2', 'goroutine 1 frame 2 locals', 'threads'],
  'the program and dlv': ['types main\\.', 'funcs ^main\\.', 'sources main.go$', 'disass -l main.doubleit', 'disass', 'help', 'help break', 'help nonsense', 'config max-string-len 5', 'config -list', 'p "abcdefgh"', 'libraries', 'clear', 'frame', 'b nosuch.go:3', 'c main.describe', 'restart', 'c', 'bt'],
};

/** What differs from run to run, though the program and dlv are the same: ids of threads, processes and goroutines of the runtime, places in the heap, the order of a map of dlv. */
function normalised(command: string, text: string): string {
  const same = text
    .replace(/\b([Tt]hread|PID|Goroutine|Switched from) \d+/g, '$1 N').replace(/goroutine\(\d+\)/g, 'goroutine(N)').replace(/0xc[0-9a-f]{9}|^0x[0-9a-f]+(?=:)/gm, 'HEAP')
    .replace(/(?:0x[0-9a-f]+,)+0x[0-9a-f]+/g, (addresses) => addresses.split(',').sort().join(',')).trimEnd();
  if (command === 'threads') return same.split('\n').filter((line) => line.startsWith('*') || !line.includes('runtime.')).join('\n');
  return command === 'regs' ? same.replace(/^((?! *Rip).* = ).*/gm, '$1') : same;
}

async function built({ env }: TestedDlv, folder: string): Promise<string> {
  await promisify(execFile)('go', ['build', '-gcflags=all=-N -l', '-o', 'debugged', '.'], { cwd: folder, env: { ...process.env, ...env } });
  return path.join(folder, 'debugged');
}

/** A program that stands in main.main, at breakpoint 1. */
function stopped(each: TestedDlv, test: (client: DelveClient, folder: string, main: string) => Promise<void>): Promise<void> {
  return withFiles(goModule({ 'main.go': MAIN }), async (folder) => {
    const program = await built(each, folder);
    await debugging({ env: each.env, client: { supportsANSIStyling: false } }, async (client) => {
      await client.begin({ mode: 'exec', program, cwd: folder, dlv: each.dlv }, { breakpoints: { [path.join(folder, 'main.go')]: ['func main()'] } });
      await client.waitForStop();
      await test(client, folder, path.join(folder, 'main.go'));
    });
  });
}

for (const each of testedDlvs()) {
  describe(`Delve console (dlv ${each.name})`, () => {
    before(function () {
      needsTool(this, each.tool, 'debugpy');
    });

    for (const [title, script] of Object.entries(SCRIPTS)) {
      it(`answers as dlv's own terminal: ${title}`, () => stopped(each, async (client, folder) => {
        const real = await realAnswers(each.dlv, each.env, path.join(folder, 'debugged'), folder, folder, ['b main.go:27', 'c', ...script]);
        for (const [at, command] of script.entries()) {
          assert.equal(normalised(command, await client.type(command)), normalised(command, real[at + 2]), `${command} (${title})`);
        }
      }));
    }

    const told = <Body>(client: DelveClient, event: string) => client.events.filter((one) => one.event === event).map(({ body }) => body as Body);

    it('is not fooled by values that look like a prompt, and keeps expressions expandable', () => stopped(each, async (client) => {
      await client.type('n');
      await client.type('n');
      assert.equal(await client.type('p lure'), '"(dlv) \\n(dlv) "');
      assert.equal(await client.type('p "(dlv) "'), '"(dlv) "');
      await client.type('n');
      const { body } = await client.evaluateRequest({ expression: 'origin', context: 'repl', frameId: (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames[0].id });
      assert.ok(body.variablesReference > 0, JSON.stringify(body));
      assert.match(await client.type('p nothing'), /^Command failed: could not find symbol value for nothing$/);
      await assert.rejects(client.type('nosuchcommand 1'));
    }));

    it('moves the editor with frames and goroutines', () => stopped(each, async (client) => {
      await client.type('b main.doubleit');
      await client.type('c');
      const stop = await client.waitForStop();
      assert.match(await client.type('up'), /^Frame 1: /m);
      assert.deepEqual(told(client, 'selectedFrame').at(-1), { threadId: stop.threadId, frameId: stop.frames[1].id });
      // The client that does not follow still says that it shows the innermost frame.
      assert.equal(await client.type('p i'), '0');
      assert.match(await client.type('down'), /^Frame 0: /m);
      assert.deepEqual(told(client, 'selectedFrame').at(-1), { threadId: stop.threadId, frameId: stop.frames[0].id });
      assert.equal(await client.type('p i', stop.frames[1].id), '0');
      assert.match(await client.type('p i', stop.frames[0].id), /^Command failed/);
    }));

    it('tells of steps that the terminal makes, and of the end', () => stopped(each, async (client) => {
      const answer = await client.type('n 3');
      const stop = await client.waitForStop();
      assert.deepEqual([stop.reason, stop.text], ['step', 'list := []int{1, 2, 3}']);
      assert.ok(answer.startsWith('> main.main() ./main.go:30'), answer);
      assert.equal((await client.type('call doubleit(6)')).split('\n').slice(1, 3).join('|'), 'Values returned:|\t~r0: 12');
      await client.type('c');
      assert.equal(await client.waitForEnd(), 0);
    }));

    it('is told of an end that a command of the terminal brings', () => stopped(each, async (client) => {
      await client.type('c main.main');
      assert.equal(await client.waitForEnd(), 0);
    }));

    it('has one set of breakpoints with the client', () => stopped(each, async (client, _folder, main) => {
      const [entry, line] = [27, 17];
      type Told = { reason: string; breakpoint: { id: number; line: number; verified: boolean; source: { path: string } } };
      await client.type('b main.go:17');
      const added = told<Told>(client, 'breakpoint').at(-1)!;
      assert.deepEqual([added.reason, added.breakpoint.line, added.breakpoint.source.path, added.breakpoint.verified], ['new', line, main, true]);
      await client.type('cond 2 n == 2');
      await client.type('on 2 print n');
      const again = await client.breakAt(main, entry, line);
      assert.deepEqual(again.map(({ id, verified }) => [id, verified]), [[1, true], [added.breakpoint.id, true]]);
      const listed = await client.type('bp');
      assert.match(listed, /Breakpoint 2 .*\n\tcond n == 2\n\tprint n/);
      assert.match(await client.type('c'), /\n\tn: 2\n/);
      await client.waitForStop();
      await client.type('toggle 1');
      assert.equal(told<Told>(client, 'breakpoint').at(-1)!.breakpoint.verified, false, JSON.stringify(client.events.slice(-6)) + (await client.type('bp')));
      await client.breakAt(main, entry);
      const left = await client.type('bp');
      assert.doesNotMatch(left, /Breakpoint 2 /);
      assert.match(left, /Breakpoint 1 \(disabled\)/);
      await client.type('clear 1');
      assert.deepEqual([told<Told>(client, 'breakpoint').at(-1)!.reason, told<Told>(client, 'breakpoint').at(-1)!.breakpoint.id], ['removed', 1]);
    }));

    it('can be paused and given breakpoints while a command has the program running', () => withFiles(goModule({ 'main.go': ENDLESS }), async (folder) => {
      const main = path.join(folder, 'main.go');
      await debugging({ env: each.env }, async (client) => {
        await client.begin({ program: folder, dlv: each.dlv }, { breakpoints: { [main]: ['begin := 0'] } });
        await client.waitForStop();
        const going = client.type('c main.never');
        await client.waitFor('the program to run', () => client.events.at(-1)?.event === 'continued');
        const [first] = await client.breakAt(main, 'begin++');
        assert.equal(first.verified, true, first.message);
        await going;
        assert.equal((await client.waitForStop()).text, 'begin++');
        await client.breakAt(main);
        const again = client.type('c main.never');
        await client.waitFor('the program to run', () => client.events.at(-1)?.event === 'continued');
        await client.pauseRequest({ threadId: 1 });
        await again;
        assert.equal((await client.waitForStop()).reason, 'pause');
        assert.match(await client.type('bt'), /main\.main/);
      });
    }));
  });
}
