import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { perfWallArguments, type SwitchSource } from '../formats/perfWall.ts';
import { perfAbility, perfPath } from './perf.ts';
import { findProgram, runProcess } from './process.ts';
import type { Problem } from './problem.ts';
import type { ProfilerContext } from './profiler.ts';

const isRoot = process.getuid?.() === 0;
const sudo = isRoot ? '' : 'sudo ';

/** What perf may tell of threads that wait, here. */
export interface WallAbility {
  readonly switches: SwitchSource;
  /** Whether the kernel's functions have their names: without them what is waited for is guessed from the program's. */
  readonly names: boolean;
  /** What keeps the tracepoint away; undefined when nothing does. */
  readonly withoutTracepoint?: string;
}

/** The events of a recording. `-c 1` is for the switches, each of which counts; with `-F` perf would take a choice of them. */
export function wallEvents(switches: SwitchSource, frequency: number): string[] {
  const clock = `cpu-clock/freq=${frequency}/${switches === 'none' ? 'u' : ''}`;
  const sources = { sched_switch: ['-e', 'sched:sched_switch'], 'context-switches': ['-e', 'context-switches'], none: [] }[switches];
  // Root waits about a second at the end for kernel symbols of BPF programs, which nobody asked for.
  return [...sources, '-e', clock, '-c', '1', '--switch-events', ...(isRoot ? ['--no-bpf-event'] : [])];
}

/** Trials by perf's path: what was permitted stays so; a lesser way is tried anew, for more may have been permitted. */
const abilities = new Map<string, WallAbility>();

/**
 * What perf may tell of waiting here, by trial: the tracepoint needs root (or perf_event_paranoid -1 and a readable tracefs), the software event the permission
 * to look into the kernel, records of switches nothing.
 */
export async function perfWallAbility(context: Pick<ProfilerContext, 'read' | 'log'>): Promise<WallAbility | Problem> {
  const known = abilities.get(context.read(perfPath));
  if (known) return known;
  if (!(await findProgram(context.read(perfPath)))) {
    // Its explanation of a missing perf.
    const missing = await perfAbility(context);
    if (!('event' in missing)) return missing;
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-perf-wall-'));
  try {
    const found = await tryAll(context, path.join(folder, 'try.data'));
    if ('switches' in found) {
      if (found.switches !== 'none') abilities.set(context.read(perfPath), found);
      return found;
    }
    const general = await perfAbility(context);
    return 'event' in general ? found : general;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryAll(context: Pick<ProfilerContext, 'read' | 'log'>, file: string): Promise<WallAbility | Problem> {
  const perf = (args: readonly string[]) => runProcess(context.read(perfPath), args, { timeout: 20_000 });
  let withoutTracepoint: string | undefined;
  let stderr = '';
  for (const switches of ['sched_switch', 'context-switches', 'none'] as const) {
    // It has to wait once, for what is allowed may still give nothing.
    const recorded = await perf(['record', '-q', '-o', file, '--call-graph', 'fp', ...wallEvents(switches, 999), '--', 'sleep', '0.01']);
    if (recorded.code === 0) {
      const { stdout } = await perf([...perfWallArguments(switches), '-i', file]);
      const sees = switches === 'none' ? /PERF_RECORD_SWITCH/ : /(?:sched:sched_switch|context-switches)[:a-z]*: /;
      if (sees.test(stdout)) return { switches, names: /^\s+[0-9a-f]+ _*schedule/m.test(stdout), ...(withoutTracepoint === undefined ? {} : { withoutTracepoint }) };
    }
    ({ stderr } = recorded);
    if (switches === 'sched_switch') withoutTracepoint = explainTracepoint(stderr);
    if (stderr.trim()) context.log(stderr.trim());
  }
  return {
    code: 'perf-wall-unusable', message: 'perf does not tell here when threads wait.', detail: stderr, remedies: [{ kind: 'profiler', label: 'Use perf', profiler: 'perf' }],
    why: 'Records of switches need Linux 4.3 and perf 4.3; the log holds what perf said.',
  };
}

/** Why the tracepoint cannot be had, from what perf said, with the command that helps. */
export function explainTracepoint(stderr: string): string {
  if (/tracefs|debugfs.*mount|unknown (?:event|tracepoint)|No such file/i.test(stderr) && !/permission/i.test(stderr)) {
    return `tracefs is not mounted (${sudo}mount -t tracefs nodev /sys/kernel/tracing)`;
  }
  if (/permission|EACCES|EPERM|access/i.test(stderr)) {
    return `tracepoints are for root (or ${sudo}mount -o remount,mode=755 /sys/kernel/tracing and ${sudo}sysctl kernel.perf_event_paranoid=-1)`;
  }
  return 'perf knows no tracepoint sched:sched_switch';
}

/** What a person should know about a recording by these means. */
export function wallNotes({ switches, names, withoutTracepoint }: WallAbility): string[] {
  const notes: string[] = [];
  if (switches === 'none') {
    notes.push(`perf may not look into the kernel, so it does not tell where and what for threads wait; ${sudo}sysctl kernel.perf_event_paranoid=1 permits it until the next restart.`);
  } else if (!names) {
    notes.push(`The kernel hides its names, so what is waited for is told by the called function alone; ${sudo}sysctl kernel.kptr_restrict=0 kernel.perf_event_paranoid=1 shows them until the next restart.`);
  }
  if (withoutTracepoint !== undefined && switches === 'none') notes.push(`The tracepoint sched:sched_switch would tell it too, but ${withoutTracepoint}.`);
  return notes;
}
