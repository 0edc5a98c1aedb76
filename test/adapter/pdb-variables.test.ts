// Values through the whole adapter: what a client sees of a stopped program's variables, and what it can do with them.
import assert from 'node:assert/strict';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { needsTool } from '../tools.ts';
import { extremeInterpreters, interpreters } from './interpreters.ts';
import { debugging, withFiles, type PdbClient } from './pdbClient.ts';

const PROGRAM = `import threading, time
total = 1
class Thing:
    kind = 'thing'
    def __init__(self):
        self.items = [1, 2]
        self._hidden = 'x'
    @property
    def computed(self):
        return len(self.items)
    def __repr__(self):
        return 'Thing(%r)' % self.items
class Slow:
    def __repr__(self):
        time.sleep(60)
class Breaks:
    def __repr__(self):
        breakpoint()
        return 'broke'
class Locked:
    lock = threading.Lock()
    def __repr__(self):
        with Locked.lock:
            return 'never'
def work(first, second):
    free = 10
    def inner(argument):
        local = argument + free
        return local  # inner
    thing, slow, locked, breaks = Thing(), Slow(), Locked(), Breaks()
    million = list(range(1000000))
    table = {'k': {'deep': [True, None]}, 2: 'two'}
    Locked.lock.acquire()
    found = inner(first)
    first = found + second  # work
    return first
print(work(1, 2), total)
try:
    try:
        {}['missing']
    except KeyError as error:
        raise ValueError('bad value') from error
except ValueError as problem:
    caught = problem
for number in range(5):
    total = total + (number == 3)
print('total', total)
raise SystemExit(0)
`;

const lines = (text: string) => PROGRAM.split('\n').findIndex((line) => line.includes(text)) + 1;

async function children(client: PdbClient, { variablesReference }: { variablesReference: number }, page: Partial<DebugProtocol.VariablesArguments> = {}): Promise<DebugProtocol.Variable[]> {
  return (await client.variablesRequest({ variablesReference, ...page })).body.variables;
}

const byName = (all: readonly DebugProtocol.Variable[]) => Object.fromEntries(all.map((each) => [each.name, each]));

