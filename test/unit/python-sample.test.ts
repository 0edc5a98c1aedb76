// Our Python sampler, on real interpreters: where the time goes, and that no profile is lost.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'mocha';
import { skipBecause } from '../tools.ts';
import { about, interpreters, python3, seconds, Workplace, type Interpreter, type Outcome, type Sample, type Samples } from './python-run.ts';

/** Prints, as JSON, what it measured of itself: seconds by the clock and of cpu. */
const WORK = `
import json, sys, threading, time
measured = {}
def cpu():
    return time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID)
def note(name, wall, spent):
    measured[name] = [time.perf_counter() - wall, cpu() - spent]
began, start = time.perf_counter(), cpu()
def power(x):
    y = x ** 3000
    return y & 7
def light(x):
    return x + 1
def compute(count):
    wall, spent = time.perf_counter(), cpu()
    n = 0
    for i in range(count):
        n += power(3)
        n += light(i)
    note('compute', wall, spent)
def idle(seconds):
    wall, spent = time.perf_counter(), cpu()
    time.sleep(seconds)
    note('idle', wall, spent)
def both():
    threads = [threading.Thread(target=compute, args=(80000,), name='computer'), threading.Thread(target=idle, args=(0.5,), name='sleeper')]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
def sort():
    items = [i * 7919 % 1000003 for i in range(700000)]
    wall, spent = time.perf_counter(), cpu()
    items.sort(key=str)
    note('sort', wall, spent)
both()
sort()
note('main', began, start)
print(json.dumps(measured))
`;

const inFunction = (name: string) => ({ frames }: Sample) => frames.some((frame) => frame.name === name);
const leaf = (name: string) => ({ frames }: Sample) => frames[0].name === name;
const lineOf = (source: string, text: string) => source.split('\n').findIndex((line) => line.includes(text)) + 1;

async function inPlace(work: (place: Workplace) => Promise<void>): Promise<void> {
  const place = new Workplace();
  try {
    await work(place);
  } finally {
    place.remove();
  }
}

/** The samples of the main thread add up to the whole run. */
function allItsLife(wall: number, end: Samples['end']): void {
  const duration = (end?.['duration_ns'] as number) / 1e9;
  assert.ok(Math.abs(wall - duration) < 0.01 * duration, `${wall} of ${duration}`);
}

function checkWork(source: string, { samples, header, end, warnings }: Samples, outcome: Outcome): void {
  assert.equal(outcome.code, 0, outcome.stderr);
  const measured = JSON.parse(outcome.stdout) as Record<string, [number, number]>;
  const of = (thread: string) => seconds(samples, (sample) => sample.thread === thread);
  assert.equal(header['cpu'], process.platform === 'linux' ? 'thread' : header['cpu']);
  // On a machine where samples are dear at the moment the sampler takes fewer, and says so; what follows must hold all the same.
  assert.deepEqual(warnings.filter((warning) => !warning.startsWith('Samples were taken less often')), []);
  about(of('computer').wall, measured['compute'][0], 0.1, 'wall of the thread that computes');
  about(of('computer').cpu, measured['compute'][1], 0.1, 'cpu of the thread that computes');
  about(of('sleeper').wall, measured['idle'][0], 0.1, 'wall of the thread that sleeps');
  assert.ok(of('sleeper').cpu < 0.02, 'cpu of the thread that sleeps');
  // What a thread waits for is seen with its line.
  about(seconds(samples, ({ thread, frames }) => thread === 'sleeper' && frames[0].line === lineOf(source, 'time.sleep')).wall, measured['idle'][0], 0.1, 'sleep');
  // Functions without calls or loops are where lines are hard to get right.
  const computed = seconds(samples, inFunction('compute')).cpu;
  const hot = seconds(samples, ({ frames }) => frames[0].name === 'power' && frames[0].line === lineOf(source, '** 3000')).cpu;
  assert.ok(hot > 0.65 * computed, `${hot} of ${computed} in the line that takes the time`);
  assert.ok(seconds(samples, leaf('light')).cpu < 0.15 * computed, 'the function beside it took little');
  // A C function that keeps the interpreter's lock. Where the sampler gets no turn meanwhile, the moments before and after it are counted to it too.
  about(seconds(samples, ({ frames }) => frames[0].name === 'sort' && frames[0].line === lineOf(source, 'items.sort')).wall, measured['sort'][0], 0.25, 'sort');
  const main = of('MainThread');
  allItsLife(main.wall, end);
  about(main.wall, measured['main'][0], 0.1, 'wall of the main thread');
  about(main.cpu, measured['main'][1], 0.1, 'cpu of the main thread');
  for (const { frames } of samples) assert.ok(!frames.some(({ file }) => path.basename(file).startsWith('heatline_')), 'nothing of ours is seen');
  assert.equal(end?.['exit'], 0);
}

