import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PERF_SCRIPT_ARGUMENTS, perfScript } from '../formats/perfScript.ts';
import { installRemedy } from './install.ts';
import { descendants, findProgram, runProcess, sendSignal, type ProcessResult } from './process.ts';
import { ProblemError, type Problem } from './problem.ts';
import { commandLine } from './commandLine.ts';
import { choice, number, text } from './options.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched } from './target.ts';

const DATA = 'perf.data';
const SCRIPT = 'perf.script';
const SYMBOLS = 'symbols.json';
/** Root waits about a second at the end for kernel symbols of BPF programs, which nobody asked for. */
const WITHOUT_BPF = process.getuid?.() === 0 ? ['--no-bpf-event'] : [];

export const perfPath = text({ setting: 'perf.path', label: 'perf', description: 'The perf command.', default: 'perf', hidden: true });
const frequency = number({ setting: 'perf.frequency', label: 'Frequency', description: 'Samples a second.', default: 999, min: 1, max: 50_000, integer: true, unit: 'samples a second' });
const callGraph = choice({
  setting: 'perf.callGraph', label: 'Call graph', description: 'How perf walks the stack.', default: 'fp',
  choices: {
    fp: 'Frame pointers: cheap; the program and its libraries must be built with them.',
    dwarf: 'Debug information: whole stacks without frame pointers, about 17 KB a sample. Not for Go.',
    lbr: 'Last branch records, on Intel processors that have them.',
  },
});

/** What this machine lets perf do. */
export interface PerfAbility {
  /** `cycles` where there are hardware counters, else `cpu-clock`; `:u` where the kernel's part is forbidden. */
  readonly event: string;
  readonly hardware: boolean;
  readonly kernel: boolean;
}

