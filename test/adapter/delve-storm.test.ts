import assert from 'node:assert/strict';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles } from './delveClient.ts';
import { storm } from './storm.ts';

const PROGRAM = `package main

import "time"

func leaf(n int) int {
	total := 0
	for each := 0; each < n%5; each++ {
		total += each
	}
	return total
}

func work(name string) {
	for n := 0; ; n++ {
		if leaf(n) == 3 {
			last := name
			_ = last
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func main() {
	go work("a")
	go work("b")
	work("main")
}
`;

for (const { name, tool, dlv, env } of testedDlvs()) {
  describe(`Delve adapter: random actions (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    for (const seed of [1, 2]) {
      it(`are all answered, whatever comes when (seed ${seed})`, () => withFiles(goModule({ 'main.go': PROGRAM }), async (folder) => {
        const file = path.join(folder, 'main.go');
        await debugging({ env }, async (client) => {
          await client.begin({ program: folder, dlv }, { breakpoints: { [file]: ['total += each'] } });
          const answered = await storm(client, {
            seed, actions: 120, file, lines: [1, 5, 6, 7, 8, 10, 14, 15, 16, 19, 99], functions: ['main.leaf', 'main.work', 'nothing.there'],
            typed: ['n', 's', 'c', 'p n', 'bt', 'up', 'down', 'l', 'b 10', 'clear 1', 'bp', '1 + 1', 'set n = 5', 'locals', 'nonsense', 'so', 'goroutines', 'whatis n', 'x x x', 'cond 1 n > 3', 'args', '', 'gr 1', 'call leaf(3)', 'help'],
            conditions: ['n > 3', 'total == 1', 'nosuch', '1/0', 'n ='],
          });
          assert.ok(Object.values(answered).reduce((a, b) => a + b, 0) > 80, JSON.stringify(answered));
          await client.disconnectRequest({ terminateDebuggee: true });
        });
      }));
    }
  });
}
