import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { gperftoolsCpu } from '../formats/gperftoolsCpu.ts';
import { gperftoolsHeap } from '../formats/gperftoolsHeap.ts';
import { agentCommand } from './agents/index.ts';
import { debugNotes, readExecutable } from './executable.ts';
import { findLibrary, LIBRARIES } from './gperftoolsLibrary.ts';
import { installRemedy } from './install.ts';
import { choice, number, text, toggle } from './options.ts';
import { ProblemError, type Problem } from './problem.ts';
import { descendants, sendSignal } from './process.ts';
import type { Profiler, ProfilerContext, Recording } from './profiler.ts';
import { hasBytes } from './recordedFiles.ts';
import { isLaunched } from './target.ts';

const mode = choice({
  setting: 'gperftools.mode', label: 'What is measured', description: 'What gperftools measures.', default: 'cpu',
  choices: {
    cpu: 'Processor time.',
    wall: 'Time as the clock has it, also while the program waits; calls that wait are interrupted by it and may return early. The main thread only.',
    heap: 'Memory: what is allocated, and what is in use at the end. The stack is taken at each allocation, so programs that allocate much become many times slower.',
  },
});
const frequency = number({
  setting: 'gperftools.frequency', label: 'Frequency', description: 'Samples a second, of processor time or of the clock; many kernels give no more than 250.',
  default: 250, min: 1, max: 4000, integer: true, unit: 'samples a second',
});
const endEarly = toggle({
  setting: 'gperftools.endEarly', label: 'Keep the profile when ended early', default: false,
  description: 'Sample time so that a program that is ended early (Ctrl-C) leaves its profile too. The library is then started by a signal: should that come while the program allocates memory, the program may crash. Its child programs are not sampled. Memory needs none of this.',
});
const library = text({ setting: 'gperftools.library', label: 'gperftools library', description: 'Path of libprofiler or libtcmalloc. Empty: where the system has it.', default: '', hidden: true });

const CPU = 'cpu.prof';
const HEAP = 'heap';
const SYMBOLS = 'symbols.json';
/** A real-time signal that programs do not use: it makes the library write what it has. */
const SIGNAL = 50;

/** Google's libraries that profile from within the program. */
export const gperftools: Profiler = {
  id: 'gperftools',
  label: 'gperftools',
  question: 'Where does the program spend its time or keep its memory, where perf may not run?',
  cost: 'about 1 to 5 % slower; with memory about 7 µs an allocation',
  options: [mode, frequency, endEarly, library],
  suits: (target) => (isLaunched(target) && (target.language === 'c' || target.language === 'cpp' || target.language === 'native') ? 20 : 0),
  async preflight(target, { read }) {
    if (process.platform !== 'linux') {
      return { code: 'gperftools-platform', message: 'gperftools is put before a program on Linux only.', why: 'Open the folder on a Linux machine, in WSL or in a container.', remedies: [] };
    }
    const program = target.program ?? (target.language === 'native' ? target.file : undefined);
    return (await libraryOf(read, program)).problem ?? (program === undefined ? undefined : checkProgram(program));
  },
  async plan(target, folder, { read, agent }) {
    const program = target.program!;
    const { file, problem: missing } = await libraryOf(read, program);
    const problem = missing ?? (await checkProgram(program));
    if (file === undefined || problem) throw new ProblemError(problem!);
    const heap = read(mode) === 'heap';
    const alone = !heap && read(endEarly);
    const preloaded = [file, target.env.LD_PRELOAD ?? process.env.LD_PRELOAD ?? ''].filter(Boolean).join(':');
    const environment = {
      LD_PRELOAD: preloaded,
      ...(heap ? { HEAPPROFILE: path.join(folder, HEAP), HEAPPROFILESIGNAL: SIGNAL } : { CPUPROFILE: path.join(folder, CPU), CPUPROFILE_FREQUENCY: read(frequency) }),
      ...(alone ? { CPUPROFILESIGNAL: SIGNAL } : {}),
      ...(read(mode) === 'wall' ? { CPUPROFILE_REALTIME: 1 } : {}),
    };
    const signals = heap ? 'dump' : alone ? 'switch' : 'none';
    const words = [folder, signals, String(SIGNAL), ...Object.entries(environment).map(([name, value]) => `${name}=${value}`), '--', program, ...target.args];
    const run = agentCommand({ agent }, 'gperftools', words);
    // The agent itself is not to be profiled.
    const { LD_PRELOAD: _preloaded, ...env } = target.env;
    const notes = [
      ...(signals === 'none' ? ['If it is ended early, the program leaves no profile; gperftools.endEarly changes that.'] : []),
      ...(read(mode) === 'wall' ? ['Times are those of the clock, of the main thread, although the profile calls them CPU time.'] : []),
    ];
    return { command: run.command, cwd: target.cwd, env: { ...env, ...run.env }, notes: [...notes, ...debugNotes(program, await readExecutable(program))] };
  },
  async stop(pid, _folder, attempt) {
    // The agent has the profile written, then passes the signal on; the second SIGTERM kills.
    if (attempt < 3) sendSignal(pid, attempt === 0 ? 'SIGINT' : 'SIGTERM');
    else for (const each of [...(await descendants(pid)), pid]) sendSignal(each, 'SIGKILL');
  },
  async collect(folder) {
    const names: string[] = [];
    for (const name of (await readdir(folder)).sort()) if (await hasBytes(path.join(folder, name))) names.push(name);
    return timeOf(names) ?? memoryOf(names);
  },
};

