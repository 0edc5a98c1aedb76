import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { debugging, lineOf } from './delveClient.ts';
import { withEachDlv } from './goProgram.ts';

const LONG = 'a text that is far longer than the few dozen characters which the package go/constant prints of a string before it cuts it short';

const MAIN = `package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

type codeError struct{ Code int }

func (e *codeError) Error() string { return fmt.Sprint("failed with code ", e.Code) }

type thing struct {
	Count int
	Name  string
}

type square struct{ side int }

func main() {
	switch os.Args[1] {
	case "text":
		panic("${LONG}")
	case "error":
		panic(errors.New("broken \\"glass\\""))
	case "custom":
		panic(&codeError{3})
	case "struct":
		panic(thing{1, "one"})
	case "number":
		panic(42)
	case "nil":
		var s *square
		fmt.Println(s.side) // nil
	case "library":
		fmt.Println(strings.Repeat("x", -1)) // library
	case "recovered":
		defer func() { fmt.Println("recovered", recover()) }()
		panic("caught")
	case "throw":
		numbers := map[int]int{}
		for i := 0; i < 8; i++ {
			go func() {
				for j := 0; ; j++ {
					numbers[j%100] = j // writes
				}
			}()
		}
		time.Sleep(20 * time.Second)
	}
}
`;

const PANIC = { filters: ['unrecovered-panic'] };
const BOTH = { filters: ['unrecovered-panic', 'runtime-fatal-throw'] };

withEachDlv('exceptions', { 'main.go': MAIN }, (program, env) => {
  const panics: readonly (readonly [what: string, place: string, description: string | RegExp])[] = [
    ['text', 'panic("a text', LONG],
    ['error', 'panic(errors.New', 'broken "glass"'],
    ['custom', 'panic(&codeError', 'failed with code 3'],
    ['struct', 'panic(thing', 'main.thing {Count: 1, Name: "one"}'],
    ['number', 'panic(42)', '42'],
    ['nil', '// nil', /^runtime error: invalid memory address or nil pointer dereference/],
    ['library', '// library', /negative Repeat count/],
  ];
  for (const [what, place, description] of panics) {
    it(`a panic is stopped at and explained: ${what}`, () => debugging({ env }, async (client) => {
      await client.begin(program.launch(what), { exceptions: PANIC });
      const stop = await client.waitForStop();
      assert.deepEqual([stop.reason, stop.event.description], ['exception', 'panic']);
      assert.doesNotMatch(stop.event.text ?? '', /^"/);
      // The editor opens the program's line, not the runtime's nor the library's.
      const opened = stop.frames.find(({ source }) => source?.path && source.presentationHint !== 'deemphasize');
      assert.deepEqual([opened?.name, opened?.source?.path, opened?.line], ['main.main', program.main, lineOf(program.main, place)]);
      const { body } = (await client.send('exceptionInfo', { threadId: stop.threadId })) as DebugProtocol.ExceptionInfoResponse;
      assert.deepEqual([body.exceptionId, body.breakMode], ['panic', 'unhandled']);
      if (typeof description === 'string') assert.equal(body.description, description);
      else assert.match(body.description ?? '', description);
      assert.match(body.details?.stackTrace ?? '', /main\.main/);
    }));
  }

  it('a panic that is recovered from stops nothing', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('recovered'), { exceptions: BOTH });
    await client.waitForEnd();
    assert.ok(!client.events.some(({ event }) => event === 'stopped'));
  }));

  it('no panic is stopped at when its filter is off', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('text'), { exceptions: { filters: [] } });
    await client.waitForEnd();
    assert.ok(!client.events.some(({ event }) => event === 'stopped'));
  }));

  it('a fatal throw is stopped at: concurrent map writes', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('throw'), { exceptions: BOTH });
    const stop = await client.waitForStop();
    assert.deepEqual([stop.reason, stop.event.description, stop.event.text], ['exception', 'fatal error', 'concurrent map writes']);
    const opened = stop.frames.find(({ source }) => source?.path && source.presentationHint !== 'deemphasize');
    assert.deepEqual([opened?.source?.path, opened?.line], [program.main, lineOf(program.main, '// writes')]);
    const { body } = (await client.send('exceptionInfo', { threadId: stop.threadId })) as DebugProtocol.ExceptionInfoResponse;
    assert.deepEqual([body.exceptionId, body.description, body.breakMode], ['fatal error', 'concurrent map writes', 'unhandled']);
  }));

  it('the filters answer one by one', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch('text'), stopOnEntry: true });
    const entry = await client.waitForStop();
    assert.equal(entry.reason, 'entry');
    assert.ok(entry.frames.length > 0);
    const { body } = (await client.setExceptionBreakpointsRequest(BOTH)) as DebugProtocol.SetExceptionBreakpointsResponse;
    for (const each of body?.breakpoints ?? []) assert.equal(each.verified, true);
  }));
});
