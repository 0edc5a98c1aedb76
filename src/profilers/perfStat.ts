import path from 'node:path';
import { perfStat as perfStatFormat } from '../formats/perfStat.ts';
import { attachDuration } from './attach.ts';
import { commandLine } from './commandLine.ts';
import { list, number, toggle } from './options.ts';
import { perfAbility, perfPath, type PerfAbility } from './perfAbility.ts';
import { attachChildren, attachWords, checkAttach, durationWords } from './perfAttach.ts';
import { checkEvents } from './perfEventCheck.ts';
import { perfEvents } from './perfList.ts';
import { descendants, runProcess, sendSignal } from './process.ts';
import { ProblemError } from './problem.ts';
import type { Profiler } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched, kindOf } from './target.ts';

const OUTPUT = 'counters.stat';

const interval = number({
  setting: 'perfStat.interval', label: 'Interval', default: 100, min: 10, max: 60_000, integer: true, unit: 'ms',
  description: 'Milliseconds between two values of each counter.',
});
const events = list({
  setting: 'perfStat.events', label: 'Events', default: [], suggest: perfEvents,
  description: 'What is counted: events of `perf list`. Empty: time, page faults, switches and, where there are counters, cycles, instructions, branches and caches.',
});
const detailed = toggle({
  setting: 'perfStat.detailed', label: 'Caches in detail', default: false,
  description: 'Counts loads and misses of each cache, too (`perf stat -d -d`), where there are hardware counters.',
});

/** perf stat: counters over time, without samples. */
export const perfStat: Profiler = {
  id: 'perf-stat',
  label: 'perf stat',
  question: 'How many instructions, cache misses, page faults and switches does it take, and when?',
  cost: 'less than 1 % slower',
  options: [interval, events, detailed, attachDuration, attachChildren, perfPath],
  suits(target) {
    if (kindOf(target) === 'process') return 50;
    return isLaunched(target) ? { c: 40, cpp: 40, native: 40, go: 40, script: 30, python: 20 }[target.language] : 0;
  },
  async preflight(target, context) {
    const ability = await perfAbility(context);
    if (!('event' in ability)) return ability;
    const attached = kindOf(target) === 'process'
      ? await checkAttach(target, (words) => runProcess(context.read(perfPath), ['stat', '-x;', '-e', 'task-clock', ...words, '--', 'true'], { timeout: 20_000 })) : undefined;
    return attached ?? checkEvents(context, ability, context.read(events), `heatline.${events.setting}`);
  },
  async plan(target, folder, context) {
    const ability = await perfAbility(context);
    if (!('event' in ability)) throw new ProblemError(ability);
    const { read } = context;
    const chosen = read(events).map((event) => event.trim()).filter(Boolean);
    const notes: string[] = [];
    if (!ability.hardware && chosen.length === 0) notes.push('This machine offers no hardware counters: cycles, instructions and caches are not counted.');
    if (!ability.kernel) notes.push('Counts are those of user space: perf_event_paranoid keeps the kernel out, and switches between programs, which happen there, are not counted.');
    return {
      command: [
        read(perfPath), 'stat', ...(await outputWords(read(perfPath))), '-I', String(read(interval)), '-o', path.join(folder, OUTPUT),
        '-e', (chosen.length > 0 ? chosen : automatic(ability)).join(','), ...(read(detailed) ? ['-d', '-d'] : []),
        ...(kindOf(target) === 'process' ? [...(await attachWords(target, context)), ...durationWords(context)] : ['--', ...commandLine(target)]),
      ],
      cwd: target.cwd, env: target.env, notes,
    };
  },
  async stop(pid, _folder, attempt) {
    // Asked to end, perf stat leaves its program running; when that ends, perf ends by itself. Attached, it has no child but the clock that ends it.
    const children = await descendants(pid);
    const signal = (['SIGINT', 'SIGTERM'] as const)[attempt] ?? 'SIGKILL';
    for (const child of children) sendSignal(child, signal);
    if (children.length === 0 || attempt > 2) sendSignal(pid, attempt > 2 ? 'SIGKILL' : 'SIGINT');
  },
  async collect(folder) {
    return (await hasBytes(path.join(folder, OUTPUT))) ? { files: [OUTPUT], format: perfStatFormat.id } : undefined;
  },
};

/** What is counted without a choice. Software events cost nothing; the six of hardware fit into the counters of most processors. */
function automatic({ hardware, kernel }: PerfAbility): string[] {
  return [
    'task-clock', 'page-faults', ...(kernel ? ['context-switches', 'cpu-migrations'] : []),
    ...(hardware ? ['cycles', 'instructions', 'branches', 'branch-misses', 'cache-references', 'cache-misses'] : []),
  ];
}

/** JSON, whose numbers are whole; separated text from a perf before 6.0, which has no JSON. */
async function outputWords(program: string): Promise<string[]> {
  const { code, stderr } = await runProcess(program, ['stat', '-j', '-e', 'task-clock', '--', 'true'], { timeout: 20_000 });
  return code === 0 && stderr.includes('"counter-value"') ? ['-j'] : ['-x', ';'];
}