function timeOf(names: readonly string[]): Recording | undefined {
  const files = names.filter((name) => name.startsWith(CPU));
  return files.length > 0 ? { files, format: gperftoolsCpu.id, symbols: SYMBOLS } : undefined;
}

/** The last dump of each process: `heap.0007.heap`, `heap_1234.0002.heap`. */
function memoryOf(names: readonly string[]): Recording | undefined {
  const last = new Map<string, { name: string; index: number }>();
  let dumps = 0;
  for (const name of names) {
    const match = /^(heap(?:_\d+)?)\.(\d+)\.heap$/.exec(name);
    if (!match) continue;
    dumps++;
    const index = Number(match[2]);
    if (index > (last.get(match[1])?.index ?? -1)) last.set(match[1], { name, index });
  }
  if (dumps === 0) return undefined;
  const files = [...last.values()].map(({ name }) => name);
  const notes = dumps > files.length ? [`The memory was written down ${dumps} times; the last time of each process is shown.`] : [];
  return { files, format: gperftoolsHeap.id, symbols: SYMBOLS, notes };
}

/** The library for the mode, or why there is none. */
async function libraryOf(read: ProfilerContext['read'], program: string | undefined): Promise<{ file?: string; problem?: Problem }> {
  const named = read(library);
  const setting = { kind: 'setting', label: 'Open Setting', setting: 'heatline.gperftools.library' } as const;
  if (named !== '') {
    if (await access(named).then(() => true, () => false)) return { file: named };
    const why = 'heatline.gperftools.library names it. Empty, the library is looked for where the system has it.';
    return { problem: { code: 'gperftools-missing', message: `${named} was not found.`, why, remedies: [setting] } };
  }
  const names = LIBRARIES[read(mode) === 'heap' ? 'heap' : 'cpu'];
  const file = await findLibrary(names, program === undefined ? undefined : (await readExecutable(program))?.machine);
  if (file !== undefined) return { file };
  return {
    problem: {
      code: 'gperftools-missing', message: `${names[0]} was not found.`,
      why: 'It is a part of gperftools. Install it, or name yours in heatline.gperftools.library.', remedies: [...(await installRemedy('gperftools')), setting],
    },
  };
}

async function checkProgram(program: string): Promise<Problem | undefined> {
  const executable = await readExecutable(program);
  const perf = { kind: 'profiler', label: 'Use perf', profiler: 'perf' } as const;
  if (executable?.isGo) {
    return { code: 'gperftools-go', message: 'gperftools does not suit Go programs.', why: 'Go has stacks and memory of its own, which it cannot see.', remedies: [perf] };
  }
  if (executable?.isStatic) {
    return {
      code: 'gperftools-static', message: `${path.basename(program)} is linked statically.`,
      why: 'The library is put before a program by its loader (LD_PRELOAD), and this one has none. Link it dynamically, or link it with -lprofiler.', remedies: [perf],
    };
  }
  return undefined;
}
