import assert from 'node:assert/strict';
import path from 'node:path';
import { needsTool } from '../tools.ts';
import { toolEnvironment } from '../../scripts/system-tools.mjs';
import { debugging, withFiles, type PdbClient } from './pdbClient.ts';

const TESTS = `import pdb, sys, unittest
import pytest

def test_passes():
    assert 1 == 1  # passes

def test_fails():
    print('captured before the failure')
    value = 41
    assert value == 42  # fails

@pytest.fixture
def broken():
    secret = 7
    raise RuntimeError('in a fixture')  # fixture

def test_fixture(broken):
    pass

def test_no_exception():
    found = 3
    with pytest.raises(ValueError):  # raises
        found += 1

class TestOld(unittest.TestCase):
    def test_unit(self):
        number = 5
        self.assertEqual(number, 6)  # unit

def test_skipped():
    pytest.skip('no')

@pytest.mark.xfail
def test_expected():
    assert 0
`;
const STOPS = `import pdb
import pytest

def test_stops():
    print('printed first')
    breakpoint()
    print('printed second')  # one
    pdb.set_trace()
    print('printed third')  # two
    pytest.set_trace()
    assert capture  # three

capture = True
`;

describe('pdb adapter: pytest and unittest', () => {
  before(function () {
    needsTool(this, 'debugpy', 'pytest');
  });

  const filters = { filters: ['failingTests', 'uncaught'] };
  const run = (text: string, configuration: object, exceptions: { filters: string[] }, test: (client: PdbClient) => Promise<void>) => withFiles({ 'test_it.py': text }, (folder) => debugging({}, async (client) => {
    await client.begin({ cwd: folder, python: 'python3', env: { ...toolEnvironment('pytest'), PYTEST_ADDOPTS: '-p no:cacheprovider' }, ...configuration }, { exceptions });
    await test(client);
  }));
  /** The lines of the stops until the end. */
  const stops = async (client: PdbClient, count: number) => {
    const texts: string[] = [];
    for (let at = 0; at < count; at++) {
      const stop = await client.waitForStop();
      texts.push(/# (\w+)$/.exec(stop.text)?.[1] ?? stop.text);
      assert.equal(path.basename(stop.frame.source?.path ?? ''), 'test_it.py');
      await client.resume();
    }
    return { texts, code: await client.waitForEnd() };
  };

  it('offers the filter for failing tests, and it is on', () => debugging({}, async (client) => {
    const { exceptionBreakpointFilters = [] } = await client.hello();
    assert.equal(exceptionBreakpointFilters.find(({ filter }) => filter === 'failingTests')?.default, true);
    await client.disconnectRequest({});
  }));

  it('stops where a test, a fixture and a method of unittest failed', () => run(TESTS, { pytest: 'test_it.py' }, filters, async (client) => {
    const first = await client.waitForStop();
    assert.match(first.text, /# fails$/);
    assert.equal(first.reason, 'exception');
    assert.match(first.event.description ?? '', /^Failed: .*test_fails$/);
    assert.equal((await client.evaluateRequest({ expression: 'value + 1', context: 'watch', frameId: first.frame.id })).body.result, '42');
    await client.resume();
    const { texts, code } = await stops(client, 3);
    assert.deepEqual(texts, ['fixture', 'raises', 'unit']);
    assert.equal(code, 1);
    assert.match(client.output('stdout'), /Captured stdout call.*captured before the failure/s);
    assert.match(client.output('stdout'), /3 failed, 1 passed, 1 skipped, 1 xfailed, 1 error/);
  }));

  it('does not stop at failures when the filter is off, but with --pdb', async () => {
    await run(TESTS, { pytest: 'test_it.py' }, { filters: [] }, async (client) => {
      assert.deepEqual(await stops(client, 0), { texts: [], code: 1 });
    });
    await run(TESTS, { pytest: 'test_it.py', args: ['--pdb'] }, { filters: [] }, async (client) => {
      assert.deepEqual((await stops(client, 4)).texts, ['fails', 'fixture', 'raises', 'unit']);
    });
  });

  it('stops at the first line of each test with --trace', () => run(TESTS, { pytest: 'test_it.py::test_passes', args: ['--trace'] }, filters, async (client) => {
    assert.deepEqual(await stops(client, 1), { texts: ['passes'], code: 0 });
  }));

  for (const args of [[], ['-s'], ['--capture=sys']]) {
    it(`stops at breakpoint(), pdb.set_trace() and pytest.set_trace(), and keeps what is printed (${args[0] ?? 'captured'})`, () => run(`${STOPS.replace('capture = True', 'capture = False')}`, { pytest: 'test_it.py', args }, { filters: [] }, async (client) => {
      assert.deepEqual(await stops(client, 3), { texts: ['one', 'two', 'three'], code: 1 });
      const text = client.output('stdout');
      for (const word of ['first', 'second', 'third']) assert.equal(text.split(`printed ${word}\n`).length, 2, text);
      if (args[0] !== '-s') assert.match(text, /Captured stdout call -+\s*printed first\nprinted second\nprinted third\n/);
    }));
  }

  it('ends at the command q without running other tests', () => run(`${STOPS}\ndef test_other():\n    print('other ran')\n`, { pytest: 'test_it.py', args: ['-s'] }, filters, async (client) => {
    const stop = await client.waitForStop();
    await client.evaluateRequest({ expression: 'q', context: 'repl', frameId: stop.frame.id }).catch(() => undefined);
    await client.waitForEnd();
    assert.doesNotMatch(client.output('stdout'), /other ran/);
  }));

  it('stops at failures of python -m unittest', () => run('import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        n = 1\n        self.assertEqual(n, 2)  # unit\n    def test_error(self):\n        with self.subTest(i=1):\n            {}["a"]  # subtest\n', { module: 'unittest', args: ['-q', 'test_it'] }, filters, async (client) => {
    const { texts, code } = await stops(client, 2);
    assert.deepEqual(texts, ['unit', 'subtest']);
    assert.equal(code, 1);
  }));
});
