import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Sizes of one process in KiB; -1: the system does not tell. */
export interface ProcessSizes {
  readonly rss: number;
  readonly pss: number;
  readonly uss: number;
  readonly swap: number;
}

/** What /proc/PID/stat tells of a process. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks from the machine's start. */
  readonly start: number;
}

/** Interpreters, whose script says more than they do. */
const INTERPRETER = /^(?:python|pypy|node|ruby|perl|php|lua|bash|dash|zsh|sh)[\d.]*$/;

/** Text of a file of /proc; '' when the process is gone or not ours. Synchronous: it is no disk that is waited for. */
function read(pid: number | string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

/** What the process is; undefined when it has ended (a zombie has). */
export function statOf(pid: number): ProcessStat | undefined {
  const stat = read(pid, 'stat');
  // The command's name, in parentheses, may hold blanks; the state behind it is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' || /^[ZX]/.test(fields[0]) ? undefined : { pid, parent: Number(fields[1]), session: Number(fields[3]), start: Number(fields[19]) };
}

/** The children of all threads of a process. */
export function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) => read(pid, `task/${thread}/children`).split(' ').filter(Boolean).map(Number));
}

/** Every process of the machine. */
export function allProcesses(): ProcessStat[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))).filter((stat) => stat !== undefined);
}

/** Sizes of a process from smaps_rollup; where that is refused (another user's, an old kernel) resident and swapped size from its status. Undefined: it has no memory. */
export function sizesOf(pid: number): ProcessSizes | undefined {
  const rollup = read(pid, 'smaps_rollup');
  const inRollup = (name: string) => kibibytes(rollup, name);
  if (rollup !== '') {
    return { rss: inRollup('Rss'), pss: inRollup('Pss'), uss: inRollup('Private_Clean') + inRollup('Private_Dirty') + Math.max(0, inRollup('Private_Hugetlb')), swap: inRollup('Swap') };
  }
  const status = read(pid, 'status');
  const rss = kibibytes(status, 'VmRSS');
  return rss < 0 ? undefined : { rss, pss: -1, uss: -1, swap: kibibytes(status, 'VmSwap') };
}

function kibibytes(text: string, name: string): number {
  const found = new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(text);
  return found ? Number(found[1]) : -1;
}

/** The kernel's own name of a process, at most 15 characters. */
export function shortNameOf(pid: number): string {
  return read(pid, 'comm').trim();
}

/** What a process is called: its program, or the script that an interpreter runs; '' when it has no command line (any more). */
export function nameOf(pid: number): string {
  const [program = '', ...args] = Buffer.from(read(pid, 'cmdline'), 'latin1').toString('utf8').split('\0');
  if (program === '') return '';
  const base = path.basename(program.replace(/^-/, '').split(' ')[0]);
  if (!INTERPRETER.test(base) || args.length === 0) return base;
  if (args[0] === '-m') return `${base} -m ${args[1] ?? ''}`.trim();
  if (args[0] === '-c' || args[0] === '-e') return `${base} ${args[0]}`;
  const script = args.find((word) => word !== '' && !word.startsWith('-'));
  return script === undefined ? base : path.basename(script);
}
