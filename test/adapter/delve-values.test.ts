import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { debugging, type DelveClient } from './delveClient.ts';
import { withEachDlv } from './goProgram.ts';

const MAIN = `package main

import (
	"errors"
	"fmt"
	"strings"
)

type shape interface{ Area() float64 }

type square struct {
	Side float64
	Name string
}

func (s *square) Area() float64 { return s.Side * s.Side }

func (s square) Twice() float64 { return s.Side * 2 }

type pair[K comparable, V any] struct {
	Key   K
	Value V
}

func doubleit(n int) int {
	m := n * 2
	return m
}

func divide(a, b int) (quotient int, err error) {
	if b == 0 {
		return 0, errors.New("division by zero")
	}
	return a / b, nil
}

func inner(depth int, text string) {
	local := depth + 1
	fmt.Println(depth, text, local) // inner
}

func main() {
	text := "hello"
	number := 42
	other := 43
	real := 1.5
	yes := true
	pointer := &number
	list := []int{1, 2, 3}
	names := map[string]int{"one": 1, "two": 2}
	var figure shape = &square{2, "small"}
	plain := square{3, "three"}
	queue := make(chan int, 3)
	queue <- 7
	add := func(x int) int { return x + number }
	err := errors.New("broken")
	raw := []byte("bytes")
	fixed := [2]int{8, 9}
	var missing *square
	var small uint8 = 200
	var anything interface{} = 5
	both := pair[string, int]{"key", 6}
	long := strings.Repeat("x", 3000)
	fmt.Println(text, number, other, real, yes, *pointer, list, names, figure.Area(), plain.Twice(), len(queue), add(1), err, raw, fixed, missing, small, anything, both, len(long)) // here
	inner(1, text)
	fmt.Println(doubleit(number), small)
	fmt.Println(divide(1, 0))
}
`;

