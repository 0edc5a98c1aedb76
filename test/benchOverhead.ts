// For test/bench/profiler-overhead.ts: programs of test/overhead with and without a profiler, in turns.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onStop, run, start, stop } from '../scripts/processes.mjs';
import { root } from '../scripts/project.mjs';
import { buildTarget, DEFAULT_BUILD } from '../src/profilers/build.ts';
import type { Language } from '../src/profilers/target.ts';

/** What programs count of what they do. */
export type Count = 'allocations' | 'systemCalls' | 'waits' | 'locks';

/** What a program did. */
export interface Work extends Readonly<Record<Count, number>> {
  readonly units: number;
  /** By a monotonic clock, of the work alone. */
  readonly seconds: number;
}

/** A program that works for a number of units. @throws Error when it fails */
export interface Program {
  plain(work: string, units: number): Promise<Work>;
  /** Under a profiler, by `heatline record`. @throws Error with what it said when there is no profile */
  profiled(profiler: string, set: readonly string[], work: string, units: number): Promise<Work>;
  end?(): Promise<void>;
}

/** Milliseconds that one run may take. */
const PATIENCE = 90_000;
const SOURCES = path.join(root, 'test', 'overhead');

/** Temporary: removed by `removeFolder`, or when the measurement is ended early. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'heatline-overhead-'));
const result = path.join(folder, 'result');
const runs = path.join(folder, 'runs');

export function removeFolder(): void {
  rmSync(folder, { recursive: true, force: true });
}
onStop(removeFolder);

/** A program that is started for each run. `command` runs it without a profiler; `words` are what `heatline record` is told. */
function launched(command: readonly string[], words: readonly string[]): Program {
  const environment = (work: string, units: number) => ({ HEATLINE_WORK: work, HEATLINE_UNITS: String(units), HEATLINE_RESULT: result });
  return {
    async plain(work, units) {
      rmSync(result, { force: true });
      await runWell(command, environment(work, units));
      return parse(readFileSync(result, 'utf8'), units);
    },
    async profiled(profiler, set, work, units) {
      rmSync(result, { force: true });
      await record(profiler, set, ['--', ...words], environment(work, units));
      return parse(readFileSync(result, 'utf8'), units);
    },
  };
}

/** A C, Go or Go test file of test/overhead, built as `heatline record` builds it. @throws ProblemError when it cannot be built */
export async function builtProgram(language: Language, file: string): Promise<Program> {
  const source = path.join(SOURCES, file);
  const build = { settings: DEFAULT_BUILD, cacheFolder: path.join(folder, 'built'), log: () => undefined };
  const { program, args } = await buildTarget({ language, file: source, args: [], cwd: folder, env: {}, ...(file.endsWith('_test.go') ? { kind: 'test' } : {}) }, build);
  return launched([program!, ...args], [source]);
}

export function pythonProgram(interpreter: string): Program {
  const source = path.join(SOURCES, 'main.py');
  return launched([interpreter, source], [interpreter, source]);
}

/** The Go service, which runs until `end`. @throws ProblemError when it cannot be built */
export async function service(): Promise<Program> {
  const build = { settings: DEFAULT_BUILD, cacheFolder: path.join(folder, 'built'), log: () => undefined };
  const { program } = await buildTarget({ language: 'go', file: path.join(SOURCES, 'go', 'service', 'main.go'), args: [], cwd: folder, env: {} }, build);
  const child = start(program!, [], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout!.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the service ended at once')));
  });
  const ask = async (units: number, more: string, signal?: AbortSignal) => {
    const answer = await fetch(`${address}/work?units=${units}${more}`, { ...(signal ? { signal } : {}) });
    if (!answer.ok) throw new Error((await answer.text()).trim());
    return parse(await answer.text(), units);
  };
  return {
    plain: (_work, units) => ask(units, ''),
    async profiled(profiler, set, _work, units) {
      // Without a profile it would wait for ever.
      const gone = new AbortController();
      const recorded = record(profiler, set, ['--url', `${address}/debug/pprof/`], {}).finally(() => gone.abort());
      const [asked, kept] = await Promise.allSettled([ask(units, '&profiled=1', gone.signal), recorded]);
      if (kept.status === 'rejected') throw kept.reason;
      if (asked.status === 'rejected') throw asked.reason;
      return asked.value;
    },
    end: () => stop(child),
  };
}

async function record(profiler: string, set: readonly string[], words: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  mkdirSync(runs, { recursive: true });
  try {
    await runWell([process.execPath, path.join(root, 'dist/cli.js'), 'record', '--profiler', profiler, '--json', '-o', runs, ...set.flatMap((each) => ['--set', each]), ...words], env);
  } finally {
    rmSync(runs, { recursive: true, force: true });
  }
}

/** @throws Error with the first line of what it said when it does not end with 0 */
async function runWell([command, ...args]: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const { code, output } = await run(command, args, { cwd: folder, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env }, timeoutMs: PATIENCE });
  if (code === 124) throw new Error(`it took more than ${PATIENCE / 1000} seconds`);
  if (code !== 0) throw new Error(output.trim().split('\n')[0] || `ended with exit code ${code}`);
}

function parse(text: string, units: number): Work {
  const [seconds, allocations, systemCalls, waits, locks] = text.trim().split(' ').map(Number);
  return { units, seconds, allocations, systemCalls, waits, locks };
}

/** Seconds that a run without a profiler is to take. */
const LENGTH = 0.4;

/** How many units of a work take about LENGTH seconds without a profiler. */
export async function calibrate(program: Program, work: string): Promise<number> {
  for (let units = 16; ; units *= 8) {
    const { seconds } = await program.plain(work, units);
    if (seconds > LENGTH / 10) return Math.max(1, Math.round((units * LENGTH) / seconds));
  }
}

export interface Overhead {
  /** Seconds of a unit with the profiler over those without, of each round. */
  readonly ratios: readonly number[];
  /** The fastest over the fastest, which a busy machine disturbs less. */
  readonly best: number;
  /** The fastest run without the profiler. */
  readonly plain: Work;
}

/**
 * Runs in turns, without the profiler first and last; each run with it is compared with the mean of its two neighbours. `slower`: how many times fewer
 * units the profiler gets, so that slow ones do not take minutes.
 */
export async function overhead(
  program: Program, work: string, { profiler, set, units, slower, rounds }: { profiler: string; set: readonly string[]; units: number; slower: number; rounds: number },
): Promise<Overhead> {
  const perUnit = (each: Work) => each.seconds / each.units;
  const fastest = (runs: readonly Work[]) => runs.reduce((best, each) => (perUnit(each) < perUnit(best) ? each : best));
  const plain = [await program.plain(work, units)];
  const profiled: Work[] = [];
  for (let round = 0; round < rounds; round++) {
    profiled.push(await program.profiled(profiler, set, work, Math.max(1, Math.round(units / slower))));
    plain.push(await program.plain(work, units));
  }
  const ratios = profiled.map((each, round) => (2 * perUnit(each)) / (perUnit(plain[round]) + perUnit(plain[round + 1])));
  return { ratios, best: perUnit(fastest(profiled)) / perUnit(fastest(plain)), plain: fastest(plain) };
}
