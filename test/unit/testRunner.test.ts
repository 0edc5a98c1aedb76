// The test run must report what really happened: these tests run small suites of their own and read the results.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import Mocha from 'mocha';
import { ResultsReporter } from '../../scripts/results-reporter.mjs';
import { earlyEnd, readResults, Tally } from '../../scripts/test-report.mjs';
import { needsTool, skipBecause } from '../tools.ts';

const { Suite, Test } = Mocha;

describe('the test runner', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-runner-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a suite made by `fill` and returns the results as the test run reads them. */
  async function results(fill: (suite: Mocha.Suite) => void) {
    const file = path.join(folder, 'results');
    const mocha = new Mocha({ reporter: ResultsReporter, reporterOptions: { results: file } });
    mocha.cleanReferencesAfterRun(false);
    fill(Suite.create(mocha.suite, 'inner'));
    await new Promise((resolve) => mocha.run(resolve));
    return readResults(file);
  }

  const withCI = async (value: string | undefined, work: () => Promise<void>) => {
    const before = process.env['CI'];
    if (value === undefined) delete process.env['CI'];
    else process.env['CI'] = value;
    try {
      await work();
    } finally {
      if (before === undefined) delete process.env['CI'];
      else process.env['CI'] = before;
    }
  };

  it('records passes and failures with the difference', async () => {
    const { results: found, finished } = await results((suite) => {
      suite.addTest(new Test('good', () => undefined));
      suite.addTest(new Test('bad', () => assert.equal('left', 'right')));
    });
    assert.equal(finished, true);
    assert.deepEqual(found.map(({ name, state }) => [name, state]), [['inner good', 'passed'], ['inner bad', 'failed']]);
    assert.match(String(found[1].error), /'left'[\s\S]*'right'/);
    assert.doesNotMatch(String(found[1].error), /node_modules\/mocha/);
  });

  it('records a failing hook', async () => {
    const { results: found } = await results((suite) => {
      suite.beforeAll('set up', () => {
        throw new Error('no luck');
      });
      suite.addTest(new Test('never runs', () => undefined));
    });
    assert.equal(found.length, 1);
    assert.equal(found[0].state, 'failed');
    assert.match(String(found[0].error), /no luck/);
  });

  it('records why a test was skipped, wherever the skip was asked for', async () => {
    await withCI(undefined, async () => {
      const { results: found } = await results((suite) => {
        suite.addTest(new Test('inside', function (this: Mocha.Context) {
          skipBecause(this, 'from the test');
        }));
        const all = Suite.create(suite, 'all');
        all.beforeAll(function (this: Mocha.Context) {
          needsTool(this, 'no-such-program-anywhere');
        });
        all.addTest(new Test('one', () => undefined));
        all.addTest(new Test('two', () => undefined));
        const each = Suite.create(suite, 'each');
        each.beforeEach(function (this: Mocha.Context) {
          if (this.currentTest?.title === 'one') skipBecause(this, 'from before each');
        });
        each.addTest(new Test('one', () => undefined));
        each.addTest(new Test('two', () => undefined));
      });
      assert.deepEqual(found.map(({ name, state, reason }) => [name, state, reason]), [
        ['inner inside', 'skipped', 'from the test'],
        ['inner all one', 'skipped', 'needs no-such-program-anywhere'],
        ['inner all two', 'skipped', 'needs no-such-program-anywhere'],
        ['inner each one', 'skipped', 'from before each'],
        ['inner each two', 'passed', undefined],
      ]);
    });
  });

  it('fails under CI=true where a tool is missing', async () => {
    await withCI('true', async () => {
      const { results: found } = await results((suite) => {
        suite.addTest(new Test('tool', function (this: Mocha.Context) {
          needsTool(this, 'no-such-program-anywhere');
        }));
      });
      assert.equal(found[0].state, 'failed');
      assert.match(String(found[0].error), /CI=true/);
    });
  });

  it('does not skip for a tool that is there', async () => {
    const { results: found } = await results((suite) => {
      suite.addTest(new Test('tool', function (this: Mocha.Context) {
        needsTool(this, 'node');
      }));
    });
    assert.equal(found[0].state, 'passed');
  });

  it('knows a run that ended before its last test', async () => {
    const file = path.join(folder, 'cut-off');
    await writeFile(file, '{"started":"a"}\n{"name":"a","state":"passed"}\n{"started":"b"}\n');
    const cutOff = readResults(file);
    assert.equal(cutOff.finished, false);
    assert.equal(earlyEnd(9, cutOff), 'ended with exit code 9 in the test "b"');
    assert.deepEqual(readResults(path.join(folder, 'no-such-file')), { results: [], finished: false, interrupted: undefined });
  });

  it('counts everything and ends with the sum on a line of its own', () => {
    const printed: string[] = [];
    const tally = new Tally((text: string) => printed.push(text));
    tally.add('a.test.ts', [
      { name: 'x', state: 'passed' },
      { name: 'y', state: 'failed', error: 'broke\nhere' },
      { name: 'z', state: 'skipped', reason: 'needs valgrind' },
    ]);
    assert.equal(tally.finish(), 1);
    const lines = printed.join('\n').split('\n');
    assert.equal(lines.at(-1), '1 passed, 1 failed, 1 skipped');
    assert.ok(lines.includes('  a.test.ts: z (needs valgrind)'));
    assert.ok(lines.includes('  a.test.ts: y'));
    const clean = new Tally(() => undefined);
    clean.pass('x');
    assert.equal(clean.finish(), 0);
  });
});
