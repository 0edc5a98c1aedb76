import path from 'node:path';
import { PERF_SCRIPT_ARGUMENTS, perfScript } from '../formats/perfScript.ts';
import { attachDuration } from './attach.ts';
import { commandLine } from './commandLine.ts';
import { choice, number } from './options.ts';
import { perfAbility, perfPath, tryRecording, WITHOUT_BPF } from './perfAbility.ts';
import { attachChildren, attachWords, checkAttach, durationWords } from './perfAttach.ts';
import { checkEvents } from './perfEventCheck.ts';
import { events, eventWords, frequency, isTracepoint, period } from './perfEvents.ts';
import { perfWords } from './perfRefusal.ts';
import { runProcess } from './process.ts';
import { ProblemError, type Problem } from './problem.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched, kindOf } from './target.ts';
import { bufferWords } from './perfBuffer.ts';
import { stopPerf } from './stopping.ts';

export { perfAbility, perfPath } from './perfAbility.ts';

const DATA = 'perf.data';
const SCRIPT = 'perf.script';
const SYMBOLS = 'symbols.json';

const callGraph = choice({
  setting: 'perf.callGraph', label: 'Call graph', description: 'How perf walks the stack.', default: 'fp',
  choices: {
    fp: 'Frame pointers: cheap; the program and its libraries must be built with them.',
    dwarf: 'Debug information: whole stacks without frame pointers, about 17 KB a sample. Not for Go.',
    lbr: 'Last branch records, on Intel processors that have them.',
  },
});
const stackSize = number({
  setting: 'perf.stackSize', label: 'Stack copied', default: 16_384, min: 1024, max: 65_528, integer: true, unit: 'bytes',
  description: 'With debug information: bytes of the stack that each sample keeps. Deeper stacks are cut off.',
});

/** Linux's sampling profiler. */
export const perf: Profiler = {
  id: 'perf',
  label: 'perf',
  question: 'Where does the processor spend its time, with whole stacks?',
  cost: 'a few percent slower',
  options: [frequency, callGraph, stackSize, events, period, attachDuration, attachChildren, perfPath],
  suits(target) {
    if (kindOf(target) === 'process') return 90;
    // A Go test tells more of itself.
    if (target.language === 'go' && kindOf(target) === 'test') return 60;
    return isLaunched(target) ? { c: 100, cpp: 100, go: 100, native: 100, script: 100, python: 0 }[target.language] : 0;
  },
  async preflight(target, context) {
    const ability = await perfAbility(context);
    if (!('event' in ability)) return withWayOut(ability, target.language);
    const attached = kindOf(target) === 'process' ? await checkAttach(target, (words) => tryRecording(context, [...words, '-e', ability.event])) : undefined;
    if (attached) return attached;
    const unusable = await checkEvents(context, ability, context.read(events), `heatline.${events.setting}`, (event) => eventWords([event], context.read(frequency), context.read(period)));
    return unusable ?? (await checkCallGraph(ability.event, context));
  },
  async plan(target, folder, context) {
    const ability = await perfAbility(context);
    if (!('event' in ability)) throw new ProblemError(ability);
    const { read } = context;
    const chosen = read(events).filter((event) => event.trim() !== '');
    const notes: string[] = [];
    if (!ability.hardware && chosen.length === 0) notes.push('This machine offers no hardware counters, so perf samples the processor clock (cpu-clock).');
    if (!ability.kernel) notes.push('Time inside the kernel is not shown: perf_event_paranoid permits user space only.');
    if (read(callGraph) === 'fp' && chosen.some(isTracepoint)) {
      notes.push('Where the C library is built without frame pointers, the function that called it is missing above it: walk the stack by debug information (heatline.perf.callGraph) for the lines of system calls.');
    }
    const attach = kindOf(target) === 'process';
    return {
      command: [
        read(perfPath), 'record', '-q', '-o', path.join(folder, DATA), ...eventWords(chosen.length > 0 ? chosen : [ability.event], read(frequency), read(period)),
        '--call-graph', read(callGraph) === 'dwarf' ? `dwarf,${read(stackSize)}` : read(callGraph), ...WITHOUT_BPF,
        ...(read(callGraph) === 'dwarf' ? bufferWords() : []),
        ...(attach ? [...(await attachWords(target, context)), ...durationWords(context)] : ['--', ...commandLine(target)]),
      ],
      cwd: target.cwd, env: target.env, notes,
    };
  },
  stop: stopPerf,
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
        why: result.code === 0 ? 'The program ended before the first sample, slept, or none of the events happened. Give it more work, or raise heatline.perf.frequency.' : perfWords(result.stderr),
        remedies: result.code === 0 ? [{ kind: 'setting', label: 'Open Setting', setting: 'heatline.perf.frequency' }] : [],
        detail: result.stderr,
      });
    }
    return { files: [SCRIPT], format: perfScript.id, symbols: SYMBOLS };
  },
};

/** Callgrind, for programs that it can run, before the setting. */
function withWayOut(problem: Problem, language: string): Problem {
  if (language !== 'c' && language !== 'cpp' && language !== 'native') return problem;
  const settings = problem.remedies.filter(({ kind }) => kind === 'setting');
  return { ...problem, remedies: [...problem.remedies.filter(({ kind }) => kind !== 'setting'), { kind: 'profiler', label: 'Use Callgrind', profiler: 'callgrind' }, ...settings] };
}

async function checkCallGraph(event: string, context: ProfilerContext): Promise<Problem | undefined> {
  if (context.read(callGraph) !== 'lbr') return undefined;
  const { code, stderr } = await tryRecording(context, ['-e', event, '--call-graph', 'lbr']);
  if (code === 0) return undefined;
  return {
    code: 'perf-no-lbr', message: 'This processor keeps no last branch records for perf.', why: `Walk the stack by frame pointers or by debug information. perf says: ${perfWords(stderr)}`,
    remedies: [{ kind: 'setting', label: 'Open Setting', setting: `heatline.${callGraph.setting}` }], detail: stderr,
  };
}
