import assert from 'node:assert/strict';
import { debugging, type DelveClient } from './delveClient.ts';
import { withEachDlv } from './goProgram.ts';

const MAIN = `package main

import "fmt"

func doubleit(n int) int {
	result := n * 2
	return result
}

func main() {
	sum := 0
	for i := 0; i < 4; i++ {
		sum += doubleit(i)
	}
	fmt.Println(sum)
}
`;

withEachDlv('showCommands', { 'main.go': MAIN }, (program, env) => {
  const told = (client: DelveClient) => client.output('console').split('\n').filter((line) => line.startsWith('(dlv) ')).map((line) => line.slice('(dlv) '.length));

  it('tells what each button would be as a command', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch(), cwd: program.folder, showCommands: true }, { breakpoints: { [program.main]: ['sum += doubleit(i)'] }, functions: ['main.doubleit'] });
    await client.waitForStop();
    assert.deepEqual(told(client), ['break main.go:13', 'break main.doubleit', 'continue']);
    const since = (() => {
      let seen = told(client).length;
      return () => {
        const all = told(client);
        const [from, to] = [seen, all.length];
        seen = to;
        return all.slice(from);
      };
    })();
    await client.go('continue');
    await client.go('next');
    await client.go('stepIn');
    await client.go('stepIn', { granularity: 'instruction' });
    const { frames } = await client.go('stepOut');
    assert.deepEqual(since(), ['continue', 'next', 'step', 'step-instruction', 'stepout']);

    const { scopes } = (await client.scopesRequest({ frameId: frames[0].id })).body;
    await client.setVariableRequest({ variablesReference: scopes[0].variablesReference, name: 'sum', value: '7' });
    assert.deepEqual(since(), ['set sum = 7']);

    await client.breakAt(program.main, { at: 'sum += doubleit(i)', condition: 'i == 3' }, 'fmt.Println(sum)');
    await client.breakAt(program.main, { at: 'sum += doubleit(i)', condition: 'i == 3', hitCondition: '1' });
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const changes = since();
    assert.match(changes.join('\n'), /^condition \d+ i == 3\nbreak main\.go:15\nclear \d+\n(?:condition \d+ i == 3\n)?condition -hitcount \d+ == 1\nclear \d+$/);

    // What the person types is not told again.
    await client.type('n');
    await client.waitForStop();
    await client.type('p sum');
    assert.deepEqual(since(), []);
  }));

  it('tells which frame is looked at', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch(), cwd: program.folder, showCommands: true }, { breakpoints: { [program.main]: ['result := n * 2'] } });
    const { frames } = await client.waitForStop();
    await client.scopesRequest({ frameId: frames[0].id });
    await client.scopesRequest({ frameId: frames[1].id });
    assert.deepEqual(told(client).slice(2), ['frame 1']);
  }));

  it('tells nothing unless it is asked to', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: ['result := n * 2'] } });
    await client.waitForStop();
    await client.go('next');
    assert.deepEqual(told(client), []);
  }));
});
