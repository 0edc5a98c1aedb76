// Breakpoints of every kind, on each interpreter that is found: what they stop at is the same on all.
import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { interpreters } from './interpreters.ts';
import { debugging, lineOf, withFiles } from './pdbClient.ts';

const LOOP = `import json
import later_module_name


class Box:
    def __init__(self, size):
        self.size = size  # in init

    def grow(self, by):
        # a comment
        self.size += by  # in grow
        return self.size


def total(count):
    result = 0
    for i in range(count):
        result += i  # hot
    return result


box = Box(1)
box.grow(2)
total(10)  # call one
print(json.dumps([1]))  # call json
later_module_name.late()
`;
const LATER = `def late():
    value = 'late'
    return value  # late line
`;

describe('pdb adapter: breakpoints', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of interpreters()) {
    it(`stop by line, condition, hit count, name of a function, in the library and in modules imported later (${name})`, () => withFiles({ 'main.py': LOOP, 'later_module_name.py': LATER }, async (folder) => {
      const program = path.join(folder, 'main.py');
      const later = path.join(folder, 'later_module_name.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, {
          breakpoints: {
            [program]: [{ at: 'in init' }, { at: '# a comment' }, { at: '# hot', condition: 'i == 3' }, { at: 'result = 0', logMessage: 'count is {count}, {{braces}} {count * 2!r:>4}'.replace('!r:>4', '') }],
            [later]: ['late line'],
          },
          functions: ['Box.grow', 'dumps'],
        });
        let stop = await client.waitForStop();
        assert.deepEqual([stop.reason, stop.text, stop.frame.name.split('.').at(-1)], ['breakpoint', 'self.size = size  # in init', '__init__']);
        assert.equal(stop.event.hitBreakpointIds?.length, 1);

        // The comment's breakpoint has moved to the line below, which is also the function's first: one stop.
        stop = await client.go('continue');
        assert.equal(stop.text, 'self.size += by  # in grow');
        assert.equal(stop.event.hitBreakpointIds?.length, 2);

        stop = await client.go('continue');
        assert.equal(stop.text, 'result += i  # hot');
        assert.equal((await client.locals())['i'], '3');
        assert.match(client.output('console'), /count is 10, \{braces\} 20/);

        // Set anew while it is stopped: hit counts begin from there.
        const [counted] = await client.breakAt(program, { at: '# hot', hitCondition: '%3' });
        assert.equal(counted.verified, true);
        const seen: string[] = [];
        for (let i = 0; i < 2; i++) {
          await client.go('continue');
          seen.push((await client.locals())['i']);
        }
        assert.deepEqual(seen, ['6', '9']);

        // In the standard library, which is there already, by name.
        stop = await client.go('continue');
        assert.equal(stop.reason, 'function breakpoint');
        assert.equal(stop.frame.name, 'dumps');
        assert.equal(path.basename(stop.frame.source?.path ?? ''), '__init__.py');

        stop = await client.go('continue');
        assert.equal(stop.text, 'return value  # late line');
        assert.equal(realpathSync(stop.frame.source?.path ?? ''), realpathSync(later));
        assert.equal(stop.frame.source?.path, later, 'the file is called what the editor calls it');
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
      });
    }));

    it(`say what is wrong with them, and where they have moved (${name})`, () => withFiles({ 'main.py': LOOP, 'later_module_name.py': LATER, 'broken.py': 'x = (\n' }, (folder) => debugging({}, async (client) => {
      const program = path.join(folder, 'main.py');
      await client.begin({ program, python, stopOnEntry: true });
      const entry = await client.waitForStop();
      assert.deepEqual([entry.reason, entry.frame.line], ['entry', 1]);
      const [moved, none, condition, hit, log] = await client.breakAt(program, '# a comment', 999, { at: '# hot', condition: 'i ==' }, { at: 'in init', hitCondition: 'often' }, { at: 'in grow', logMessage: '{' });
      assert.deepEqual([moved.verified, moved.line], [true, lineOf(program, 'in grow')]);
      assert.match(moved.message ?? '', /line 10 has no code/);
      assert.equal(none.verified, false);
      assert.match(none.message ?? '', /no code on this line or below/);
      assert.match(condition.message ?? '', /condition 'i ==' is no expression/);
      assert.match(hit.message ?? '', /hit condition is a number/);
      assert.match(log.message ?? '', /\{ without its \}/);
      const [broken] = await client.breakAt(path.join(folder, 'broken.py'), 1);
      assert.match(broken.message ?? '', /syntax error/);
      const { breakpoints } = (await client.send('breakpointLocations', { source: { path: program }, line: 10, endLine: 13 })).body as { breakpoints: { line: number }[] };
      assert.deepEqual(breakpoints.map(({ line }) => line), [11, 12]);
      // A condition that fails stops, and says why once.
      await client.breakAt(program, { at: '# hot', condition: 'nowhere > 1' });
      const stop = await client.go('continue');
      assert.equal(stop.text, 'result += i  # hot');
      await client.waitForOutput("NameError: name 'nowhere' is not defined");
      await client.breakAt(program);
      await client.resume();
      assert.equal(await client.waitForEnd(), 0);
    })));
  }
});