/** Linux's sampling profiler. */
export const perf: Profiler = {
  id: 'perf',
  label: 'perf',
  question: 'Where does the processor spend its time, with whole stacks?',
  cost: 'about 1 to 3 % slower',
  options: [frequency, callGraph, perfPath],
  suits: (target) => (isLaunched(target) ? { c: 100, cpp: 100, go: 100, native: 100, script: 100, python: 0 }[target.language] : 0),
  async preflight(target, context) {
    if (process.platform !== 'linux') {
      return { code: 'perf-platform', message: 'perf profiles programs on Linux only.', why: 'Open the folder on a Linux machine, in WSL or in a container.', remedies: [] };
    }
    if (!(await findProgram(context.read(perfPath)))) {
      const missing = await missingPerf(context.read(perfPath));
      const [setting, ...installation] = [...missing.remedies].reverse();
      return { ...missing, remedies: [...installation, ...insteadOf(target.language), setting] };
    }
    const ability = await perfAbility(context);
    return 'event' in ability ? undefined : { ...ability, remedies: [...ability.remedies, ...insteadOf(target.language)] };
  },
  async plan(target, folder, context) {
    const ability = await perfAbility(context);
    if (!('event' in ability)) throw new ProblemError(ability);
    const notes: string[] = [];
    if (!ability.hardware) notes.push('This machine offers no hardware counters, so perf samples the processor clock (cpu-clock).');
    if (!ability.kernel) notes.push('Time inside the kernel is not shown: perf_event_paranoid permits user space only.');
    return {
      command: [
        context.read(perfPath), 'record', '-q', '-o', path.join(folder, DATA), '-e', ability.event, '-F', String(context.read(frequency)),
        '--call-graph', context.read(callGraph) === 'dwarf' ? 'dwarf,16384' : context.read(callGraph),
        ...WITHOUT_BPF,
        '--', ...commandLine(target),
      ],
      cwd: target.cwd, env: target.env, notes,
    };
  },
  async stop(pid, _folder, attempt) {
    // perf ends its child politely and then waits for it; a child that does not care is ended for it, so that perf can finish its file.
    if (attempt === 0) sendSignal(pid, 'SIGINT');
    else for (const child of await descendants(pid)) sendSignal(child, attempt === 1 ? 'SIGTERM' : 'SIGKILL');
    if (attempt > 2) sendSignal(pid, 'SIGKILL');
  },
  async collect(folder, context) {
    const data = path.join(folder, DATA);
    if (!(await hasBytes(data))) return undefined;
    const result = await runProcess(
      context.read(perfPath), [...PERF_SCRIPT_ARGUMENTS, '-i', data],
      { stdoutFile: path.join(folder, SCRIPT), signal: context.signal },
    );
    if (result.stderr.trim()) context.log(result.stderr.trim());
    if (!(await hasBytes(path.join(folder, SCRIPT)))) {
      throw new ProblemError({
        code: 'perf-no-samples',
        message: result.code === 0 ? 'perf took no samples.' : 'perf could not read its own recording.',
        why: result.code === 0 ? 'The program ended before the first sample. Give it more work, or raise heatline.perf.frequency.' : lastLine(result.stderr),
        remedies: result.code === 0 ? [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.perf.frequency' }] : [],
        detail: result.stderr,
      });
    }
    return { files: [SCRIPT], format: perfScript.id, symbols: SYMBOLS };
  },
};

async function missingPerf(program: string): Promise<Problem> {
  return {
    code: 'perf-missing', message: `${program} was not found.`, why: 'Install it, or name yours in heatline.perf.path.',
    remedies: [...(await installRemedy('perf')), { kind: 'setting', label: 'Open Setting', setting: 'heatline.perf.path' }],
  };
}

function insteadOf(language: string): Problem['remedies'] {
  return language === 'c' || language === 'cpp' || language === 'native' ? [{ kind: 'profiler', label: 'Use Callgrind', profiler: 'callgrind' }] : [];
}

/** Trials by perf's path. What is permitted rarely changes; a refusal is tried anew each time, for it may have been mended. */
const abilities = new Map<string, PerfAbility>();

/** What perf may do here, or why nothing; tried once for each perf and remembered while it works. */
export async function perfAbility(context: Pick<ProfilerContext, 'read' | 'log'>): Promise<PerfAbility | Problem> {
  const program = context.read(perfPath);
  const known = abilities.get(program);
  if (known) return known;
  if (!(await findProgram(program))) return missingPerf(program);
  const found = await tryPerf(context);
  if ('event' in found) abilities.set(program, found);
  return found;
}

/** Tries what perf may do by doing it: settings, capabilities and containers all have a say, so only a trial tells. */
async function tryPerf(context: Pick<ProfilerContext, 'read' | 'log'>): Promise<PerfAbility | Problem> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'heatline-perf-'));
  try {
    const attempt = (event: string): Promise<ProcessResult> =>
      runProcess(context.read(perfPath), ['record', '-q', '-o', path.join(folder, 'try.data'), '-e', event, ...WITHOUT_BPF, '--', 'true'], { timeout: 20_000 });
    let last: ProcessResult | undefined;
    // Asked for cycles where there are none, perf record quietly takes cpu-clock; perf stat says so.
    const counted = await runProcess(context.read(perfPath), ['stat', '-x;', '-e', 'cycles:u', 'true'], { timeout: 20_000 });
    const hasCycles = counted.code === 0 && /^\d+;/m.test(counted.stderr);
    for (const base of hasCycles ? ['cycles', 'cpu-clock'] : ['cpu-clock']) {
      for (const suffix of ['', ':u']) {
        last = await attempt(base + suffix);
        // Without a word perf leaves the kernel out where the level forbids it, so success alone does not tell.
        if (last.code === 0) return { event: base + suffix, hardware: base === 'cycles', kernel: suffix === '' && (process.getuid?.() === 0 || ((await paranoidLevel()) ?? 2) < 2) };
      }
    }
    context.log(last!.stderr.trim());
    return explainRefusal(last!.stderr, await paranoidLevel());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Why perf was refused, from what it said and the value of kernel.perf_event_paranoid (undefined: unknown). */
export function explainRefusal(stderr: string, level: number | undefined): Problem {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  if (level !== undefined && level > 2 && /EACCES|EPERM|permission|paranoid|access/i.test(stderr)) {
    return {
      code: 'perf-forbidden',
      message: 'The system does not let you use perf.',
      why: `kernel.perf_event_paranoid is ${level}; 2 or less lets every user profile their own programs, until the next restart.`,
      remedies: [{ kind: 'terminal', label: 'Permit perf', command: [...sudo, 'sysctl', 'kernel.perf_event_paranoid=1'] }],
      detail: stderr,
    };
  }
  return {
    code: 'perf-unusable',
    message: 'perf does not work on this machine.',
    why: /EACCES|EPERM|permission/i.test(stderr) ? 'The kernel refuses perf_event_open; a container needs the CAP_PERFMON capability for it.' : lastLine(stderr),
    remedies: [],
    detail: stderr,
  };
}

async function paranoidLevel(): Promise<number | undefined> {
  const content = await readFile('/proc/sys/kernel/perf_event_paranoid', 'utf8').catch(() => undefined);
  return content === undefined ? undefined : Number(content);
}

function lastLine(output: string): string {
  return output.trim().split('\n').filter(Boolean).pop() ?? 'It gave no reason.';
}
