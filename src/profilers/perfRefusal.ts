import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import type { Problem, Remedy } from './problem.ts';

const sudo = () => (process.getuid?.() === 0 ? [] : ['sudo']);
const setLevel = (level: number): Remedy => ({ kind: 'terminal', label: 'Permit perf', command: [...sudo(), 'sysctl', `kernel.perf_event_paranoid=${level}`] });

const DENIED = /EACCES|EPERM|permission|paranoid|Access to performance/i;

/** kernel.perf_event_paranoid; undefined where the kernel has none. */
export async function paranoidLevel(): Promise<number | undefined> {
  const content = await readFile('/proc/sys/kernel/perf_event_paranoid', 'utf8').catch(() => undefined);
  return content === undefined ? undefined : Number(content);
}

/** Whether this user may read what the kernel tells of tracepoints, without which perf cannot name them. */
export async function canReadTracing(): Promise<boolean> {
  for (const folder of ['/sys/kernel/tracing', '/sys/kernel/debug/tracing']) {
    if (await access(`${folder}/events/sched/sched_switch/id`, constants.R_OK).then(() => true, () => false)) return true;
  }
  return false;
}

/** Why perf was refused, from what it said and the value of kernel.perf_event_paranoid (undefined: unknown). */
export function explainRefusal(stderr: string, level: number | undefined): Problem {
  if (level !== undefined && level > 2 && /EACCES|EPERM|permission|paranoid|access/i.test(stderr)) {
    return {
      code: 'perf-forbidden',
      message: 'The system does not let you use perf.',
      why: `kernel.perf_event_paranoid is ${level}; 2 or less lets every user profile their own programs, until the next restart.`,
      remedies: [setLevel(1)],
      detail: stderr,
    };
  }
  return {
    code: 'perf-unusable',
    message: 'perf does not work on this machine.',
    why: DENIED.test(stderr) ? 'The kernel refuses perf_event_open; a container needs the CAP_PERFMON capability for it, and a seccomp profile that lets it through.' : perfWords(stderr),
    remedies: [],
    detail: stderr,
  };
}

/** What an ordinary user may not do though they may sample their own programs, and what permits it. */
export type Permission = 'kernel' | 'tracepoints' | 'systemWide';

/** The levels of kernel.perf_event_paranoid up to which each is permitted. Source: linux, include/linux/perf_event.h, perf_allow_*. */
const HIGHEST: Readonly<Record<Permission, number>> = { kernel: 1, tracepoints: -1, systemWide: 0 };
const WHAT: Readonly<Record<Permission, string>> = { kernel: 'look into the kernel', tracepoints: 'take samples at tracepoints', systemWide: 'look at all processes' };

/**
 * Why one of `PerfAbility`'s permissions is missing, with the commands that grant it until the next restart. `level`: kernel.perf_event_paranoid;
 * `tracing`: whether tracepoints are wanted and cannot be read about. perf's own hint (`mode=755`) is too little for that on newer kernels, where the
 * files are for root and the group that tracefs is mounted with.
 */
export function missingPermission(permission: Permission, level: number | undefined, tracing = false): Problem {
  const isRoot = process.getuid?.() === 0;
  const reasons: string[] = [];
  const remedies: Remedy[] = [];
  if (level !== undefined && level > HIGHEST[permission] && !isRoot) {
    reasons.push(`kernel.perf_event_paranoid is ${level}, and ${HIGHEST[permission]} permits it to every user`);
    remedies.push(setLevel(HIGHEST[permission]));
  }
  if (tracing && !isRoot) {
    reasons.push('only root may read /sys/kernel/tracing');
    remedies.push({ kind: 'terminal', label: 'Permit tracepoints', command: [...sudo(), 'mount', '-o', `remount,mode=755,gid=${process.getgid?.() ?? 0}`, '/sys/kernel/tracing'] });
  }
  if (reasons.length === 0) reasons.push(`${isRoot ? 'Even root' : 'This user'} is refused it here; a container needs the CAP_PERFMON capability for it${tracing ? ' and tracefs at /sys/kernel/tracing' : ''}`);
  const why = reasons.join('; ');
  return { code: `perf-no-${permission.toLowerCase().replace('wide', '-wide')}`, message: `perf may not ${WHAT[permission]} here.`, why: `${why[0] === 'k' ? why : why[0].toUpperCase() + why.slice(1)}.`, remedies };
}

/** Lines of perf that say nothing about the reason. */
const CHATTER = /^(?:Error:?|Usage:.*|Run 'perf list'.*|or: .*|-[a-z], --.*|\/bin\/dmesg.*|"dmesg.*|valid terms:.*|Hint:.*|)$/;

/** Why perf failed, in its own words but without its manual; one line. */
export function perfWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim().replace(/^\\___ /, '').replace(/^Error:\s+/, '')).filter((line) => !CHATTER.test(line));
  return lines.slice(0, 3).join(': ').slice(0, 300) || 'It gave no reason.';
}

/** Whether perf's words are about a lack of permission. */
export function isDenied(stderr: string): boolean {
  return DENIED.test(stderr);
}
