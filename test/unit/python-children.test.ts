// Child processes of profiled Python programs: each way to make one, with known amounts of work.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { text, type Profile } from '../../src/core/profile.ts';
import { waitForEnd } from '../../src/profilers/process.ts';
import { pythonCprofile } from '../../src/profilers/pythonCprofile.ts';
import { pythonSample } from '../../src/profilers/pythonSample.ts';
import { skipBecause } from '../tools.ts';
import { profileTarget, pythonTarget, secondsIn } from './python-profile.ts';
import { about, interpreters, python3, run, Workplace, type Interpreter } from './python-run.ts';

/** Each way of making a child burns cpu in a function of its own, in which step() is called 50 times: 0.3 s in all where time is what is looked at. */
const WAYS = ['fork', 'mpfork', 'spawn', 'forkserver', 'started', 'daemon'] as const;
const program = (seconds: number) => `
import multiprocessing, os, subprocess, sys, time
def step():
    end = time.process_time() + ${seconds / 50}
    while time.process_time() < end:
        sum(range(500))
def burn():
    for i in range(50):
        step()
${WAYS.map((way) => `def burn_${way}():\n    burn()\n`).join('')}
def separately(way):
    process = multiprocessing.get_context({'mpfork': 'fork'}.get(way, way)).Process(target=globals()['burn_' + way], name='my ' + way)
    process.start()
    process.join()
    return process.exitcode
if __name__ == '__main__':
    if sys.argv[1:] == ['started']:
        burn_started()
        sys.exit(7)
    pid = os.fork()
    if pid == 0:
        burn_fork()
        os._exit(3)
    print(os.waitpid(pid, 0)[1] >> 8)
    print([separately(way) for way in ['mpfork', 'spawn', 'forkserver']])
    print(subprocess.run([sys.executable, __file__, 'started']).returncode)
    sys.stdout.flush()
    if os.fork() == 0:
        # Outlives its parent.
        burn_daemon()
`;
const OUTPUT = '3\n[0, 0, 0]\n7\n';

async function inPlace(work: (place: Workplace) => Promise<void>): Promise<void> {
  const place = new Workplace();
  try {
    await work(place);
  } finally {
    place.remove();
  }
}

/** Calls of each function, over all files. */
async function callCounts(python: Interpreter, files: readonly string[]): Promise<Record<string, number>> {
  const code = `
import json, pstats, sys
counts = {}
for name in sys.argv[1:]:
    for key, row in pstats.Stats(name).stats.items():
        counts[key[2]] = counts.get(key[2], 0) + row[1]
print(json.dumps(counts))
`;
  return JSON.parse((await run(python.command, ['-c', code, ...files])).stdout) as Record<string, number>;
}

const threadNames = (profile: Profile) => [...new Set(profile.threads.map(({ name }) => name))];

describe('child processes of Python programs', function () {
  // What a noisy neighbour spoiled is measured again.
  this.retries(2);
  this.timeout(120_000);
  const chosen = interpreters().filter(({ version }) => [308, 311, 313].includes(version));
  if (chosen.length === 0) it('needs an interpreter', function () { skipBecause(this, 'needs Python 3.6 or later'); });
  for (const python of chosen) {
    it(`are sampled, each in a file of its own, with ${python.name}`, () => inPlace(async (place) => {
      place.write('ways.py', program(0.3));
      const { outcome, profile, recording } = await profileTarget(pythonSample, pythonTarget(place, python, 'ways.py'), place);
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, OUTPUT, '']);
      const [root] = profile.threads;
      for (const way of WAYS) {
        about(secondsIn(profile, 'cpu', `burn_${way}`), 0.3, 0.25, `cpu of ${way}`);
        assert.equal(secondsIn(profile, 'cpu', `burn_${way}`, (_name, pid) => pid === root.pid), 0, `${way} is another process`);
      }
      const names = threadNames(profile);
      for (const name of ['MainThread', 'ways.py / MainThread', 'my mpfork / MainThread', 'my spawn / MainThread', 'my forkserver / MainThread']) {
        assert.ok(names.includes(name), `${name} is among ${names.join(', ')}`);
      }
      about(secondsIn(profile, 'cpu', 'burn', (name) => name === 'my spawn / MainThread'), 0.3, 0.25, 'the named process');
      // Helpers of multiprocessing only wait.
      assert.equal(recording?.files.length, 1 + WAYS.length, recording?.files.join());
      assert.equal(profile.truncated, false, profile.warnings.join('\n'));
    }));

    it(`have their calls counted with ${python.name}`, () => inPlace(async (place) => {
      place.write('ways.py', program(0.05));
      const { outcome, recording, profile } = await profileTarget(pythonCprofile, pythonTarget(place, python, 'ways.py'), place);
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, OUTPUT, '']);
      const counts = await callCounts(python, (recording?.files ?? []).map((name) => path.join(place.folder, 'run', name)));
      for (const way of WAYS) assert.equal(counts[`burn_${way}`], 1, way);
      assert.equal(counts['step'], 50 * WAYS.length);
      const calls = profile.graph;
      assert.ok(calls && profile.functions.length > 0);
      const total = (name: string) => [...profile.functions.name].filter((index) => text(profile, index) === name).length;
      assert.equal(total('step'), 1, 'parts are added up');
    }));
  }
  if (python3) more(python3);
});

