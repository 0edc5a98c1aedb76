// What the Python sampler costs, and how true its shares are. All figures are ratios within one run of this program.
//   npm run bench -- python-overhead
import { readFileSync } from 'node:fs';
import { interpreters, readSamples, run, seconds, Workplace, type Interpreter } from '../unit/python-run.ts';

const ROUNDS = 7;

/** Prints the seconds that its work took, start-up apart. `calls` is cpu-bound at a call depth of about 20. */
const PROGRAMS: Readonly<Record<string, string>> = {
  calls: `
import sys, time
def deep(n, function, argument):
    return deep(n - 1, function, argument) if n else function(argument)
def sums(count):
    total = 0
    for i in range(count):
        total += i * i % 7
    return total
def calls(count):
    total = 0
    for i in range(count):
        total += leaf(i)
    return total
def leaf(i):
    return i & 3
began = time.perf_counter()
for _ in range(12000):
    deep(18, sums, 200)
    deep(18, calls, 200)
print(time.perf_counter() - began)
`,
  threads: `
import threading, time
def sums(count):
    total = 0
    for i in range(count):
        total += i * i % 7
    return total
def work():
    for _ in range(1500):
        sums(1000)
threads = [threading.Thread(target=work) for _ in range(4)]
began = time.perf_counter()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(time.perf_counter() - began)
`,
  waiters: `
import threading, time
event = threading.Event()
threads = [threading.Thread(target=event.wait) for _ in range(100)]
for thread in threads:
    thread.start()
began = time.perf_counter()
total = 0
for i in range(6000000):
    total += i * i % 7
print(time.perf_counter() - began)
event.set()
`,
};

/** Measures its own three functions, and prints their shares of the time. */
const SHARES = `
import json, time
def tiny(x):
    return x + 1
def arithmetic(count):
    total = 0.0
    for i in range(count):
        total += i * 3.0 / 7.0 - (i & 15)
        total -= i * 2.0
    return total
def calls(count):
    total = 0
    for i in range(count):
        total += tiny(i)
    return total
def builtins(count):
    total = 0
    for i in range(count):
        total += len(str(i))
    return total
spent = [0.0, 0.0, 0.0]
for _ in range(6000):
    t0 = time.perf_counter(); arithmetic(600)
    t1 = time.perf_counter(); calls(1000)
    t2 = time.perf_counter(); builtins(400)
    t3 = time.perf_counter()
    for i, seconds in enumerate((t1 - t0, t2 - t1, t3 - t2)):
        spent[i] += seconds
print(json.dumps([part / sum(spent) for part in spent]))
`;

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function overhead(place: Workplace, python: Interpreter, file: string): Promise<{ ratio: number; best: number; perSecond: number }> {
  const ratios: number[] = [];
  const fastest = [Infinity, Infinity];
  let perSecond = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const plain = Number((await run(python.command, [file])).stdout);
    const profiled = Number((await place.profile('sample', python, [file])).stdout);
    // The first round warms caches.
    if (round > 0) ratios.push(profiled / plain);
    fastest[0] = Math.min(fastest[0], plain);
    fastest[1] = Math.min(fastest[1], profiled);
    perSecond = readSamples(readFileSync(place.out('sample'), 'utf8')).samples.length / profiled;
  }
  return { ratio: median(ratios), best: fastest[1] / fastest[0], perSecond };
}

async function shares(place: Workplace, python: Interpreter, file: string): Promise<string> {
  const errors: number[] = [];
  for (let round = 0; round < 3; round++) {
    const truth = JSON.parse((await place.profile('sample', python, [file])).stdout) as number[];
    const { samples } = place.samples();
    const all = seconds(samples).wall;
    ['arithmetic', 'calls', 'builtins'].forEach((name, i) => {
      errors.push(Math.abs(seconds(samples, ({ frames }) => frames.some((frame) => frame.name === name)).wall / all - truth[i]));
    });
  }
  return `${(100 * median(errors)).toFixed(1)} / ${(100 * Math.max(...errors)).toFixed(1)}`;
}

const place = new Workplace();
try {
  const files = Object.entries(PROGRAMS).map(([name, source]) => [name, place.write(`${name}.py`, source)] as const);
  const sharesFile = place.write('shares.py', SHARES);
  console.log(`Time with the sampler over time without: median of ${ROUNDS} pairs / fastest over fastest, which a busy machine disturbs less.`);
  console.log('In brackets: samples a second.');
  console.log('Shares: error of the shares of three functions in percentage points, median / worst of 3 runs.');
  console.log(`| interpreter | ${files.map(([name]) => name).join(' | ')} | shares |`);
  console.log(`|---|${files.map(() => '---').join('|')}|---|`);
  for (const python of interpreters().filter(({ version }) => version >= 308)) {
    const cells: string[] = [];
    for (const [, file] of files) {
      const { ratio, best, perSecond } = await overhead(place, python, file);
      cells.push(`${ratio.toFixed(3)} / ${best.toFixed(3)} (${perSecond.toFixed(0)})`);
    }
    console.log(`| ${python.name} | ${cells.join(' | ')} | ${await shares(place, python, sharesFile)} |`);
  }
} finally {
  place.remove();
}
