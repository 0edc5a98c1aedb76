import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { TERMINAL_COMMANDS } from '../../src/debug/delve/console/commandTable.ts';
import { debugging, type DelveClient } from './delveClient.ts';
import { withEachDlv } from './goProgram.ts';

const MAIN = `package main

import (
	"fmt"
	"strings"
)

type point struct {
	X, Y int
	Name string
}

func (p *point) Move(by int) {
	p.X += by
}

var counter = 3

func doubleit(n int) int {
	result := n * 2
	return result
}

func main() {
	origin := &point{1, 2, "origin"}
	list := []point{*origin}
	sum := 0
	for i := 0; i < 3; i++ {
		sum += doubleit(i)
		counter++
	}
	origin.Move(sum)
	fmt.Println(strings.ToUpper(origin.Name), list, sum)
}
`;

/** What is offered at the end of a text. */
async function offered(client: DelveClient, text: string, frameId: number): Promise<DebugProtocol.CompletionItem[]> {
  return (await client.completionsRequest({ text, column: text.length + 1, frameId })).body.targets;
}

withEachDlv('completions', { 'main.go': MAIN }, (program, env) => {
  const stopped = (test: (client: DelveClient, has: (text: string, ...labels: string[]) => Promise<void>, labels: (text: string) => Promise<string[]>, frameId: number) => Promise<void>) => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: ['origin.Move(sum)'] } });
    const { frame } = await client.waitForStop();
    const labels = async (text: string) => (await offered(client, text, frame.id)).map(({ label }) => label);
    const has = async (text: string, ...wanted: string[]) => {
      const found = await labels(text);
      for (const label of wanted) assert.ok(found.includes(label), `"${label}" is not offered after "${text}" but ${found.slice(0, 40).join(' ')}`);
    };
    await test(client, has, labels, frame.id);
  });

  it('offers commands, which dlv itself knows', () => stopped(async (client, has, _labels, frameId) => {
    await has('', 'continue', 'c', 'goroutines', 'origin', 'fmt');
    await has('gor', 'goroutine', 'goroutines');
    await has('help ca', 'call');
    const help = await client.type('help');
    const real = new Set([...help.matchAll(/^ {4}([\w-]+)(?: \(alias: ([^)]*)\))?/gm)].flatMap(([, name, aliases]) => [name, ...(aliases ? aliases.split(' | ') : [])]));
    const commands = (await offered(client, 'help ', frameId)).map(({ label }) => label);
    assert.deepEqual(commands.filter((each) => !real.has(each)), [], 'offered, and unknown to dlv');
    const [, ...names] = help.matchAll(/^ {4}([\w-]+)/gm);
    assert.deepEqual(names.map(([, name]) => name).filter((name) => !commands.includes(name)), [], 'known to dlv, and not offered');
    assert.ok(TERMINAL_COMMANDS.length > 40);
  }));

  it('offers what commands take', () => stopped(async (_client, has, labels) => {
    await has('b ', 'main.main', 'main.doubleit');
    await has('break main.dou', 'main.doubleit');
    await has('b strings.ToUp', 'strings.ToUpper');
    await has('b mai', 'main.go:', 'main.main');
    await has('clear ', '1');
    await has('on 1 ', 'print', 'stack');
    await has('on 1 print or', 'origin');
    await has('cond 1 su', 'sum');
    await has('goroutine ', '1');
    await has('goroutine 1 fr', 'frame');
    await has('frame 0 print su', 'sum');
    await has('config max-', 'max-string-len', 'max-array-values');
    await has('bt -f', '-full');
    await has('types main.po', 'main.point');
    await has('funcs main.d', 'main.doubleit');
    await has('vars ', 'main.counter');
    assert.deepEqual(await labels('next x'), []);
  }));

  it('offers variables, members, methods and what packages have', () => stopped(async (client, has, labels, frameId) => {
    await has('p ', 'origin', 'list', 'sum', 'counter', 'strings');
    await has('p origin.', 'X', 'Y', 'Name', 'Move');
    await has('list[0].', 'X', 'Name');
    await has('p sum + list[0].N', 'Name');
    await has('call origin.M', 'Move');
    await has('p main.cou', 'counter');
    await has('p fmt.Print', 'Println');
    await has('set counter = su', 'sum');
    assert.deepEqual(await labels('p "su'), []);
    assert.deepEqual(await labels('p 1.'), []);
    assert.deepEqual(await labels('p nothing.'), []);
    const [item] = await offered(client, 'p origin.Na', frameId);
    assert.deepEqual([item.label, item.start, item.length], ['Name', 10, 2]);
    // The cursor need not be at the end.
    const { targets } = (await client.completionsRequest({ text: 'p orig + 1', column: 7, frameId })).body;
    assert.deepEqual(targets.map(({ label }) => label), ['origin']);
  }));
});