function more(python: Interpreter): void {
  it('are left alone when they shall be', () => inPlace(async (place) => {
    place.write('ways.py', program(0.05));
    for (const [profiler, setting] of [[pythonSample, 'pythonSample.children'], [pythonCprofile, 'pythonCprofile.children']] as const) {
      const { recording, outcome } = await profileTarget(profiler, pythonTarget(place, python, 'ways.py'), place, { [setting]: false });
      assert.deepEqual([recording?.files.length, outcome.stdout], [1, OUTPUT]);
    }
  }));

  it('of a pool are sampled until they are ended', () => inPlace(async (place) => {
    const source = `
import multiprocessing, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        sum(range(500))
if __name__ == '__main__':
    with multiprocessing.get_context('fork').Pool(2) as pool:
        pool.map(burn, [0.25] * 4, 1)
`;
    place.write('pool.py', source);
    const { outcome, profile } = await profileTarget(pythonSample, pythonTarget(place, python, 'pool.py'), place);
    assert.deepEqual([outcome.code, outcome.stderr, profile.truncated], [0, '', false]);
    about(secondsIn(profile, 'cpu', 'burn'), 1, 0.2, 'cpu of the workers');
    assert.ok(threadNames(profile).some((name) => /^ForkPoolWorker-\d+ \/ MainThread$/.test(name)));
    const counted = await profileTarget(pythonCprofile, pythonTarget(place, python, 'pool.py'), place);
    const files = (counted.recording?.files ?? []).filter((name) => name.endsWith('.pstats'));
    assert.equal((await callCounts(python, files.map((name) => path.join(place.folder, 'run', name))))['burn'], 4);
  }));

  it('end with the program when it is stopped', () => inPlace(async (place) => {
    const source = `
import os, time
if os.fork() == 0:
    open('running', 'w').close()
while True:
    time.sleep(0.001)
`;
    place.write('two.py', source);
    const meanwhile = async () => {
      await place.waitFor('running');
      writeFileSync(path.join(place.folder, 'run', 'stop'), '');
    };
    const { profile } = await profileTarget(pythonSample, pythonTarget(place, python, 'two.py'), place, {}, meanwhile);
    const pids = new Set(profile.threads.map(({ pid }) => pid));
    assert.equal(pids.size, 2);
    for (const pid of pids) assert.ok(await waitForEnd(pid, 20_000), 'it has ended');
  }));

  it('cannot tell: sitecustomize, paths, other programs, isolated interpreters, preexec_fn and exec', () => inPlace(async (place) => {
    mkdirSync(path.join(place.folder, 'site'));
    place.write('site/sitecustomize.py', 'import sys\nprint("own sitecustomize", __name__ in sys.modules, "sitecustomize" in sys.modules)\n');
    place.write('show.py', 'import sys\nprint(sys.argv, sys.path, sorted(name for name in sys.modules if "heatline" in name), sys.dont_write_bytecode)\n'
      + 'import sitecustomize\nprint(sitecustomize.__file__)\n');
    place.write('parent.py', `
import os, subprocess, sys
def out(*words, **more):
    print(subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, **more).stdout)
out(sys.executable, 'show.py', 'a')
out(sys.executable, '-c', 'import sys; print(sys.argv, sys.path)')
out(sys.executable, '-I', '-c', 'import sys; print(sys.path, "sitecustomize" in sys.modules)')
out(sys.executable, '-m', 'show', preexec_fn=os.setpgrp)
out('/bin/sh', '-c', 'echo "$0" "$#"; exit 3')
out(sys.executable, '-c', '1/0')
env = dict(os.environ)
env.pop('PYTHONPATH')
out(sys.executable, '-c', 'import sys; print("sitecustomize" in sys.modules)', env=env)
sys.stdout.flush()
os.execv(sys.executable, [sys.executable, 'show.py', 'b'])
`);
    const env = { PYTHONPATH: path.join(place.folder, 'site') };
    const plain = await run(python.command, [path.join(place.folder, 'parent.py')], { cwd: place.folder, env });
    assert.match(plain.stdout, /own sitecustomize True True/);
    for (const profiler of [pythonSample, pythonCprofile]) {
      const { outcome } = await profileTarget(profiler, pythonTarget(place, python, 'parent.py', [], { env }), place);
      assert.deepEqual(outcome, plain, profiler.id);
    }
  }));

  it('cost a busy program little', () => inPlace(async (place) => {
    // Only that nothing is far out of hand; the figure is for the log.
    const source = 'import time\nbegan = time.process_time()\nn = 0\nfor i in range(4000000):\n    n += i & 3\nopen("cost", "w").write(repr(time.process_time() - began))\n';
    place.write('cost.py', source);
    const cost = async (children: boolean) => {
      await profileTarget(pythonSample, pythonTarget(place, python, 'cost.py'), place, { 'pythonSample.children': children });
      return Number(readFileSync(path.join(place.folder, 'cost'), 'utf8'));
    };
    const ratios = [];
    for (let i = 0; i < 3; i++) ratios.push((await cost(true)) / (await cost(false)));
    assert.ok(Math.min(...ratios) < 1.1, ratios.join());
  }));
}