describe('pdb adapter: variables', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of interpreters()) {
    it(`shows, evaluates, sets and completes (${name})`, () => withFiles({ 'main.py': PROGRAM }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { breakpoints: { [program]: ['# inner', '# work'] } });
        const inner = await client.waitForStop();
        const frameId = inner.frame.id;
        const { scopes } = (await client.scopesRequest({ frameId })).body;
        assert.deepEqual(scopes.map((scope) => scope.name), ['Locals', 'Closure', 'Globals']);
        assert.deepEqual(await client.locals(), { argument: '1', local: '11' });
        assert.equal((await client.variables('Closure'))['free'].value, '10');
        const watch = async (expression: string, context = 'watch') => (await client.evaluateRequest({ expression, frameId, context })).body.result;
        assert.equal(await watch('[local + free + each for each in (1, 2)]'), '[22, 23]');
        assert.equal(await watch('total', 'hover'), '1');
        await assert.rejects(watch('print(1)', 'hover'), /Names, their attributes and items/);
        await assert.rejects(watch('1 / 0'), /ZeroDivisionError: division by zero/);
        assert.equal((await client.setVariableRequest({ variablesReference: scopes[0].variablesReference, name: 'local', value: 'local * 2' })).body.value, '22');

        const work = await client.go('continue');
        assert.equal(work.text, 'first = found + second  # work');
        const shown = await client.variables();
        assert.equal(shown['found'].value, '22', 'the value that was set is returned');
        assert.equal(shown['thing'].value, 'Thing([1, 2])');
        // Its repr would wait for a lock that the stopped thread holds.
        assert.match(shown['locked'].value, /^(<Locked>|<__main__\.Locked object at .*no repr: it took longer than)/);
        assert.match(shown['slow'].value, /^(<Slow>|<__main__\.Slow object at .*no repr: it took longer than)/);
        assert.match(shown['breaks'].value, /^(broke|<Breaks>)$/, 'nothing stops where a repr is made');
        assert.equal((await client.threadsRequest()).body.threads.length, 1, 'threads that make a repr are not the program\'s');
        assert.equal(shown['million'].indexedVariables, 1_000_000);
        const page = await children(client, shown['million'], { filter: 'indexed', start: 999_998, count: 2 });
        assert.deepEqual(page.map((each) => [each.name, each.value, each.evaluateName]), [['[999998]', '999998', 'million[999998]'], ['[999999]', '999999', 'million[999999]']]);
        const thing = byName(await children(client, shown['thing']));
        assert.deepEqual([thing['computed'].value, thing['computed'].presentationHint?.lazy], ['(...)', true]);
        assert.deepEqual((await children(client, thing['computed'])).map((each) => [each.name, each.value]), [['computed', '2']]);
        assert.equal(byName(await children(client, thing['class variables']))['kind'].value, "'thing'");
        const deep = byName(await children(client, byName(await children(client, shown['table']))["'k'"]));
        assert.equal(deep["'deep'"].evaluateName, "table['k']['deep']");

        const top = work.frame.id;
        const set = await client.send('setExpression', { expression: "table['k']['deep'][0]", value: '[thing.kind for _ in (1,)]', frameId: top }) as DebugProtocol.SetExpressionResponse;
        assert.equal(set.body.value, "['thing']");
        assert.equal((await client.evaluateRequest({ expression: 'table', frameId: top, context: 'watch' })).body.result, "{'k': {'deep': [['thing'], None]}, 2: 'two'}");
        assert.equal((await client.evaluateRequest({ expression: 'million', frameId: top, context: 'clipboard' })).body.result.length, 7_888_890);
        const { targets } = (await client.completionsRequest({ frameId: top, text: 'x = thing.com', column: 14 })).body;
        assert.deepEqual(targets.map((each) => [each.label, each.start, each.length]), [['computed', 11, 3]]);
        const commands = (await client.completionsRequest({ frameId: top, text: 'wha', column: 4 })).body.targets;
        assert.ok(commands.some((each) => each.label === 'whatis'), 'commands of pdb');

        // What was shown before the stop ended is not there any more.
        await client.breakAt(program);
        await client.setDataBreakpointsRequest({ breakpoints: [] });
        await client.setExceptionBreakpointsRequest({ filters: ['raised'], filterOptions: [{ filterId: 'raised', condition: 'ValueError' }] });
        const raised = await client.go('continue');
        assert.equal(raised.reason, 'exception');
        await assert.rejects(client.variablesRequest({ variablesReference: shown['thing'].variablesReference }), /not there any more/);
        const info = (await client.exceptionInfoRequest({ threadId: raised.threadId })).body;
        assert.deepEqual([info.exceptionId, info.description, info.details?.innerException?.[0].typeName], ['ValueError', 'bad value', 'KeyError']);
        const { modules } = (await client.send('modules', { startModule: 0, moduleCount: 0 }) as DebugProtocol.ModulesResponse).body;
        assert.ok(modules.some((each) => each.name === 'threading' && each.path?.endsWith('threading.py')));
        await client.setExceptionBreakpointsRequest({ filters: [] });
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
        assert.match(client.output('stdout'), /^24 1\r?\ntotal 2/);
      });
    }));
  }

  for (const { name, python } of extremeInterpreters()) {
    it(`stops when a watched value changes (${name})`, () => withFiles({ 'main.py': PROGRAM }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { breakpoints: { [program]: ['# inner'] } });
        const inner = await client.waitForStop();
        const caller = inner.frames[1];
        const { dataId, description } = (await client.send('dataBreakpointInfo', { name: 'first', frameId: caller.id }) as DebugProtocol.DataBreakpointInfoResponse).body;
        assert.equal(description, 'first in this call of work()');
        const global = (await client.send('dataBreakpointInfo', { name: 'total', frameId: caller.id }) as DebugProtocol.DataBreakpointInfoResponse).body;
        const set = await client.setDataBreakpointsRequest({ breakpoints: [{ dataId: dataId ?? '' }, { dataId: global.dataId ?? '' }] });
        assert.deepEqual(set.body.breakpoints.map((each) => each.verified), [true, true]);
        const first = await client.go('continue');
        assert.deepEqual([first.reason, first.event.text, first.text], ['data breakpoint', 'first: 1 → 13', 'return first']);
        const total = await client.go('continue');
        assert.deepEqual([total.event.text, total.frame.line], ['total: 1 → 2', lines('for number')]);
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
      });
    }));
  }

  it('a million locals and attributes, and expressions that hang', () => {
    const text = 'for number in range(200000):\n    globals()["name%d" % number] = number\nlast = 1  # stop\n';
    return withFiles({ 'main.py': text }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program }, { breakpoints: { [program]: ['# stop'] } });
        const { frame } = await client.waitForStop();
        const { scopes } = (await client.scopesRequest({ frameId: frame.id })).body;
        assert.deepEqual(scopes.map((scope) => scope.name), ['Locals'], 'a module\'s locals are its globals');
        const ranges = await children(client, scopes[0]);
        assert.ok(ranges.length < 300, `${ranges.length} lines`);
        assert.ok((await children(client, ranges[100])).some((each) => /^name\d+$/.test(each.name)));
        // Broken off by the client.
        const hangs = client.evaluateRequest({ expression: '[each for each in iter(int, 1)]', frameId: frame.id, context: 'watch' });
        await assert.rejects(hangs, /took longer than 10 s and was broken off/);
        assert.equal((await client.evaluateRequest({ expression: 'number', frameId: frame.id, context: 'watch' })).body.result, '199999');
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
      });
    });
  });
});
