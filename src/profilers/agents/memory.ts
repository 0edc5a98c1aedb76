import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import type { Agent } from './index.ts';
import { nameOf, sizesOf, statOf } from './processMemory.ts';
import { ProcessTree } from './processTree.ts';

/** Share of one processor that looking may take. */
const MOST_SHARE = 0.05;
/** Looks whose middle cost decides the pause that follows: a single one may be dear by chance. */
const COSTS = 5;

/**
 * `memory --out FILE --interval MS [--pid PID --seconds N | -- COMMAND...]`: writes down what a program and everything below it holds in memory, in the format
 * `heatline-memory`. Starts the program, or watches one that runs, until it ends, the time is over or it is asked to end. Its exit code is the program's.
 */
export const memoryAgent: Agent = async (words) => {
  const { values, positionals } = parseArgs({
    args: [...words], allowPositionals: true, options: { out: { type: 'string' }, interval: { type: 'string' }, pid: { type: 'string' }, seconds: { type: 'string', default: '0' } },
  });
  const interval = Number(values.interval);
  const started = Date.now();
  const [program, ...args] = positionals;
  const child = values.pid === undefined ? spawn(program, args, { stdio: 'inherit' }) : undefined;
  if (child?.pid === undefined && child) await failure(child);
  const pid = child?.pid ?? Number(values.pid);
  const command = child ? positionals : [nameOf(pid)];
  const writer = new Recorder(values.out!, pid);
  writer.line('h', { tool: 'heatline', pid, argv: command, start_unix_ms: started, interval_ms: interval, attached: child === undefined });
  const end = child ? programEnd(child) : watchEnd(pid, Number(values.seconds));
  let isFirst = true;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const before = performance.now();
    const cost = writer.look();
    timer = setTimeout(look, Math.max(isFirst ? 0 : cost * (1 / MOST_SHARE - 1), interval - (performance.now() - before)));
    isFirst = false;
  };
  look();
  // The first look is dear, for all is new.
  writer.forgetCosts();
  const { code, ...how } = await end;
  clearTimeout(timer);
  writer.end(how);
  return code;
};

interface End {
  /** What the agent exits with. */
  readonly code: number;
  readonly exit?: number | null;
  readonly signal?: string | null;
  /** Why watching ended, of a process that was watched. */
  readonly watched?: 'ended' | 'stopped' | 'time';
}

function failure(child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => child.once('error', reject));
}

function programEnd(child: ChildProcess): Promise<End> {
  // A terminal sends Ctrl-C to the program as well; once is enough.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('exit', (exit, signal) => resolve({ code: exit ?? 128 + (signal ? os.constants.signals[signal] : 0), exit, signal })));
}

function watchEnd(pid: number, seconds: number): Promise<End> {
  const start = statOf(pid)?.start;
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      if (statOf(pid)?.start !== start || start === undefined) done('ended');
    }, 100);
    const time = seconds > 0 ? setTimeout(() => done('time'), seconds * 1000) : undefined;
    function done(watched: 'ended' | 'stopped' | 'time') {
      clearInterval(watch);
      clearTimeout(time);
      resolve({ code: 0, watched });
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => done('stopped'));
  });
}

/** Writes the stream: every record at once, so that what was seen is kept however this ends. */
class Recorder {
  private readonly file: number;
  private readonly tree: ProcessTree;
  private readonly began = performance.now();
  private news = '';
  /** Milliseconds of the last looks. */
  private readonly costs: number[] = [];
  /** Microseconds. */
  private spent = 0;
  private readonly refused = new Set<number>();

  constructor(out: string, pid: number) {
    this.file = openSync(out, 'a');
    this.write('heatline-memory 1\n');
    this.tree = new ProcessTree(pid, ({ index, parent, pid: number, name }) => (this.news += `p ${index} ${parent} ${number} ${JSON.stringify(name)}\n`));
  }

  line(kind: string, value: unknown): void {
    this.write(`${kind} ${JSON.stringify(value)}\n`);
  }

  /** Writes what every process holds now; what looking costs of late, in milliseconds of processor time. */
  look(): number {
    const before = performance.now();
    const used = process.cpuUsage();
    let tick = `s ${Math.round((before - this.began) * 1000)}`;
    let isEmpty = true;
    for (const { index, pid, name } of this.tree.look(before)) {
      const sizes = sizesOf(pid);
      if (!sizes) continue;
      isEmpty = false;
      tick += ` ${index} ${sizes.rss} ${sizes.pss} ${sizes.uss} ${sizes.swap}`;
      if (sizes.pss >= 0 || this.refused.has(pid)) continue;
      this.refused.add(pid);
      this.news += `w ${JSON.stringify(`the system does not tell how much of ${pid} ${name} is shared: only its resident size is known (another user's process?)`)}\n`;
    }
    this.write(isEmpty ? this.news : `${this.news}${tick}\n`);
    this.news = '';
    const { user, system } = process.cpuUsage(used);
    this.spent += user + system;
    this.costs.push((user + system) / 1000);
    if (this.costs.length > COSTS) this.costs.shift();
    return [...this.costs].sort((a, b) => a - b)[this.costs.length >> 1];
  }

  forgetCosts(): void {
    this.costs.length = 0;
  }

  end(how: object): void {
    const duration = performance.now() - this.began;
    this.line('e', { duration_us: Math.round(duration * 1000), spent_us: this.spent, ...how });
    closeSync(this.file);
  }

  private write(text: string): void {
    if (text !== '') writeSync(this.file, text);
  }
}
