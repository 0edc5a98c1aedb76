import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { debugging, lineOf, type DelveClient } from './delveClient.ts';
import { withEachDlv } from './goProgram.ts';

const MAIN = `package main

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"sync"
	"time"
)

func worker(id int, start, done chan bool) {
	<-start
	double := id * 2
	fmt.Println("worker", double)
	done <- true
}

func parked(wait chan bool) {
	<-wait
}

func many() {
	wait := make(chan bool)
	for i := 0; i < 1500; i++ {
		go parked(wait)
	}
	go worker(1, wait, wait)
	time.Sleep(50 * time.Millisecond)
	fmt.Println("all are there")
	close(wait)
}

func labelled() {
	wait := make(chan bool)
	pprof.Do(context.Background(), pprof.Labels("job", "first", "user", "me"), func(context.Context) {
		go parked(wait)
		time.Sleep(time.Millisecond)
		fmt.Println("labelled")
	})
}

func interrupted() {
	start, done := make(chan bool), make(chan bool)
	go worker(21, start, done)
	close(start)
	<-done // waits
	fmt.Println("main goes on")
}

func cleanup(what string, count int) { fmt.Println("cleanup", what, count) }

func deferring(n int) int {
	defer cleanup("first", n)
	defer func() {
		fmt.Println("closure", n)
	}()
	n++
	return n // deferring
}

func spin() {
	for n := 0; ; n++ {
		time.Sleep(time.Millisecond)
	}
}

func locked() {
	var group sync.WaitGroup
	group.Add(1)
	group.Wait() // for ever
}

func main() {
	switch os.Args[1] {
	case "many":
		many()
	case "labelled":
		labelled()
	case "interrupted":
		interrupted()
	case "defer":
		deferring(1)
	case "spin":
		spin()
	case "locked":
		locked()
	}
}
`;

const EXCEPTIONS = { filters: ['unrecovered-panic', 'runtime-fatal-throw'] };

/** The frame that an editor opens: VS Code's rule. */
function opened(frames: readonly DebugProtocol.StackFrame[]): DebugProtocol.StackFrame | undefined {
  return frames.find(({ source }) => source?.path && source.presentationHint !== 'deemphasize');
}