const RAISING = `import threading


class OwnError(ValueError):
    pass


def caught():
    try:
        raise OwnError('first')  # raise one
    except ValueError:
        return 1


def keyed():
    try:
        return {}['missing']  # raise two
    except KeyError as problem:
        raise RuntimeError('outer') from problem  # raise three


def callback(item):
    return 1 // item  # raise four


def in_thread():
    raise OwnError('thread')  # raise five


for each in [1, 2]:
    caught()
try:
    sorted([1, 2], key=callback)
    import heapq
    heapq.nsmallest(2, [2, 1, 0], key=callback)
except ZeroDivisionError:
    pass
thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
keyed()
`;

describe('pdb adapter: exceptions', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of interpreters()) {
    it(`stop where they are raised, by class, and where nothing catches them (${name})`, () => withFiles({ 'main.py': RAISING }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { exceptions: { filters: ['uncaught'], filterOptions: [{ filterId: 'raised', condition: 'OwnError' }] } });
        let stop = await client.waitForStop();
        assert.deepEqual([stop.reason, stop.text], ['exception', "raise OwnError('first')  # raise one"]);
        const info = (await client.send('exceptionInfo', { threadId: stop.threadId })).body as { exceptionId: string; description?: string };
        assert.match(info.exceptionId, /OwnError$/);
        assert.match(info.description ?? '', /first/);
        stop = await client.go('continue');
        assert.equal(stop.text, "raise OwnError('first')  # raise one");
        stop = await client.go('continue');
        assert.equal(stop.text, "raise OwnError('thread')  # raise five");
        await client.setExceptionBreakpointsRequest({ filters: ['uncaught'] });
        stop = await client.go('continue');
        assert.deepEqual([stop.reason, stop.text, stop.frame.name], ['exception', "raise OwnError('thread')  # raise five", 'in_thread']);
        stop = await client.go('continue');
        assert.deepEqual([stop.reason, stop.text], ['exception', "raise RuntimeError('outer') from problem  # raise three"]);
        assert.deepEqual(stop.frames.map((frame) => frame.name), ['keyed', '<module>']);
        await client.resume();
        assert.equal(await client.waitForEnd(), 1);
        assert.match(client.output('stderr'), /KeyError: 'missing'[\s\S]*direct cause[\s\S]*RuntimeError: outer/);
        assert.doesNotMatch(client.output('stderr'), /heatline_pdb/);
      });
    }));

    it(`stop where user code lets them through to a library (${name})`, () => withFiles({ 'main.py': RAISING }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { exceptions: { filters: ['userUnhandled'] } });
        let stop = await client.waitForStop();
        assert.deepEqual([stop.reason, stop.text, stop.frame.name], ['exception', 'return 1 // item  # raise four', 'callback']);
        stop = await client.go('continue');
        assert.deepEqual([stop.reason, stop.frame.name], ['exception', 'in_thread']);
        await client.resume();
        assert.equal(await client.waitForEnd(), 1);
      });
    }));
  }
});

const CHANGING = `class Account:
    def __init__(self):
        self.balance = 0

    def pay(self, amount):
        fee = 1
        self.balance -= amount + fee  # attribute changes
        done = True  # after attribute
        return done


def count():
    total = 0
    for i in range(3):
        total += i  # local changes
        other = total  # after local
    return other


account = Account()
account.balance += 0
items = [1]  # set here
account.pay(5)
items.append(2)  # item changes
count()
print('over')
`;

describe('pdb adapter: data breakpoints', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  for (const { name, python } of interpreters()) {
    it(`stop after an attribute, a list and a local variable have changed (${name})`, () => withFiles({ 'main.py': CHANGING }, async (folder) => {
      const program = path.join(folder, 'main.py');
      await debugging({}, async (client) => {
        await client.begin({ program, python }, { breakpoints: { [program]: ['account.pay(5)', 'total = 0'] } });
        let stop = await client.waitForStop();
        const watch = async (expression: string) => {
          const { dataId } = (await client.send('dataBreakpointInfo', { name: expression, frameId: stop.frame.id })).body as { dataId: string | null };
          assert.ok(dataId, expression);
          return { dataId };
        };
        const set = (breakpoints: { dataId: string; condition?: string }[]) => client.send('setDataBreakpoints', { breakpoints });
        await set([await watch('account.balance'), await watch('items')]);
        stop = await client.go('continue');
        assert.deepEqual([stop.reason, stop.text], ['data breakpoint', 'done = True  # after attribute']);
        assert.match(stop.event.text ?? '', /0 → -6/);
        stop = await client.go('continue');
        assert.deepEqual([stop.reason, stop.text], ['data breakpoint', 'count()']);
        stop = await client.go('continue');
        assert.deepEqual([stop.reason, stop.text], ['breakpoint', 'total = 0']);
        await client.breakAt(program);
        stop = await client.go('next');
        await set([{ ...(await watch('total')), condition: 'total > 1' }]);
        stop = await client.go('continue');
        assert.deepEqual([stop.reason, stop.text], ['data breakpoint', 'other = total  # after local']);
        assert.equal((await client.locals())['total'], '3');
        await set([]);
        await client.resume();
        assert.equal(await client.waitForEnd(), 0);
      });
    }));
  }
});
