import assert from 'node:assert/strict';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { interpreters } from './interpreters.ts';
import { debugging, withFiles, type PdbClient } from './pdbClient.ts';

/** Each function stops once: before 3.13 on the line after the call, as pdb does, and from then on in the line of the call. */
const CALLS = `from pdb import set_trace as taken_before
import pdb, sys, threading
import ipdb

def a():
    breakpoint()  # call a
    x = 1  # next a

def b():
    pdb.set_trace(header='the header of b')  # call b
    x = 1  # next b

def c():
    pdb.Pdb().set_trace()  # call c
    x = 1  # next c

def d():
    taken_before()  # call d
    x = 1  # next d

def e():
    ipdb.set_trace()  # call e
    x = 1  # next e

def f():
    value = 'seen'
    return breakpoint()  # call f, next f

def g():
    thread = threading.Thread(target=a)
    thread.start()
    thread.join()

for each in (a, b, c, d, e, f, g):
    each()
    print('did', each.__name__)
ipdb.set_trace(cond=False)
sys.breakpointhook = lambda *args: print('my own hook', args)
breakpoint('given')
sys.breakpointhook = sys.__breakpointhook__
breakpoint()  # call h
x = 1  # next h
`;

const AFTER_DEATH = `import pdb, sys
import ipdb

def divide(a):
    return 1 / a  # fails

try:
    divide(0)
except ZeroDivisionError:
    pdb.post_mortem()
try:
    divide(0.0)
except ZeroDivisionError as problem:
    kept = problem
pdb.post_mortem(kept.__traceback__)
sys.last_type, sys.last_value, sys.last_traceback = type(kept), kept, kept.__traceback__
sys.last_exc = kept
pdb.pm()
with ipdb.launch_ipdb_on_exception():
    divide(False)
try:
    pdb.post_mortem()
except ValueError as problem:
    print('refused:', problem)

def add(one, other):
    both = one + other  # first line of add
    return both

print(pdb.runcall(add, 1, 2))
print(pdb.runeval('add(3, 4)'))
scope = {}
pdb.run('x = 5', scope)
print(scope['x'])
`;

describe('pdb adapter: programs that break by themselves', () => {
  before(function () {
    needsTool(this, 'debugpy', 'python3');
  });

  const run = (text: string, configuration: object, test: (client: PdbClient) => Promise<void>) => withFiles({ 'main.py': text }, (folder) => debugging({}, async (client) => {
    await client.begin({ program: path.join(folder, 'main.py'), cwd: folder, ...configuration });
    await test(client);
    assert.equal(await client.waitForEnd(), 0, client.output());
  }));

  for (const { name, python, version } of interpreters()) {
    const where = version[1] >= 13 ? 'call' : 'next';
    it(`stop where pdb stops: breakpoint, pdb, ipdb that is not installed (${name})`, () => run(CALLS, { python }, async (client) => {
      for (const letter of 'abcdefah') {
        const stop = await client.waitForStop();
        assert.match(stop.text, new RegExp(`${where} ${letter}\\b`));
        assert.equal(stop.reason, 'breakpoint');
        assert.equal(stop.frame.name, letter === 'h' ? '<module>' : letter);
        await client.resume();
      }
      await client.waitForEnd();
      assert.match(client.output('console'), /the header of b/);
      assert.match(client.output('stdout'), /did g\nmy own hook \('given',\)\n/);
    }));

    it(`stop after an exception, and at the first line of what pdb runs (${name})`, () => run(AFTER_DEATH, { python }, async (client) => {
      for (let times = 0; times < 4; times++) {
        const stop = await client.waitForStop();
        assert.equal(stop.text, 'return 1 / a  # fails');
        assert.equal(stop.reason, 'exception');
        assert.match(JSON.stringify((await client.exceptionInfoRequest({ threadId: stop.threadId })).body), /ZeroDivisionError/);
        await client.resume();
      }
      assert.equal((await client.waitForStop()).text, 'both = one + other  # first line of add');
      await client.resume();
      // The expression itself comes first.
      const stop = await client.waitForStop();
      assert.match(stop.frame.source?.name ?? '', /^<pdb\.runeval/);
      assert.equal((await client.go('stepIn')).text, 'both = one + other  # first line of add');
      await client.resume();
      await client.waitForStop();
      await client.resume();
      await client.waitForEnd();
      assert.match(client.output('stdout'), /refused: A valid traceback.*\n3\n7\n5\n/s);
    }));
  }

  it('follow PYTHONBREAKPOINT as python does', async () => {
    const text = 'breakpoint()  # stops\nprint("end")\n';
    for (const value of ['0', 'builtins.print']) {
      await run(text, { env: { PYTHONBREAKPOINT: value } }, async (client) => {
        await client.waitForEnd();
        assert.match(client.output('stdout'), value === '0' ? /^end\n$/ : /^\nend\n$/);
      });
    }
    for (const value of ['', 'pdb.set_trace', 'ipdb.set_trace']) {
      await run(text, { env: { PYTHONBREAKPOINT: value } }, async (client) => {
        assert.equal((await client.waitForStop()).reason, 'breakpoint');
        await client.resume();
      });
    }
  });

  it('stop by ipdb and IPython where they are installed, and in doctests', async function () {
    needsTool(this, 'ipdb');
    const text = 'import ipdb\nfrom IPython.core.debugger import set_trace\ndef f():\n    """\n    >>> import pdb; pdb.set_trace()\n    >>> f()\n    4\n    """\n'
      + '    ipdb.set_trace()\n    x = 4  # one\n    set_trace()\n    return x  # two\nimport doctest\nprint(doctest.testmod())\n';
    await run(text, { env: toolEnvironment('ipdb') }, async (client) => {
      assert.match((await client.waitForStop()).frame.source?.name ?? '', /^<doctest/);
      for (const word of ['# one', '# two']) assert.match((await client.go('continue')).text, new RegExp(word));
      await client.resume();
      await client.waitForEnd();
      assert.match(client.output('stdout'), /TestResults\(failed=0, attempted=2\)/);
    });
  });
});