withEachDlv('goroutines', { 'main.go': MAIN }, (program, env) => {
  const threads = async (client: DelveClient) => (await client.threadsRequest()).body.threads;

  it('all of them are listed, over 1024 too, and each has its stack', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('many'), { breakpoints: { [program.main]: ['fmt.Println("all are there")'] } });
    const stop = await client.waitForStop();
    const all = await threads(client);
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    assert.equal(all.filter(({ name }) => /\] main\.(parked|many\.)/.test(name)).length, 1500, `${all.length} listed`);
    assert.equal(all.filter(({ name }) => name.startsWith('* ')).map(({ id }) => id).join(), String(stop.threadId));
    const last = all.filter(({ name }) => /\] main\.parked/.test(name)).at(-1);
    const { stackFrames } = (await client.stackTraceRequest({ threadId: last?.id ?? 0 })).body;
    assert.equal(opened(stackFrames)?.line, lineOf(program.main, '<-wait'));
    await threads(client);
    assert.doesNotMatch(client.output(), /Too many goroutines/);
  }));

  it('are chosen among all by goroutineFilters', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch('many'), goroutineFilters: '-without userloc main.parked' }, { breakpoints: { [program.main]: ['fmt.Println("all are there")'] } });
    await client.waitForStop();
    const names = (await threads(client)).map(({ name }) => name);
    assert.ok(names.length < 100, `${names.length}`);
    assert.ok(names.some((name) => /main\.worker/.test(name)), names.join('\n'));
  }));

  it('carry their pprof labels', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch('labelled'), showPprofLabels: ['*'] }, { breakpoints: { [program.main]: ['fmt.Println("labelled")'] } });
    await client.waitForStop();
    const names = (await threads(client)).map(({ name }) => name);
    assert.ok(names.some((name) => /^\* \[Go 1 job:first user:me\] main\.labelled\.func1 \(Thread \d+\)$/.test(name)), names.join('\n'));
    assert.ok(names.some((name) => /^\[Go \d+ job:first user:me\] main\.(parked|labelled)/.test(name)), names.join('\n'));
  }));

  it('carry one label by its value alone', () => debugging({ env }, async (client) => {
    await client.begin({ ...program.launch('labelled'), showPprofLabels: ['user'] }, { breakpoints: { [program.main]: ['fmt.Println("labelled")'] } });
    await client.waitForStop();
    const names = (await threads(client)).map(({ name }) => name);
    assert.ok(names.some((name) => /^\* \[Go 1 me\] main\./.test(name)), names.join('\n'));
  }));

  it('stop at breakpoints, show their variables, and are switched between', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('interrupted'), { breakpoints: { [program.main]: ['double := id * 2'] } });
    const stop = await client.waitForStop();
    assert.notEqual(stop.threadId, 1);
    assert.equal((await client.locals()).id, '21');
    const main = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
    const shown = opened(main);
    assert.deepEqual([shown?.name, shown?.line], ['main.interrupted', lineOf(program.main, '<-done // waits')]);
    assert.ok(Object.hasOwn(await client.variables('Locals', shown?.id), 'start'));
  }));

  it('a step over that another goroutine\'s breakpoint interrupts is given up by the next step, and finished by Continue', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('interrupted'), { breakpoints: { [program.main]: ['<-done // waits', 'double := id * 2'] } });
    let stop = await client.waitForStop();
    // Either comes first.
    if (stop.threadId !== 1) stop = await client.go('continue');
    const other = stop.threadId === 1 ? await client.go('next') : stop;
    if (other.threadId === 1) return;
    assert.equal(other.text, 'double := id * 2');
    await client.waitForOutput(/A breakpoint came before the end of the step\. Continue finishes the step; another step gives it up\./, 'console');
    const stepped = await client.go('next');
    assert.deepEqual([stepped.reason, stepped.threadId, stepped.text], ['step', other.threadId, 'fmt.Println("worker", double)']);
    assert.equal((await client.locals()).double, '42');
    assert.doesNotMatch(client.output(), /Unable to step/);
  }));

  it('that run are paused, at the program\'s own line', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('spin'));
    await client.pauseRequest({ threadId: 1 });
    const stop = await client.waitForStop();
    assert.equal(stop.reason, 'pause');
    const frames = (await client.stackTraceRequest({ threadId: 1 })).body.stackFrames;
    assert.equal(opened(frames)?.name, 'main.spin');
    await client.resume();
    await client.pauseRequest({ threadId: 1 });
    assert.equal((await client.waitForStop()).reason, 'pause');
  }));

  it('that all sleep are a deadlock, shown where main waits', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('locked'), { exceptions: EXCEPTIONS });
    const stop = await client.waitForStop();
    assert.deepEqual([stop.reason, stop.event.description, stop.event.text, stop.threadId], ['exception', 'fatal error', 'all goroutines are asleep - deadlock!', 1]);
    const shown = opened(stop.frames);
    assert.deepEqual([shown?.name, shown?.line], ['main.locked', lineOf(program.main, 'group.Wait()')]);
    const { body } = (await client.send('exceptionInfo', { threadId: stop.threadId })) as DebugProtocol.ExceptionInfoResponse;
    assert.deepEqual([body.exceptionId, body.description, body.breakMode], ['fatal error', 'all goroutines are asleep - deadlock!', 'unhandled']);
  }));

  it('show the calls that a function has deferred', () => debugging({ env }, async (client) => {
    await client.begin(program.launch('defer'), { breakpoints: { [program.main]: ['return n // deferring'] } });
    const stop = await client.waitForStop();
    const calls = Object.values(await client.variables('Deferred Calls'));
    // The newest is made first.
    assert.deepEqual(calls.map(({ name, value }) => [name, value.replace(/deferring\.\w+,/, 'deferring.closure,')]), [
      ['1', `main.deferring.closure, deferred at main.go:${lineOf(program.main, 'defer func()')}`],
      ['2', `main.cleanup, deferred at main.go:${lineOf(program.main, 'defer cleanup')}`],
    ]);
    const caller = (await client.scopesRequest({ frameId: stop.frames[1].id })).body.scopes.map(({ name }) => name);
    assert.ok(!caller.includes('Deferred Calls'), caller.join());
  }));
});
