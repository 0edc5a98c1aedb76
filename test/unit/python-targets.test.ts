// Modules and pytest tests under the Python profilers: the same output and exit code as without, and a profile of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { text } from '../../src/core/profile.ts';
import { commandLine } from '../../src/profilers/commandLine.ts';
import { pythonCprofile } from '../../src/profilers/pythonCprofile.ts';
import { pythonSample } from '../../src/profilers/pythonSample.ts';
import { skipBecause } from '../tools.ts';
import { profileTarget, pythonTarget, secondsIn } from './python-profile.ts';
import { about, interpreters, run, Workplace } from './python-run.ts';

const BURN = `
import time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(500))
`;
const TESTS = `${BURN}
class TestX:
    def test_y(self):
        print('captured')
        burn(0.3)
    def test_wrong(self):
        burn(0.1)
        left, right = [1, 2], [1, 3]
        assert left == right
def test_other():
    burn(0.1)
`;

async function inPlace(work: (place: Workplace) => Promise<void>): Promise<void> {
  const place = new Workplace();
  try {
    await work(place);
  } finally {
    place.remove();
  }
}

const PROFILERS = [pythonSample, pythonCprofile];

describe('targets of the Python profilers', function () {
  this.retries(2);
  this.timeout(90_000);
  const all = interpreters();
  for (const python of all.filter(({ version }) => [308, 311, 313].includes(version))) {
    it(`are modules and packages, with ${python.name}`, () => inPlace(async (place) => {
      mkdirSync(path.join(place.folder, 'package'));
      place.write('package/__init__.py', '');
      place.write('package/__main__.py', `${BURN}\nimport sys\nburn(0.3)\nprint(sys.argv[1:], __package__, __spec__.name)\nsys.exit(4)\n`);
      const target = pythonTarget(place, python, 'package/__main__.py', ['a b'], { kind: 'module', module: 'package' });
      const [program, ...words] = commandLine(target);
      const plain = await run(program, words, { cwd: place.folder });
      assert.equal(plain.code, 4);
      for (const profiler of PROFILERS) {
        const { outcome, profile } = await profileTarget(profiler, target, place);
        assert.deepEqual(outcome, plain, profiler.id);
        if (profiler === pythonSample) about(secondsIn(profile, 'cpu', 'burn'), 0.3, 0.2, 'cpu');
      }
    }));
  }
  const withPytest = all.find(({ command }) => spawnSync(command, ['-c', 'import pytest'], { stdio: 'ignore' }).status === 0);
  it('are tests of pytest, one or all, and failing ones', function () {
    if (!withPytest) return skipBecause(this, 'needs an interpreter with pytest');
    return inPlace(async (place) => {
      mkdirSync(path.join(place.folder, 'tests'));
      place.write('tests/test_a.py', TESTS);
      const test = (...args: string[]) => pythonTarget(place, withPytest, 'tests/test_a.py', ['-p', 'no:cacheprovider', ...args], { kind: 'test', module: 'pytest', title: 'a test' });
      for (const profiler of PROFILERS) {
        const one = await profileTarget(profiler, test('tests/test_a.py::TestX::test_y'), place);
        assert.deepEqual([one.outcome.code, one.outcome.stderr], [0, ''], one.outcome.stdout);
        assert.match(one.outcome.stdout, /1 passed/);
        assert.doesNotMatch(one.outcome.stdout, /^captured/m);
        const names = new Set([...one.profile.functions.name].map((index) => text(one.profile, index).split('.').pop()));
        assert.deepEqual([names.has('test_y'), names.has('test_other')], [true, false]);
        if (profiler === pythonSample) about(secondsIn(one.profile, 'cpu', 'test_y'), 0.3, 0.2, 'cpu of the test');

        const failing = await profileTarget(profiler, test('tests/test_a.py'), place);
        assert.equal(failing.outcome.code, 1);
        // Its rewritten assertion, and what it captured.
        assert.match(failing.outcome.stdout, /assert \[1, 2\] == \[1, 3\]/);
        assert.match(failing.outcome.stdout, /At index 1 diff: 2 != 3/);
        assert.match(failing.outcome.stdout, /1 failed, 2 passed/);
        if (profiler === pythonSample) about(secondsIn(failing.profile, 'cpu', 'burn'), 0.5, 0.2, 'cpu of all tests');
      }
    });
  });
});
