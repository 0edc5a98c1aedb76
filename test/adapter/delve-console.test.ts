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
  });
}
