import assert from 'node:assert/strict';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { debugging, goModule, testedDlvs, withFiles } from './delveClient.ts';

const MAIN = `package main

import "fmt"

func doubleit(n int) int {
	m := n * 2
	return m
}

func main() {
	sum := 0
	for i := 0; i < 3; i++ {
		sum += doubleit(i)
	}
	fmt.Println("sum", sum)
}
`;

for (const { name, tool, dlv, env } of testedDlvs()) {
  describe(`Delve adapter: start (dlv ${name})`, () => {
    before(function () {
      needsTool(this, tool, 'debugpy');
    });

    it('stops at a breakpoint, shows variables, steps, and ends with the program\'s output and exit code', () => withFiles(goModule({ 'main.go': MAIN }), async (folder) => {
      await debugging({ env }, async (client) => {
        await client.begin({ program: folder, dlv }, { breakpoints: { [path.join(folder, 'main.go')]: ['return m'] } });
        const stop = await client.waitForStop();
        assert.equal(stop.reason, 'breakpoint');
        assert.equal(stop.text, 'return m');
        assert.deepEqual(stop.frames.slice(0, 2).map((frame) => frame.name), ['main.doubleit', 'main.main']);
        assert.equal((await client.locals()).m, '0');
        const outside = await client.go('stepOut');
        assert.match(outside.frame.name, /main\.main/);
        await client.setBreakpointsRequest({ source: { path: path.join(folder, 'main.go') }, breakpoints: [] });
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stdout'), /sum 6/);
      });
    }));
  });
}