describe('the Python sampler', function () {
  // What a noisy neighbour spoiled is measured again.
  this.retries(4);
  const all = interpreters();
  if (all.length === 0) it('needs an interpreter', function () { skipBecause(this, 'needs Python 3.6 or later'); });
  for (const python of all) {
    it(`gives each thread and line its time with ${python.name}`, () => inPlace(async (place) => {
      const outcome = await place.profile('sample', python, [place.write('work.py', WORK)]);
      checkWork(WORK, place.samples(), outcome);
    }));
    it(`stops an endless loop with ${python.name}`, () => inPlace((place) => stopLoop(place, python)));
  }
  if (python3) more(python3);
});

const LOOP = `
import os, sys
open('running', 'w').close()
sys.stdout.write('unflushed')
def spin():
    while True:
        for i in range(1000):
            pass
spin()
`;

async function stopLoop(place: Workplace, python: Interpreter): Promise<void> {
  const meanwhile = async () => {
    await place.waitFor('running');
    place.stop();
  };
  const outcome = await place.profile('sample', python, [place.write('loop.py', LOOP)], { meanwhile });
  assert.match(outcome.stderr, /KeyboardInterrupt/);
  assert.deepEqual([outcome.code, outcome.signal], python.version >= 308 ? [null, 'SIGINT'] : [1, null]);
  assert.equal(outcome.stdout, 'unflushed');
  const { end } = place.samples();
  assert.deepEqual([end?.['stopped'], end?.['exit']], [true, python.version >= 308 ? 130 : 1]);
}

