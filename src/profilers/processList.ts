import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { runProcess } from './process.ts';

/** A process of this machine, as a list shows it. */
export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** What a person calls it: the program's file name, for interpreters the script's. */
  readonly name: string;
  /** The whole command line. */
  readonly command: string;
  readonly user: string;
  /** Percent of one processor: lately on Linux, over its life elsewhere. */
  readonly cpu: number;
  /** Bytes in memory. */
  readonly memory: number;
}

/** What the kernel counts processor time in, a second; the same on every Linux. */
const TICKS = 100;

/**
 * Every process with a command line, the busiest first. Linux: from /proc, looked at twice, `interval` milliseconds apart; elsewhere from `ps`. Without those that
 * are in `hidden` or below them.
 * @throws Error when the system cannot be asked (Windows)
 */
export async function listProcesses(hidden: readonly number[] = [], interval = 250): Promise<RunningProcess[]> {
  const all = process.platform === 'linux' ? await fromProc(interval) : parsePs((await runProcess('ps', ['-axww', '-o', PS_FORMAT], { timeout: 10_000 })).stdout);
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const isHidden = (pid: number): boolean => {
    for (let at: number | undefined = pid, steps = 0; at !== undefined && steps < 1000; at = parents.get(at), steps++) {
      if (hidden.includes(at)) return true;
    }
    return false;
  };
  return all.filter(({ pid }) => !isHidden(pid)).sort((a, b) => b.cpu - a.cpu || b.memory - a.memory || a.pid - b.pid);
}

async function fromProc(interval: number): Promise<RunningProcess[]> {
  const before = await processorTimes();
  await new Promise((resolve) => setTimeout(resolve, interval));
  const [after, users] = await Promise.all([processorTimes(), userNames()]);
  const found = await Promise.all([...after].map(async ([pid, { ticks, at }]): Promise<RunningProcess | undefined> => {
    const [status, words] = await Promise.all([procFile(pid, 'status'), procFile(pid, 'cmdline')]);
    const command = words.split('\0').filter(Boolean);
    // Threads of the kernel have no command line, and what has ended has neither.
    if (command.length === 0) return undefined;
    const field = (name: string) => new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1];
    const earlier = before.get(pid);
    const uid = field('Uid') ?? '';
    return {
      pid, parent: Number(field('PPid') ?? 0), name: processName(command), command: command.join(' '), user: users.get(uid) ?? uid,
      cpu: earlier && at > earlier.at ? Math.round(((ticks - earlier.ticks) * 1000 / TICKS / (at - earlier.at)) * 1000) / 10 : 0, memory: Number(field('VmRSS') ?? 0) * 1024,
    };
  }));
  return found.filter((each) => each !== undefined);
}

/** Processor time of every process so far, in ticks, and when it was read, in milliseconds. */
async function processorTimes(): Promise<Map<number, { ticks: number; at: number }>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const times = await Promise.all(pids.map(async (pid) => {
    const stat = await procFile(pid, 'stat');
    // pid (comm) state ppid ...: the command's name may hold blanks and parentheses. Fields 14 and 15 are utime and stime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [pid, { ticks: Number(fields[11]) + Number(fields[12]), at: performance.now() }] as const;
  }));
  return new Map(times.filter(([, { ticks }]) => Number.isFinite(ticks)));
}

/** Text of a file of a process; '' when it has ended meanwhile or is not ours to read. */
function procFile(pid: number, name: string): Promise<string> {
  return readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
}

async function userNames(): Promise<Map<string, string>> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  return new Map(lines.map((line) => line.split(':')).filter((fields) => fields.length > 2).map(([name, , uid]) => [uid, name]));
}

/** Columns that `parsePs` reads; without headings. */
export const PS_FORMAT = 'pid=,ppid=,user=,pcpu=,rss=,args=';

/** Reads the output of `ps -o` with PS_FORMAT; rss is in KiB. */
export function parsePs(output: string): RunningProcess[] {
  return output.split('\n').flatMap((line): RunningProcess[] => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+([\d.,]+)\s+(\d+)\s+(\S.*)$/.exec(line);
    if (!match) return [];
    const [, pid, parent, user, cpu, memory, command] = match;
    return [{ pid: Number(pid), parent: Number(parent), user, cpu: Number(cpu.replace(',', '.')), memory: Number(memory) * 1024, command, name: processName(command.split(' ')) }];
  });
}

/** What a person calls a process by its command line: the program, for interpreters the script or module that they run. */
export function processName(command: readonly string[]): string {
  // A program that wrote a title over its command line has it all in one word: `nginx: worker process`, `chromium --type=renderer`.
  const [program, ...words] = command.length === 1 ? command[0].split(/:\s|\s+-/, 1) : command;
  const own = path.basename(program.replace(/^-/, ''));
  if (!/^(python|pypy|node|ruby|perl|bash|sh)[\d.]*$/.test(own)) return own || program;
  const at = words.findIndex((word) => !word.startsWith('-'));
  if (at < 0 || words[at - 1] === '-c' || words[at - 1] === '-e') return own;
  return words[at - 1] === '-m' ? `${own} -m ${words[at]}` : path.basename(words[at]) || own;
}
