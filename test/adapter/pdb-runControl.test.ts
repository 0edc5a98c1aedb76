// How a program goes on and stops: steps, jumps, pauses, threads, tasks; on each interpreter that is found.
import assert from 'node:assert/strict';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { interpreters } from './interpreters.ts';
import { debugging, lineOf, withFiles, type PdbClient } from './pdbClient.ts';

interface Named { readonly id: number; readonly name: string }

const threadsOf = async (client: PdbClient): Promise<readonly Named[]> => (await client.send('threads')).body.threads as Named[];
const stackOf = async (client: PdbClient, threadId: number) => (await client.stackTraceRequest({ threadId })).body.stackFrames;

const STEPS = `import json


def inner(x):
    return x + 1  # inner


def outer(a, b):
    return a * b  # outer


class Rows:
    @property
    def size(self):
        return 3  # size


def numbers():
    yield 1  # yield one
    yield 2  # yield two


def job():
    value = outer(inner(1), inner(2))  # nested calls
    text = json.dumps([value])  # library
    keyed = sorted([2, 1], key=lambda each: -each)  # callback
    for number in numbers():  # loop
        value += number  # body
    value = 100  # jump over me
    return value  # the end


result = job()  # call
print(result)
`;

/** Threads that come to the same line at the same moment, each once a round. */
const TOGETHER = `import threading

gate = threading.Barrier(4)


def meet():
    for turn in range(3):
        gate.wait()
        me = threading.current_thread().name  # meet
        del me


threads = [threading.Thread(target=meet, name='t%d' % number) for number in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
print('met')
`;

