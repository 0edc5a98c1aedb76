import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { perfWall as format, perfWallArguments, wallHeader, type SwitchSource } from '../formats/perfWall.ts';
import { attachDuration } from './attach.ts';
import { commandLine } from './commandLine.ts';
import { choice, number, toggle } from './options.ts';
import { perfPath } from './perf.ts';
import { perfWallAbility, wallEvents, wallNotes } from './perfWallAbility.ts';
import { isRunning, runProcess } from './process.ts';
import { ProblemError, type Problem } from './problem.ts';
import type { Profiler } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched, kindOf, type Language, type TargetTraits } from './target.ts';
import { durationWords } from './perfAttach.ts';
import { bufferWords } from './perfBuffer.ts';
import { stopPerf } from './stopping.ts';

const DATA = 'perf.data';
/** Bytes that no text without a record has. */
const LONG = 1 << 18;
const HEADER = 'perf-wall.header';
const SCRIPT = 'perf-wall.script';
const SYMBOLS = 'symbols.json';

const frequency = number({
  setting: 'perfWall.frequency', label: 'Frequency', description: 'Samples of a second on a processor. Waiting is measured, not sampled.', default: 999, min: 1, max: 50_000, integer: true,
  unit: 'samples a second',
});
const callGraph = choice({
  setting: 'perfWall.callGraph', label: 'Call graph', description: 'How perf walks the stack.', default: 'auto',
  choices: {
    auto: 'Debug information, and frame pointers for Go.',
    fp: 'Frame pointers: cheap, but the line that calls a waiting function of the C library is mostly missing.',
    dwarf: 'Debug information: whole stacks, 8 KB for each switch and sample. Not for Go.',
  },
});
const kernelFrames = toggle({
  setting: 'perfWall.kernelFrames', label: 'Kernel frames', description: "Keep the kernel's functions between a call and what it waits for.", default: false,
});

const SCORES: Readonly<Record<Language, number>> = { c: 90, cpp: 90, native: 90, go: 60, script: 60, python: 0 };

/** Time on a processor and time of waiting in one profile: perf's samples of the clock, and every switch off the processor with its stack. */
export const perfWall: Profiler = {
  id: 'perf-wall',
  label: 'perf wall clock',
  question: 'Where does the time go, on a processor and waiting, and what is waited for?',
  cost: 'a few percent slower, and 10 to 20 µs for each wait',
  options: [frequency, callGraph, kernelFrames, attachDuration, perfPath],
  suits,
  async preflight(target, context) {
    if (process.platform !== 'linux') {
      return { code: 'perf-platform', message: 'perf profiles programs on Linux only.', why: 'Open the folder on a Linux machine, in WSL or in a container.', remedies: [] };
    }
    const ability = await perfWallAbility(context);
    if (!('switches' in ability)) return ability;
    return target.pid !== undefined && !(await isRunning(target.pid)) ? gone(target.pid) : undefined;
  },
  async plan(target, folder, context) {
    const ability = await perfWallAbility(context);
    if (!('switches' in ability)) throw new ProblemError(ability);
    const attached = target.pid !== undefined;
    await writeFile(path.join(folder, HEADER), wallHeader({ switches: ability.switches, kernelFrames: context.read(kernelFrames), attached }));
    const asked = context.read(callGraph);
    const walk = asked === 'auto' ? (target.language === 'go' ? 'fp' : 'dwarf') : asked;
    const program = attached ? ['-p', String(target.pid), ...durationWords(context)] : ['--', ...commandLine(target)];
    const notes = wallNotes(ability);
    if (attached) notes.push('perf sees where a thread waits when it begins to: of a wait that began before only the time is known.');
    if (target.language === 'go') notes.push('Go runs many goroutines on few threads: these are the waits of the threads, and those of the goroutines are in the profiles of go test.');
    return {
      command: [
        context.read(perfPath), 'record', '-q', '-o', path.join(folder, DATA), ...wallEvents(ability.switches, context.read(frequency)),
        '--call-graph', walk === 'dwarf' ? 'dwarf,8192' : walk, ...bufferWords(), ...program,
      ],
      cwd: target.cwd, env: target.env, notes,
    };
  },
  stop: stopPerf,
  async collect(folder, context) {
    const data = path.join(folder, DATA);
    if (!(await hasBytes(data))) return undefined;
    const header = await readFile(path.join(folder, HEADER), 'utf8');
    const switches = (/^# switches : (.*)$/m.exec(header)?.[1] ?? 'none') as SwitchSource;
    const result = await runProcess(
      context.read(perfPath), [...perfWallArguments(switches), '-i', data],
      { stdoutFile: path.join(folder, SCRIPT), stdoutHead: header, signal: context.signal },
    );
    const complaints = result.stderr.split('\n').filter((line) => line.trim() && !/^'trace' not valid/.test(line)).join('\n');
    if (complaints) context.log(complaints);
    if (result.code !== 0) {
      throw new ProblemError({
        code: 'perf-unreadable', message: 'perf could not read its own recording.', why: complaints.split('\n').pop() || 'It gave no reason.', remedies: [], detail: result.stderr,
      });
    }
    if (!(await hasRecords(path.join(folder, SCRIPT)))) {
      throw new ProblemError({
        code: 'perf-no-samples', message: 'Nothing happened while perf watched.',
        why: 'No thread ran, began to wait or ended waiting: of a wait that goes on all the time nothing is seen. Watch longer, or while the program has work.', remedies: [],
      });
    }
    return { files: [SCRIPT], format: format.id, symbols: SYMBOLS };
  },
};

function suits(target: TargetTraits): number {
  const kind = kindOf(target);
  if (kind === 'process') return target.language === 'python' ? 0 : 70;
  if (!isLaunched(target)) return 0;
  return kind === 'test' ? Math.min(55, SCORES[target.language]) : SCORES[target.language];
}

function gone(pid: number): Problem {
  return { code: 'process-gone', message: `Process ${pid} is not there any more, or not yours.`, why: 'Choose one that runs, of your own user.', remedies: [] };
}

/** Whether perf's text holds anything that happened: the names that threads had before have the time 0. A text that is long enough is taken to. */
async function hasRecords(script: string): Promise<boolean> {
  const file = await open(script);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LONG), 0, LONG, 0);
    return bytesRead === LONG || /^[^#\n].* (?!0\.0+:)\d+\.\d+: /m.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await file.close();
  }
}
