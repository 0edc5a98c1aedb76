// For test/bench: whole processes against whole processes, in turns, so that a busy machine disturbs all alike.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A command that is measured from its start to its end; its output is read and thrown away. */
export interface Contender {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Longest time of one run, milliseconds; it counts as failed then. */
  readonly timeoutMs?: number;
}

export interface Measured {
  readonly name: string;
  /** Median wall-clock seconds of a run; NaN when every run failed. */
  readonly seconds: number;
  /** Highest resident memory of any run, in MB (10^6 bytes); NaN where the system does not tell. */
  readonly peakMB: number;
  /** Why the last run failed; undefined when it did not. */
  readonly failure?: string;
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Runs all contenders `rounds` times in turns after one round that warms caches. A contender that fails once is left out afterwards. */
export async function race(contenders: readonly Contender[], rounds = 5): Promise<Measured[]> {
  const seconds = contenders.map((): number[] => []);
  const peaks = contenders.map(() => NaN);
  const failures = contenders.map((): string | undefined => undefined);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, contender] of contenders.entries()) {
      if (failures[i] !== undefined) continue;
      const run = await runOnce(contender);
      failures[i] = run.failure;
      peaks[i] = Math.max(Number.isNaN(peaks[i]) ? 0 : peaks[i], run.peakMB);
      if (round > 0 && run.failure === undefined) seconds[i].push(run.seconds);
    }
  }
  return contenders.map(({ name }, i) => ({
    name, seconds: median(seconds[i]), peakMB: peaks[i], ...(failures[i] === undefined ? {} : { failure: failures[i] }),
  }));
}

function runOnce({ command, args, env, cwd, timeoutMs = 300_000 }: Contender): Promise<{ seconds: number; peakMB: number; failure?: string }> {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(command, [...args], { env: { ...process.env, ...env }, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let peak = NaN;
    let errors = '';
    // The high-water mark only grows, so looking often is as good as being told at the end, but for the last milliseconds.
    const watch = setInterval(() => {
      try {
        const mark = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        if (mark) peak = Math.max(Number.isNaN(peak) ? 0 : peak, Number(mark[1]) * 1024 / 1e6);
      } catch {
        // The process has just ended, or this system has no /proc.
      }
    }, 15);
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stdout.resume();
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
    const done = (failure?: string) => {
      clearInterval(watch);
      clearTimeout(limit);
      resolve({ seconds: (performance.now() - start) / 1000, peakMB: peak, ...(failure === undefined ? {} : { failure }) });
    };
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code === 0 ? undefined : `exit code ${code ?? signal}: ${errors.trim().split('\n').at(-1) ?? ''}`));
  });
}

/** A Markdown table of what was measured; the first contender is ours, and the others' times are given as multiples of it. */
export function raceTable(title: string, measured: readonly Measured[]): string {
  const [own] = measured;
  const rows = measured.map(({ name, seconds, peakMB, failure }) => (failure === undefined
    ? `| ${name} | ${seconds.toFixed(2)} | ${(seconds / own.seconds).toFixed(1)} | ${Number.isNaN(peakMB) ? '-' : peakMB.toFixed(0)} |`
    : `| ${name} | failed: ${failure.replaceAll('|', '/')} | - | - |`));
  return [`**${title}**`, '', '| | seconds | times ours | peak MB |', '|---|---|---|---|', ...rows, ''].join('\n');
}
