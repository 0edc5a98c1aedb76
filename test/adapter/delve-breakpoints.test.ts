import assert from 'node:assert/strict';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { debugging, lineOf, type DelveClient } from './delveClient.ts';
import { withEachDlv } from './goProgram.ts';

const MAIN = `package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"

	"example.com/dependency"
)

type square struct{ side int }

func (s *square) Area() int {
	return s.side * s.side
}

func doubleit(n int) int {
	m := n * 2
	return m
}

func twice[T any](f func(T) T, value T) T {
	return f(f(value))
}

func watched() int {
	total := 1
	for i := 0; i < 3; i++ {
		fmt.Println("pass", i)
		total += i * 10 // changes
	}
	return total
}

func main() {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "http":
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
			answer, err := http.Get(server.URL)
			fmt.Println(answer.StatusCode, err)
		case "watch":
			fmt.Println(watched())
			fmt.Println("watched")
		case "hard":
			runtime.Breakpoint()
			fmt.Println("behind it")
		}
		return
	}
	sum := 0
	for i := 0; i < 10; i++ {
		sum += doubleit(i)
	}
	fmt.Println(strings.ToUpper("sum"), sum)
	fmt.Println((&square{4}).Area(), dependency.Half(8))
	fmt.Println(twice(doubleit, 5))
}
`;

const DEPENDENCY = `package dependency

// Half is called by main.
func Half(n int) int {
	half := n / 2
	return half
}
`;

const FILES = {
  'go.mod': 'module example.com/debugged\n\ngo 1.19\n\nrequire example.com/dependency v1.0.0\n\nreplace example.com/dependency => ./modules/dependency\n',
  'main.go': MAIN,
  'modules/dependency/go.mod': 'module example.com/dependency\n\ngo 1.19\n',
  'modules/dependency/dependency.go': DEPENDENCY,
  'modules/unused/unused.go': 'package unused\n\nfunc Never() {\n}\n',
};

