// The Python sampler put into processes that run already: busy ones, waiting ones, and ones that it must leave as they were.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { waitForEnd } from '../../src/profilers/process.ts';
import { pythonSample } from '../../src/profilers/pythonSample.ts';
import type { Target } from '../../src/profilers/target.ts';
import { needsTool, skipBecause } from '../tools.ts';
import { contextOf, profileTarget, secondsIn, type Profiled } from './python-profile.ts';
import { about, interpreters, Workplace, type Interpreter } from './python-run.ts';

/** Says each tenth of a second that it lives, from the main thread or beside it; ends by itself when a file appears, and prints what is left of us. */
const PROGRAM = `
import os, sys, threading, time
switch = sys.getswitchinterval()
def hot():
    x = 0
    for i in range(300000):
        x += cold(i)
    return x
def cold(i):
    return i & 3
def busy():
    while not os.path.exists('end'):
        hot()
def wait():
    ended.wait()
ended = threading.Event()
def watch():
    while not os.path.exists('end'):
        time.sleep(0.05)
    ended.set()
watcher = threading.Thread(target=watch, name='watcher')
watcher.start()
open('running', 'w').close()
{'busy': busy, 'wait': wait}[sys.argv[1]]()
watcher.join()
print(sys.getswitchinterval() == switch, len(sys._current_frames()), [name for name in list(sys.modules) + sys.path + list(globals()) if 'heatline_' in name])
`;