describe('pdb adapter: run control', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of interpreters()) {
    it(`tells of every thread's breakpoint once, one after the other, when several come to it together (${name})`, () => withFiles({ 'main.py': TOGETHER }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { breakpoints: { [program]: ['# meet'] } });
        const met: Record<string, number> = {};
        for (let count = 0; count < 12; count++) {
          const stop = await client.waitForStop();
          assert.equal(stop.text.endsWith('# meet'), true, `stopped at ${stop.text}`);
          const thread = (await threadsOf(client)).find(({ id }) => id === stop.threadId)?.name ?? 'nobody';
          met[thread] = (met[thread] ?? 0) + 1;
          await client.resume();
        }
        assert.deepEqual(met, { t0: 3, t1: 3, t2: 3, t3: 3 });
        assert.equal(await client.waitForEnd(), 0);
      });
    }));
  }

  for (const { name, python } of interpreters()) {
    it(`steps in to what was chosen, over, out, and jumps (${name})`, () => withFiles({ 'main.py': STEPS }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python, justMyCode: true }, { breakpoints: { [program]: ['# nested calls'] } });
        let stop = await client.waitForStop();
        const { targets } = (await client.send('stepInTargets', { frameId: stop.frame.id })).body as { targets: { id: number; label: string }[] };
        assert.deepEqual(targets.map(({ label }) => label), ['inner(…)', 'inner(…)', 'outer(…)']);
        stop = await client.go('stepIn', { targetId: targets[2].id });
        assert.equal(stop.text, 'return a * b  # outer');
        stop = await client.go('stepOut');
        assert.equal(stop.text, 'value = outer(inner(1), inner(2))  # nested calls');
        // The value that came back is shown where it came to.
        assert.equal(Object.values(await client.variables('Return value'))[0].value, '6');
        stop = await client.go('next');
        assert.equal(stop.text, 'text = json.dumps([value])  # library');
        // The library is not stepped into.
        stop = await client.go('stepIn');
        assert.match(stop.text, /# callback/);
        stop = await client.go('stepIn');
        assert.match(stop.frame.name, /<lambda>/);
        stop = await client.go('stepOut');
        stop = await client.go('next');
        while (!stop.text.includes('# loop')) stop = await client.go('next');
        stop = await client.go('stepIn');
        assert.equal(stop.text, 'yield 1  # yield one');
        await client.breakAt(program, '# jump over me');
        stop = await client.go('continue');
        assert.equal(stop.text, 'value = 100  # jump over me');
        const line = lineOf(program, '# the end');
        const goto = (await client.send('gotoTargets', { source: { path: program }, line })).body as { targets: { id: number; line: number }[] };
        assert.deepEqual(goto.targets.map((target) => target.line), [line]);
        await client.send('goto', { threadId: stop.threadId, targetId: goto.targets[0].id });
        stop = await client.waitForStop();
        assert.deepEqual([stop.reason, stop.frame.line], ['goto', line]);
        // A step over the end of a function comes to the next line of its caller.
        stop = await client.go('next');
        assert.equal(stop.text, 'print(result)');
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.equal(client.output('stdout').trim(), '9');
      });
    }));
  }

  const THREADS = `import threading, time

counts = [0, 0]
going = True


def count(which):
    while going:
        counts[which] += 1  # count
        time.sleep(0.001)


def stop_here():
    seen = list(counts)  # in the worker
    return seen


threads = [threading.Thread(target=count, args=(each,), name='counter %d' % each) for each in range(2)]
for thread in threads:
    thread.start()
time.sleep(0.05)
worker = threading.Thread(target=stop_here, name='worker')
worker.start()
worker.join()
sleeper = threading.Event()
print('waiting', flush=True)
sleeper.wait(60)  # blocked
going = False
for thread in threads:
    thread.join()
print('over')
`;

  for (const { name, python } of interpreters()) {
    it(`stops all threads together, lets one go alone, and shows those in a call (${name})`, () => withFiles({ 'main.py': THREADS }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { breakpoints: { [program]: ['# in the worker'] } });
        let stop = await client.waitForStop();
        assert.equal(stop.event.allThreadsStopped, true);
        const threads = await threadsOf(client);
        const named = (wanted: string) => {
          const found = threads.find((thread) => thread.name === wanted);
          assert.ok(found, `${wanted} among ${threads.map((thread) => thread.name).join(', ')}`);
          return found.id;
        };
        assert.equal(stop.threadId, named('worker'));
        assert.equal((await stackOf(client, named('MainThread'))).at(-1)?.name, '<module>');

        /** Until the counters stand still: each stops at its next line. */
        const counts = async () => (await client.evaluateRequest({ expression: 'counts', context: 'watch', frameId: stop.frame.id })).body.result;
        let before = await counts();
        for (let again = await counts(); again !== before; again = await counts()) before = again;
        await new Promise((resolve) => setTimeout(resolve, 200));
        assert.equal(await counts(), before, 'a thread has gone on while all are stopped');

        // One goes on alone, the other counter stands still.
        await client.send('continue', { threadId: named('counter 0'), singleThread: true });
        const numbers = (text: string) => text.match(/\d+/g)?.map(Number) ?? [];
        const [zero, one] = numbers(before);
        await client.waitFor('counter 0 to go on', () => true);
        let now = numbers(await counts());
        for (let tries = 0; now[0] <= zero && tries < 200; tries++) now = numbers(await counts());
        assert.ok(now[0] > zero, 'the thread that was let go stands still');
        assert.equal(now[1], one, 'a thread that was not let go has gone on');

        await client.breakAt(program);
        await client.resume();
        await client.waitForOutput('waiting');
        // Paused in a loop.
        await client.send('pause', { threadId: named('counter 1') });
        stop = await client.waitForStop();
        assert.deepEqual([stop.reason, stop.frame.name.split('.').at(-1)], ['pause', 'count']);
        await client.resume();
        // In a call that does not come back by itself: it is shown there.
        await client.send('pause', { threadId: named('MainThread') });
        stop = await client.waitForStop();
        assert.equal(stop.reason, 'pause');
        const main = await stackOf(client, named('MainThread'));
        assert.ok(main.some((frame) => frame.source?.path === program && frame.line === lineOf(program, '# blocked')), JSON.stringify(main.map((frame) => [frame.name, frame.line])));
        const running = main.findIndex((frame) => frame.source?.path === program);
        assert.equal((await client.evaluateRequest({ expression: 'sleeper.set()', context: 'watch', frameId: main[running].id })).body.result, 'None');
        await client.resume();
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stdout'), /over/);
      });
    }));
  }

  const TASKS = `import asyncio


async def leaf(n):
    await asyncio.sleep(0.01)
    return n  # leaf


async def middle():
    value = await leaf(1)  # await leaf
    other = await leaf(2)  # await again
    return value + other


async def waiter():
    event = asyncio.Event()
    await event.wait()  # waits


async def main():
    other = asyncio.ensure_future(waiter())
    task = asyncio.ensure_future(middle())
    print(await task)  # await task
    other.cancel()


asyncio.run(main())
`;

  for (const { name, python } of interpreters()) {
    it(`steps over await, lists tasks, and tells who awaits (${name})`, () => withFiles({ 'main.py': TASKS }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python, justMyCode: true }, { breakpoints: { [program]: ['# await leaf'] } });
        let stop = await client.waitForStop();
        stop = await client.go('next');
        assert.equal(stop.text, 'other = await leaf(2)  # await again', 'a step over await stays in the coroutine');
        const shown = await stackOf(client, stop.threadId);
        const label = shown.findIndex((frame) => frame.presentationHint === 'label');
        assert.ok(label > 0, 'no label of who awaits');
        assert.match(shown[label].name, /^awaited by /);
        assert.equal(shown[label + 1].name, 'main');
        assert.equal(shown[label + 1].line, lineOf(program, '# await task'));
        const tasks = (await threadsOf(client)).filter((thread) => thread.name.includes('waiting'));
        const waiting = tasks.find((task) => task.name.includes('waiter'));
        assert.ok(waiting, tasks.map((task) => task.name).join(', '));
        const frames = await stackOf(client, waiting.id);
        assert.ok(frames.some((frame) => frame.name === 'waiter' && frame.line === lineOf(program, '# waits')));
        await client.breakAt(program, '# leaf');
        stop = await client.go('continue');
        assert.equal(stop.text, 'return n  # leaf');
        assert.deepEqual(stop.frames.slice(0, 2).map((frame) => frame.name), ['leaf', 'middle']);
        await client.breakAt(program);
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.equal(client.output('stdout').trim(), '3');
      });
    }));
  }
});