/** dlv 1.20 leaves the folders of a package before its name. */
function shortName(name: string): string {
  return name.replace(/^[^(]*\//, '');
}

withEachDlv('breakpoints', FILES, (program, env) => {
  const n = async (client: DelveClient) => (await client.locals()).n;

  it('stop by condition, by hit count, and by both', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: [{ at: 'm := n * 2', condition: 'n == 4' }, { at: 'return m', hitCondition: '> 8' }] } });
    assert.equal((await client.waitForStop()).text, 'm := n * 2');
    assert.equal(await n(client), '4');
    assert.equal((await client.go('continue')).text, 'return m');
    assert.equal(await n(client), '8');
    await client.breakAt(program.main, { at: 'm := n * 2', condition: 'n > 100', hitCondition: '1' }, 'return f(f(value))');
    assert.equal((await client.go('continue')).text, 'return f(f(value))');
  }));

  it('say that hit counts work, whatever dlv says of itself', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: [{ at: 'm := n * 2', hitCondition: '% 4' }] } });
    await client.waitForStop();
    assert.equal(await n(client), '3');
    const corrected = client.events.filter(({ event }) => event === 'capabilities').map(({ body }) => (body as DebugProtocol.CapabilitiesEvent['body']).capabilities);
    assert.ok(!corrected.some(({ supportsHitConditionalBreakpoints }) => supportsHitConditionalBreakpoints === false), JSON.stringify(corrected));
  }));

  it('log: expressions, per cent signs, and what cannot be evaluated', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: [{ at: 'm := n * 2', logMessage: '100% of {n} and {nosuch}', condition: 'n % 5 == 0' }, 'fmt.Println(twice'] } });
    assert.match((await client.waitForStop()).text, /twice/);
    const lines = client.output('console').split('\n').filter((line) => line.startsWith('> '));
    assert.deepEqual(lines, ['0', '5'].map((value) => `> [Go 1]: 100% of ${value} and {could not find symbol value for nosuch}`));
    const { body } = client.events.find(({ event, body: told }) => event === 'output' && /100%/.test((told as DebugProtocol.OutputEvent['body']).output)) as DebugProtocol.OutputEvent;
    assert.deepEqual([body.source?.path, body.line], [program.main, lineOf(program.main, 'm := n * 2')]);
    assert.doesNotMatch(client.output('stdout'), /100%/);
  }));

  it('say in plain words why they are not set', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch(), stopOnEntry: true });
    await client.waitForStop();
    const told = await client.breakAt(program.main, 3, 9999, { at: 'm := n * 2', condition: 'n ==' }, { at: 'return m', hitCondition: 'often' }, { at: 'sum := 0', logMessage: '{n' }, { at: 'total := 1', logMessage: 'n}' }, { at: 'return total', logMessage: '{}' });
    assert.deepEqual(told.map(({ verified }) => verified), told.map(() => false));
    assert.deepEqual(told.map(({ message }) => message?.replace(/ is no Go expression: .*/, ' is no Go expression').replace(/ (Choose|Write|Expressions) .*/, '')), [
      'Line 3 has no code to stop at.', 'Line 9999 has no code to stop at.', 'The condition "n ==" is no Go expression', '"often" is no hit count.',
      'The log message has a "{" that no "}" closes.', 'The log message has a "}" without a "{" before it.', 'The log message has braces with nothing in them.',
    ]);
    const [unused] = await client.breakAt(program.file('modules/unused/unused.go'), 4);
    assert.match(unused.message ?? '', /^No code of .*unused\.go is in the program/);
    const functions = await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'main.nosuch' }, { name: '/re/' }, { name: 'main.doubleit' }, { name: 'main.doubleit' }] });
    assert.deepEqual(functions.body.breakpoints.map(({ verified }) => verified), [false, false, true, false]);
    assert.match(functions.body.breakpoints[0].message ?? '', /^The program has no function main\.nosuch\. /);
    assert.match(functions.body.breakpoints[1].message ?? '', /^"\/re\/" is no name of a function\. /);
    const [same] = await client.breakAt(program.main, 'func doubleit');
    assert.match(same.message ?? '', /^There is another breakpoint at .*main\.go:\d+ already/);
  }));

  it('work once their condition was corrected', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch(), stopOnEntry: true });
    await client.waitForStop();
    const [refused, kept] = await client.breakAt(program.main, { at: 'm := n * 2', condition: 'n ==' }, 'return m');
    assert.deepEqual([refused.verified, kept.verified], [false, true]);
    const [mended, still] = await client.breakAt(program.main, { at: 'm := n * 2', condition: 'n == 0' }, 'return m');
    assert.deepEqual([mended.verified, mended.line, mended.message], [true, lineOf(program.main, 'm := n * 2'), undefined]);
    assert.equal(still.id, kept.id);
    assert.equal((await client.go('continue')).text, 'm := n * 2');
    assert.equal(await n(client), '0');
  }));

  it('tell of a condition that cannot be evaluated when it is passed', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: [{ at: 'm := n * 2', condition: 'nosuch == 1' }] } });
    const stop = await client.waitForStop();
    assert.equal(stop.text, 'm := n * 2');
    assert.equal(stop.event.description, 'breakpoint condition');
    assert.match(stop.event.text ?? '', /^The condition of this breakpoint cannot be evaluated: could not find symbol value for nosuch\./);
    const { body } = (await client.send('exceptionInfo', { threadId: stop.threadId })) as DebugProtocol.ExceptionInfoResponse;
    assert.match(body.description ?? '', /cannot be evaluated: could not find symbol value for nosuch/);
  }));

  it('stop in functions: the program\'s own, the library\'s, methods, with conditions', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { functions: [{ name: 'main.doubleit', condition: 'n == 3' }, 'strings.ToUpper', 'main.(*square).Area', 'example.com/dependency.Half'] });
    const seen: string[] = [];
    for (let at = 0; at < 4; at++) {
      const stop = at === 0 ? await client.waitForStop() : await client.go('continue');
      assert.equal(stop.reason, 'function breakpoint');
      assert.equal(stop.event.hitBreakpointIds?.length, 1);
      seen.push(shortName(stop.frame.name));
      if (at === 0) assert.equal((await client.locals()).n, '3');
    }
    assert.deepEqual(seen, ['main.doubleit', 'strings.ToUpper', 'main.(*square).Area', 'dependency.Half']);
  }));

  it('stop in net/http and in a module\'s file', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch('http'), stopOnEntry: true });
    await client.waitForStop();
    // Where the library is, its function says.
    const { breakpoints: [found] } = (await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'net/http.(*Client).Get' }] })).body;
    await client.setFunctionBreakpointsRequest({ breakpoints: [] });
    const file = found.source?.path ?? '';
    assert.ok(file.endsWith(path.join('net', 'http', 'client.go')), file);
    const [line] = await client.breakAt(file, (found.line ?? 0) + 1);
    assert.equal(line.verified, true);
    const stop = await client.go('continue');
    assert.deepEqual([stop.reason, shortName(stop.frame.name), stop.frame.source?.path], ['breakpoint', 'http.(*Client).Get', file]);
    assert.match((await client.locals()).url, /^"http:\/\/127\.0\.0\.1:/);
  }));

  it('stop in the file of a dependency', () => debugging({ env }, async (client) => {
    const file = program.file('modules/dependency/dependency.go');
    await client.begin(program.launch(), { breakpoints: { [file]: ['return half'] } });
    const stop = await client.waitForStop();
    assert.deepEqual([shortName(stop.frame.name), stop.frame.source?.path], ['dependency.Half', file]);
    const { n: whole, half } = await client.locals();
    assert.deepEqual([whole, half], ['8', '4']);
  }));

  it('are set and taken away while the program is stopped elsewhere', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: ['m := n * 2'] } });
    await client.waitForStop();
    await client.breakAt(program.main, 'return f(f(value))');
    assert.equal((await client.go('continue')).text, 'return f(f(value))');
  }));

  it('stop at an instruction, and step by instruction', () => debugging({ env }, async (client) => {
    await client.begin(program.launch(), { breakpoints: { [program.main]: [{ at: 'm := n * 2', condition: 'n == 1' }] } });
    const first = await client.waitForStop();
    const second = await client.go('stepIn', { granularity: 'instruction' });
    assert.equal(second.reason, 'step');
    const [before, after] = [first, second].map(({ frame }) => BigInt(frame.instructionPointerReference ?? '0'));
    assert.ok(after > before && after - before < 16n, `${before} -> ${after}`);
    await client.breakAt(program.main);
    const { breakpoints } = (await client.send('setInstructionBreakpoints', { breakpoints: [{ instructionReference: first.frame.instructionPointerReference }, { instructionReference: 'nowhere' }] }) as DebugProtocol.SetInstructionBreakpointsResponse).body;
    assert.deepEqual(breakpoints.map(({ verified }) => verified), [true, false]);
    const stop = await client.go('continue');
    assert.equal(stop.reason, 'instruction breakpoint');
    assert.equal(stop.frame.instructionPointerReference, first.frame.instructionPointerReference);
    assert.equal(await n(client), '2');
  }));

  it('stop where a value changes, until its function has returned; or are taken back where this dlv has none', () => {
    if (program.dlv.name === '1.20') {
      return debugging({ env }, async (client) => {
        await client.begin(program.launch('watch'), { breakpoints: { [program.main]: ['for i := 0; i < 3'] } });
        const corrected = client.events.filter(({ event }) => event === 'capabilities').map(({ body }) => (body as { capabilities: DebugProtocol.Capabilities }).capabilities.supportsDataBreakpoints);
        assert.ok(corrected.includes(false), JSON.stringify(corrected));
        await client.waitForStop();
      });
    }
    return debugging({ env }, async (client) => {
      await client.begin(program.launch('watch'), { breakpoints: { [program.main]: ['for i := 0; i < 3'] } });
      const stop = await client.waitForStop();
      const { scopes } = (await client.scopesRequest({ frameId: stop.frame.id })).body;
      const info = (await client.dataBreakpointInfoRequest({ variablesReference: scopes[0].variablesReference, name: 'total' })).body;
      assert.equal(info.description, 'total');
      const { breakpoints } = (await client.setDataBreakpointsRequest({ breakpoints: [{ dataId: info.dataId as string, accessType: 'write' }] })).body;
      assert.deepEqual(breakpoints.map(({ verified, message }) => [verified, message]), [[true, undefined]]);
      await client.breakAt(program.main);
      const values: string[] = [];
      for (let at = 0; at < 3; at++) {
        const changed = await client.go('continue');
        assert.equal(changed.reason, 'data breakpoint');
        values.push((await client.locals()).total);
      }
      assert.deepEqual(values, ['1', '11', '31']);
      // The stack that it stood in is written to by others now, which stops nothing.
      await client.resume();
      await client.waitForEnd();
      assert.match(client.output('stdout'), /31\nwatched/);
    });
  });

  it('stop at runtime.Breakpoint()', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('hard'));
    const stop = await client.waitForStop();
    assert.deepEqual([stop.reason, stop.event.description], ['breakpoint', 'Paused on runtime.Breakpoint()']);
    assert.match(stop.frames.find(({ name }) => name === 'main.main')?.source?.path ?? '', /main\.go$/);
  }));
});