async function inPlace(work: (place: Workplace) => Promise<void>): Promise<void> {
  const place = new Workplace();
  try {
    await work(place);
  } finally {
    place.remove();
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly target: Target;
  readonly printed: () => string;
}

async function start(place: Workplace, command: string, mode: string): Promise<Running> {
  const file = place.write('program.py', PROGRAM);
  const child = spawn(command, [file, mode], { cwd: place.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await place.waitFor('running');
  return { child, target: { language: 'python', kind: 'process', pid: child.pid, file: command, args: [], cwd: place.folder, env: {} }, printed: () => printed };
}

/** The program goes on as before, and has nothing of ours when it ends. */
async function leftAlone(place: Workplace, { child, printed }: Running): Promise<void> {
  assert.equal(child.exitCode, null, `it still runs; ${printed()}`);
  const files = readdirSync(`/proc/${child.pid}/fd`).map((fd) => readlinkSync(`/proc/${child.pid}/fd/${fd}`));
  assert.deepEqual(files.filter((file) => file.includes('samples')), []);
  writeFileSync(path.join(place.folder, 'end'), '');
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.deepEqual([code, signal, printed()], [0, null, 'True 1 []\n']);
}

function ofMain(profiled: Profiled, name: string): { wall: number; cpu: number; all: number } {
  const { profile } = profiled;
  const isMain = (thread: string) => thread === 'MainThread';
  return { wall: secondsIn(profile, 'wall', name, isMain), cpu: secondsIn(profile, 'cpu', name, isMain), all: (profile.meta.duration ?? 0) / 1e9 };
}

describe('the Python sampler in a running process', function () {
  this.retries(2);
  this.timeout(90_000);
  const chosen = interpreters().filter(({ version }) => [308, 313].includes(version));
  const system: Interpreter[] = !existsSync('/usr/bin/python3') ? [] : [{ name: 'the system\'s Python', command: '/usr/bin/python3', version: 0 }];
  for (const python of [...chosen, ...system]) {
    for (const mode of ['busy', 'wait']) {
      it(`samples one that is ${mode === 'busy' ? 'busy' : 'waiting'} and leaves it as it was, with ${python.name}`, function () {
        if (process.platform !== 'linux') skipBecause(this, 'needs Linux');
        needsTool(this, 'gdb');
        return inPlace(async (place) => {
          const running = await start(place, python.command, mode);
          try {
            assert.equal(await pythonSample.preflight(running.target, contextOf()), undefined);
            const profiled = await profileTarget(pythonSample, running.target, place, { 'attach.duration': 1 });
            assert.equal(profiled.outcome.code, 0, profiled.outcome.stderr);
            const { wall, cpu, all } = ofMain(profiled, mode);
            assert.ok(all > 0.9 && !profiled.profile.truncated, `${all} s; ${profiled.profile.warnings.join()}`);
            about(wall, all, 0.1, 'wall');
            if (mode === 'wait') assert.ok(cpu < 0.05 * all, 'it waits');
            else assert.ok(secondsIn(profiled.profile, 'cpu', 'hot') > 0.8 * cpu && cpu > 0.05 * all, `it is busy: ${cpu} s of ${all}, ${secondsIn(profiled.profile, 'cpu', 'hot')} of it in hot`);
            about(secondsIn(profiled.profile, 'wall', 'watch', (name) => name === 'watcher'), all, 0.1, 'the other thread');
            await leftAlone(place, running);
          } finally {
            running.child.kill('SIGKILL');
          }
        });
      });
    }
  }
  const [python] = chosen;
  if (python) more(python);
});

function more(python: Interpreter): void {
  const attached = (work: (place: Workplace, running: Running) => Promise<void>) => async function attach(this: Mocha.Context) {
    if (process.platform !== 'linux') skipBecause(this, 'needs Linux');
    needsTool(this, 'gdb');
    await inPlace(async (place) => {
      const running = await start(place, python.command, 'busy');
      try {
        await work(place, running);
      } finally {
        running.child.kill('SIGKILL');
      }
    });
  };

  /** Waits until samples were written, does something, and profiles until then. */
  const until = (place: Workplace, target: Target, act: (agent: number, folder: string) => Promise<void>) => profileTarget(pythonSample, target, place, {}, async (agent) => {
    await place.waitFor(path.join('run', 'samples.heatline-samples'));
    await new Promise((resolve) => setTimeout(resolve, 700));
    await act(agent, path.join(place.folder, 'run'));
  });

  it('ends when it is stopped', attached(async (place, running) => {
    const { profile, outcome } = await until(place, running.target, (agent, folder) => pythonSample.stop(agent, folder, 0));
    assert.deepEqual([outcome.code, profile.truncated], [0, false]);
    await leftAlone(place, running);
  }));

  it('ends when the one who asked is killed, and can be put in again', attached(async (place, running) => {
    await until(place, running.target, (agent, folder) => pythonSample.stop(agent, folder, 2));
    const file = path.join(place.folder, 'run', 'samples.heatline-samples');
    for (let i = 0; i < 200 && !/\ne /.test(readFileSync(file, 'utf8')); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.match(readFileSync(file, 'utf8'), /\ne /);
    const again = await profileTarget(pythonSample, running.target, place, { 'attach.duration': 1 });
    assert.equal(again.outcome.code, 0, again.outcome.stderr);
    await leftAlone(place, running);
  }));

  it('keeps its samples when the process ends', attached(async (place, running) => {
    const { profile, outcome } = await until(place, running.target, async () => writeFileSync(path.join(place.folder, 'end'), ''));
    assert.deepEqual([outcome.code, profile.truncated], [0, false]);
    assert.ok(await waitForEnd(running.child.pid!, 10_000));
  }));

  it('says why it cannot', async function () {
    if (process.platform !== 'linux') skipBecause(this, 'needs Linux');
    const at = (pid: number): Target => ({ language: 'python', kind: 'process', pid, file: '', args: [], cwd: '/', env: {} });
    const sleep = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      await once(sleep, 'spawn');
      assert.equal((await pythonSample.preflight(at(sleep.pid!), contextOf()))?.code, 'not-python');
    } finally {
      sleep.kill();
    }
    await waitForEnd(sleep.pid!, 5000);
    assert.equal((await pythonSample.preflight(at(sleep.pid!), contextOf()))?.code, 'process-gone');
    await inPlace(async (place) => {
      const running = await start(place, python.command, 'busy');
      try {
        const problem = await pythonSample.preflight(running.target, contextOf({ 'gdb.path': 'no-such-gdb' }));
        assert.equal(problem?.code, 'gdb-missing');
        assert.ok(problem.remedies.some((remedy) => remedy.kind === 'setting' && remedy.setting === 'heatline.gdb.path'));
      } finally {
        running.child.kill('SIGKILL');
      }
    });
  });
}