withEachDlv('values', { 'main.go': MAIN }, (program, env) => {
  const at = (place: string, test: (client: DelveClient, frame: DebugProtocol.StackFrame) => Promise<void>, more: object = {}) => () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch(), ...more }, { breakpoints: { [program.main]: [place] } });
    const { frame } = await client.waitForStop();
    await test(client, frame);
  });
  const children = async (client: DelveClient, { variablesReference }: { variablesReference: number }) => (await client.variablesRequest({ variablesReference })).body.variables;
  const named = async (client: DelveClient, parent: { variablesReference: number }) => Object.fromEntries((await children(client, parent)).map(({ name, value }) => [name, value]));
  const scopeOf = async (client: DelveClient, frame: DebugProtocol.StackFrame) => (await client.scopesRequest({ frameId: frame.id })).body.scopes[0].variablesReference;
  const refusal = (asked: Promise<unknown>) => asked.then(() => assert.fail('was not refused'), (error: Error) => error.message);

  it('of every kind are shown, and what they are made of', at('// here', async (client) => {
    const all = await client.variables();
    const values = Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value]));
    assert.deepEqual([values.text, values.number, values.real, values.yes, values.pointer, values.small], ['"hello"', '42', '1.5', 'true', '*42', '200 = 0xc8']);
    assert.equal(values.list, '[]int len: 3, cap: 3, [1,2,3]');
    assert.equal(values.figure, 'main.shape(*main.square) *{Side: 2, Name: "small"}');
    assert.equal(values.plain, 'main.square {Side: 3, Name: "three"}');
    assert.equal(values.queue, 'chan int 1/3');
    assert.equal(values.missing, '*main.square nil');
    assert.equal(values.fixed, '[2]int [8,9]');
    assert.match(values.add, /^main\.main\.func1/);
    assert.match(values.err, /errorString.*broken/);
    assert.match(values.both, /^main\.pair\[string, ?int\] \{Key: "key", Value: 6\}$/);
    assert.deepEqual(await named(client, all.list), { '[0]': '1', '[1]': '2', '[2]': '3' });
    assert.deepEqual(await named(client, all.names), { 'len()': '2', '"one"': '1', '"two"': '2' });
    assert.deepEqual(await named(client, all.plain), { Side: '3', Name: '"three"' });
    assert.equal((await named(client, all.raw))['string()'], '"bytes"');
    const [data] = await children(client, all.figure);
    const square = await children(client, data);
    assert.deepEqual(square.map(({ name, value }) => [name, value]), [['', 'main.square {Side: 2, Name: "small"}']]);
    assert.deepEqual(await named(client, square[0]), { Side: '2', Name: '"small"' });
    assert.match((await named(client, all.queue)).buf, /\[7,0,0\]/);
  }));

  it('are set, and shown as they are then', at('// here', async (client, frame) => {
    const variablesReference = await scopeOf(client, frame);
    const set = async (name: string, value: string, parent = variablesReference) => (await client.setVariableRequest({ variablesReference: parent, name, value })).body.value;
    assert.equal(await set('number', '0x10'), '16');
    assert.equal(await set('number', 'other + 1'), '44');
    assert.equal(await set('number', 'doubleit(4)'), '8');
    assert.equal(await set('text', '"bye"'), '"bye"');
    assert.equal(await set('real', '2.5'), '2.5');
    assert.equal(await set('yes', 'false'), 'false');
    assert.equal(await set('pointer', '&other'), '*43');
    assert.equal(await set('pointer', 'nil'), '*int nil');
    assert.match(await set('figure', 'nil'), /nil/);
    const all = await client.variables();
    assert.equal(await set('[1]', '22', all.list.variablesReference), '22');
    assert.equal(await set('Name', '"four"', all.plain.variablesReference), '"four"');
    assert.equal(await set('"two"', '20', all.names.variablesReference), '20');
    const now = await client.locals();
    assert.deepEqual([now.number, now.text, now.list, now.plain], ['8', '"bye"', '[]int len: 3, cap: 3, [1,22,3]', 'main.square {Side: 3, Name: "four"}']);
    await client.breakAt(program.main);
    await client.resume();
    await client.waitForOutput(/bye 8 43 2\.5 false/, 'stdout').catch(() => undefined);
  }));

  it('that cannot be set say why', at('// here', async (client, frame) => {
    const variablesReference = await scopeOf(client, frame);
    const set = (name: string, value: string) => refusal(client.setVariableRequest({ variablesReference, name, value }));
    assert.equal(await set('text', 'bye'), 'text was not set. There is no variable bye here; text stands in quotes: "bye".');
    assert.equal(await set('number', 'nosuch'), 'number was not set. There is no variable nosuch here.');
    assert.match(await set('list', '[]int{9}'), /^list was not set\. dlv cannot make a new value as \[\]int\{9\}\. Set its elements one by one/);
    assert.match(await set('plain', 'square{1, "x"}'), /^plain was not set\. dlv cannot make a new value as square\{1, "x"\}\. Set its fields one by one/);
    assert.match(await set('pointer', '&plain.Side'), /^pointer was not set\. A \*float64 cannot become a \*int\.$/);
    assert.match(await set('anything', '6'), /^anything was not set\. 6 is no interface \{\}\. dlv puts no new value into an interface/);
    assert.match(await set('number', '1 +'), /^number was not set\. "1 \+" is no Go expression: /);
    assert.equal((await client.locals()).number, '42');
  }));

  it('are set by any expression, in any frame', at('// inner', async (client, frame) => {
    const { stackFrames: [, main] } = (await client.stackTraceRequest({ threadId: 1 })).body;
    const set = async (expression: string, value: string, frameId: number) => (await client.send('setExpression', { expression, value, frameId }) as DebugProtocol.SetExpressionResponse).body.value;
    assert.equal(await set('local', '5', frame.id), '5');
    assert.equal(await set('text', '"new"', frame.id), '"new"');
    assert.equal(await set('plain.Side', '9', main.id), '9');
    assert.equal(await set('list[0]', 'list[2]', main.id), '3');
    assert.equal(await set('small', '300', main.id), '44 = 0x2c');
    const far = await refusal(client.send('setExpression', { expression: 'text', value: '"far"', frameId: main.id }));
    assert.match(far, /^text was not set\. Text and results of functions can be set in the newest call/);
    const values = await client.variables('Locals', main.id);
    assert.equal(values.plain.value, 'main.square {Side: 9, Name: "three"}');
  }));

  it('are evaluated for hovers, watches and the clipboard', at('// here', async (client, frame) => {
    const evaluate = async (expression: string, context: 'hover' | 'watch' | 'clipboard' | 'repl') => (await client.evaluateRequest({ expression, context, frameId: frame.id })).body;
    assert.equal((await evaluate('plain.Side * 2', 'hover')).result, '6');
    assert.equal((await evaluate('len(list) + cap(list)', 'watch')).result, '6');
    assert.equal((await evaluate('names["two"]', 'watch')).result, '2');
    assert.equal((await evaluate('figure.(*main.square).Name', 'watch')).result, '"small"');
    assert.deepEqual(await named(client, await evaluate('plain', 'watch')), { Side: '3', Name: '"three"' });
    assert.equal((await evaluate('long', 'clipboard')).result.length, 3002);
    assert.match(await refusal(evaluate('nosuch', 'watch')), /nosuch/);
  }));

  it('of calls: results, errors, and a breakpoint in the function', at('// here', async (client, frame) => {
    const evaluate = async (expression: string) => (await client.evaluateRequest({ expression, context: 'watch', frameId: frame.id })).body;
    assert.equal((await evaluate('call doubleit(6)')).result, '12');
    const both = await evaluate('call divide(7, 0)');
    assert.match(both.result, /^0, error.*division by zero/);
    assert.deepEqual((await children(client, both)).map(({ name }) => name), ['quotient', 'err']);
    assert.equal((await evaluate('call plain.Twice()')).result, '6');
    assert.match(await refusal(evaluate('doubleit(6)')), /call/);
    await client.breakAt(program.main, 'm := n * 2');
    await refusal(evaluate('call doubleit(8)'));
    const stop = await client.waitForStop();
    assert.deepEqual([stop.text, (await client.locals()).n], ['m := n * 2', '8']);
  }));

  it('of packages and registers are shown when asked for', at('// here', async (client, frame) => {
    const { scopes } = (await client.scopesRequest({ frameId: frame.id })).body;
    assert.deepEqual(scopes.map(({ name }) => name), ['Locals', 'Globals (package main)', 'Registers']);
    const registers = await named(client, scopes[2]);
    assert.ok(Object.keys(registers).some((name) => /rip|pc/i.test(name)), Object.keys(registers).join());
  }, { showGlobalVariables: true, showRegisters: true }));
});