function more(python: Interpreter): void {
  it('ends a program that swallows the interruption, and keeps its profile and output', () => inPlace(async (place) => {
    const source = LOOP.replace('\nspin()', `
while True:
    try:
        spin()
    except KeyboardInterrupt:
        print('no')
`);
    const meanwhile = async () => {
      await place.waitFor('running');
      place.stop();
    };
    const outcome = await place.profile('sample', python, [place.write('loop.py', source)], { meanwhile });
    assert.deepEqual([outcome.code, outcome.stdout], [130, 'unflushedno\n']);
    const { end, samples } = place.samples();
    assert.equal(end?.['stopped'], true);
    assert.ok(seconds(samples, inFunction('spin')).wall > 1.9, 'sampled until the end');
  }));

  it('ends a program that sleeps', () => inPlace(async (place) => {
    const source = "import time\nopen('running', 'w').close()\ntime.sleep(600)\n";
    const meanwhile = async () => {
      await place.waitFor('running');
      place.stop();
    };
    const outcome = await place.profile('sample', python, [place.write('sleep.py', source)], { meanwhile });
    assert.equal(outcome.signal, 'SIGINT');
    assert.equal(place.samples().end?.['exit'], 130);
  }));

  const BUSY = "import os, sys, time\nend = time.time() + 1.3\nwhile time.time() < end:\n    sum(range(1000))\nopen('running', 'w').close()\n";
  for (const [name, rest] of [['os._exit', 'os._exit(3)\n'], ['a crash', 'import ctypes\nctypes.string_at(0)\n'], ['SIGKILL', 'time.sleep(600)\n']]) {
    it(`keeps all but the last half second after ${name}`, () => inPlace(async (place) => {
      const meanwhile = async (pid: number) => {
        if (name !== 'SIGKILL') return;
        await place.waitFor('running');
        process.kill(pid, 'SIGKILL');
      };
      const outcome = await place.profile('sample', python, [place.write('end.py', BUSY + rest)], { meanwhile });
      assert.deepEqual([outcome.code, outcome.signal], { 'os._exit': [3, null], 'a crash': [null, 'SIGSEGV'], SIGKILL: [null, 'SIGKILL'] }[name]);
      const { samples, end } = place.samples();
      assert.equal(end, undefined);
      assert.ok(seconds(samples).wall > 0.75, `${seconds(samples).wall} s were kept`);
    }));
  }

  it('does not record forked children, nor what other programs the process becomes', () => inPlace(async (place) => {
    const source = `
import os, time
def child():
    end = time.time() + 0.3
    while time.time() < end:
        sum(range(1000))
if os.fork() == 0:
    child()
else:
    os.wait()
`;
    assert.deepEqual(await place.profile('sample', python, [place.write('fork.py', source)]), { code: 0, signal: null, stdout: '', stderr: '' });
    const { samples, end } = place.samples();
    assert.equal(seconds(samples, inFunction('child')).wall, 0);
    about(seconds(samples, ({ frames }) => frames[0].line === lineOf(source, 'os.wait')).wall, (end?.['duration_ns'] as number) / 1e9, 0.1, 'waiting');
  }));

  it('survives programs that close all files, use them up, and go elsewhere', () => inPlace(async (place) => {
    const source = `
import os, resource, sys, time
def busy():
    end = time.time() + 0.7
    while time.time() < end:
        sum(range(1000))
busy()
resource.setrlimit(resource.RLIMIT_NOFILE, (1500, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
os.closerange(3, 2000)
os.chdir('/')
files = []
try:
    while True:
        files.append(open(os.devnull, 'w'))
except OSError:
    print(len(files) > 100)
busy()
files.clear()
`;
    const outcome = await place.profile('sample', python, [place.write('files.py', source)]);
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'True\n', '']);
    const { samples, end } = place.samples();
    allItsLife(seconds(samples).wall, end);
    assert.ok(seconds(samples, leaf('busy')).wall > 1.2);
  }));

  it('finds its way through recursion deeper than a signal handler can see', () => inPlace(async (place) => {
    const source = `
import time
def down(n):
    if n:
        return down(n - 1)
    end = time.time() + 0.4
    while time.time() < end:
        sum(range(1000))
down(400)
`;
    await place.profile('sample', python, [place.write('deep.py', source)]);
    const { samples } = place.samples();
    assert.ok(seconds(samples, ({ frames }) => frames.length === 402).wall > 0.3, 'whole stacks');
  }));

  it('gives names as they are written, in files of any name', () => inPlace(async (place) => {
    const source = `
import time
class Maß:
    def größe(self, seconds):
        end = time.time() + seconds
        while time.time() < end:
            x = 3 ** 3000
Maß().größe(0.4)
`;
    const file = place.write('größe "x".py', source);
    await place.profile('sample', python, [file]);
    const { samples } = place.samples();
    const name = python.version >= 311 ? 'Maß.größe' : 'größe';
    assert.ok(seconds(samples, ({ frames }) => frames[0].name === name && frames[0].file === file && frames[0].firstLine === 4).wall > 0.3);
  }));

  it('knows the functions of imported modules by their full names', () => inPlace(async (place) => {
    place.write('parts.py', `
import functools
class Part:
    def hard(self):
        return 3 ** 3000
    @staticmethod
    def wrapped(function):
        @functools.wraps(function)
        def inner():
            return function() + (3 ** 3000 & 1)
        return inner
@Part.wrapped
def outer():
    return 3 ** 3000 & 1
`);
    const source = 'import time, parts\nend = time.time() + 0.5\nwhile time.time() < end:\n    parts.Part().hard()\n    parts.outer()\n';
    await place.profile('sample', python, [place.write('use.py', source)]);
    const { samples } = place.samples();
    const total = seconds(samples).wall;
    const firstLines = new Set(samples.flatMap(({ frames }) => frames.filter(({ file }) => file.endsWith('parts.py')).map(({ name, firstLine }) => `${name}:${firstLine}`)));
    const full = python.version >= 311;
    const expected = full ? ['Part.hard:4', 'Part.wrapped.<locals>.inner:8', 'outer:12'] : ['hard:4', 'inner:8', 'outer:12'];
    for (const name of expected) assert.ok(firstLines.has(name), `${name} is among ${[...firstLines].join(', ')}`);
    assert.ok(seconds(samples, ({ frames }) => frames[0].file.endsWith('parts.py')).wall > 0.6 * total);
  }));

  it('tells columns where the interpreter knows them', function () {
    if (python.version < 311) skipBecause(this, 'needs Python 3.11');
    return inPlace(async (place) => {
      const source = 'import time\ndef f(x):\n    return time.sleep(x)\nprint(1, f(0.3))\n';
      await place.profile('sample', python, [place.write('columns.py', source)]);
      const [slept] = place.samples().samples.filter(({ frames }) => frames[0].name === 'f' && frames[0].line === 3);
      assert.deepEqual(slept.frames.map(({ line, column }) => [line, column]), [[3, 12], [4, 10]]);
    });
  });

  it('runs modules, without the frames of runpy', () => inPlace(async (place) => {
    place.write('mod.py', 'import time\nend = time.time() + 0.4\nwhile time.time() < end:\n    sum(range(1000))\n');
    await place.profile('sample', python, ['-m', 'mod', 'x']);
    const { samples, header } = place.samples();
    assert.deepEqual(header['argv'], ['-m', 'mod', 'x']);
    const outermost = new Set(samples.map(({ frames }) => frames[frames.length - 1]).filter(({ file }) => file.endsWith('.py')).map(({ name }) => name));
    assert.deepEqual([...outermost], ['<module>']);
  }));

  for (const cpu of ['process', 'none']) {
    it(`says what it does not know with --cpu ${cpu}`, () => inPlace(async (place) => {
      const file = place.write('one.py', "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end:\n    sum(range(1000))\ntime.sleep(0.2)\n");
      const outcome = await place.profile('sample', python, [file], { toolOptions: ['--cpu', cpu] });
      assert.equal(outcome.code, 0, outcome.stderr);
      const { samples, warnings } = place.samples();
      assert.equal(warnings.length, 1);
      if (cpu === 'none') assert.ok(samples.every((sample) => sample.cpu === -1));
      else {
        about(seconds(samples).cpu, 0.3, 0.1, 'cpu');
        assert.ok(seconds(samples, ({ frames }) => frames[0].line === 5).cpu < 0.02);
      }
    }));
  }

  it('finds the hot line of the example', () => inPlace(async (place) => {
    const file = fileURLToPath(new URL('../../examples/hot.py', import.meta.url));
    const outcome = await place.profile('sample', python, [file]);
    assert.match(outcome.stdout, /^6000 words, \d+ not known\n/);
    const byLine = new Map<number, number>();
    const { samples } = place.samples();
    for (const { frames, cpu } of samples) byLine.set(frames[0].line, (byLine.get(frames[0].line) ?? 0) + cpu);
    const [[hottest, first], [, second]] = [...byLine].sort((a, b) => b[1] - a[1]);
    assert.equal(hottest, lineOf(readFileSync(file, 'utf8'), '# HOT'));
    assert.ok(first > 1.5 * second, `${first} against ${second}`);
  }));

  it('writes while the program runs', () => inPlace(async (place) => {
    const meanwhile = async () => {
      await place.waitFor('running');
      for (let i = 0; i < 500 && !/\nx /.test(readFileSync(place.out('sample'), 'utf8')); i++) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.match(readFileSync(place.out('sample'), 'utf8'), /\nx /);
      place.stop();
    };
    await place.profile('sample', python, [place.write('loop.py', LOOP)], { meanwhile });
  }));

  it('leaves no files behind in its own folder', () => {
    assert.ok(!existsSync(path.join('src', 'profilers', 'python', '__pycache__')));
  });
}
