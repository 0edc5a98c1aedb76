// How many times slower programs are under each profiler: their own work, start-up apart.
//   npm run bench -- profiler-overhead
// HEATLINE_BENCH_ROUNDS overrides how often each runs; HEATLINE_BENCH_PROFILERS names some of them, with commas between.
import { stopEverythingOnSignals } from '../../scripts/processes.mjs';
import { builtProgram, calibrate, overhead, pythonProgram, removeFolder, service, type Count, type Program } from '../benchOverhead.ts';
import { PROFILERS, profilerById } from '../../src/profilers/index.ts';
import { interpreters } from '../unit/python-run.ts';

/** A program, started when it is first needed. `Python` is the machine's, `new Python` the newest that perf can see into. */
const PROGRAMS: Readonly<Record<string, () => Promise<Program>>> = {
  'C': () => builtProgram('c', 'main.c'),
  'Python': () => Promise.resolve(pythonProgram('python3')),
  'new Python': () => Promise.resolve(pythonProgram(newPython())),
  'Go': () => builtProgram('go', 'go/main.go'),
  'Go test': () => builtProgram('go', 'go/work/work_test.go'),
  'Go service': service,
};

/** What the profiler is measured on: kinds of work of a program, how many times slower each is expected to be (which is no more than how much it gets to do). */
interface Row {
  readonly profiler: string;
  /** Behind the profiler's name. */
  readonly variant?: string;
  readonly set?: readonly string[];
  readonly program: string;
  readonly works: Readonly<Record<string, number>>;
  /** What its cost depends on. */
  readonly count?: Count;
  readonly rounds?: number;
}

const ROWS: readonly Row[] = [
  { profiler: 'python-sample', program: 'Python', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'python-cprofile', program: 'Python', works: { computes: 1, mixed: 1, calls: 3 } },
  { profiler: 'python-memory', program: 'Python', works: { computes: 1, mixed: 20, allocates: 40 }, count: 'allocations' },
  { profiler: 'python-perf', program: 'new Python', works: { mixed: 1 } },
  { profiler: 'perf', program: 'C', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'perf', program: 'Go', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'perf-wall', program: 'C', works: { mixed: 1, waits: 1 }, count: 'waits', rounds: 5 },
  { profiler: 'perf-stat', program: 'C', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'callgrind', program: 'C', works: { computes: 50, mixed: 50, allocates: 50 } },
  { profiler: 'cachegrind', program: 'C', works: { mixed: 20, allocates: 25 } },
  { profiler: 'massif', program: 'C', works: { computes: 6, mixed: 6, allocates: 15 }, count: 'allocations' },
  { profiler: 'dhat', program: 'C', works: { computes: 14, mixed: 16, allocates: 40 }, count: 'allocations' },
  { profiler: 'memcheck', program: 'C', works: { computes: 30, mixed: 30, allocates: 50 }, count: 'allocations' },
  { profiler: 'helgrind', program: 'C', works: { mixed: 18, locks: 80 }, count: 'locks' },
  { profiler: 'drd', program: 'C', works: { mixed: 18, locks: 80 }, count: 'locks' },
  { profiler: 'gperftools', program: 'C', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'gperftools', variant: 'memory', set: ['gperftools.mode=heap'], program: 'C', works: { mixed: 2, allocates: 80 }, count: 'allocations' },
  { profiler: 'go-test', program: 'Go test', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'go-cpu', program: 'Go', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'go-service', set: ['goService.duration=2'], program: 'Go service', works: { mixed: 1 }, rounds: 5 },
  { profiler: 'strace', program: 'C', works: { computes: 1, mixed: 1, reads: 15 }, count: 'systemCalls' },
  { profiler: 'ltrace', program: 'C', works: { computes: 1, mixed: 30 }, count: 'allocations' },
  { profiler: 'memory', program: 'C', works: { mixed: 1, allocates: 1 }, rounds: 5 },
];

const NAMES: Readonly<Record<Count, string>> = { allocations: 'allocations', systemCalls: 'system calls', waits: 'waits', locks: 'locks taken' };

function newPython(): string {
  const found = interpreters().at(-1);
  if (!found || found.version < 312) throw new Error('there is no Python 3.12 or newer');
  return found.command;
}

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const ratioText = (ratio: number) => ratio.toFixed(ratio < 1.95 ? 2 : ratio < 9.95 ? 1 : 0);
/** Two digits, as rates and costs are told. */
const roughly = (number: number) => Number(number.toPrecision(2)).toLocaleString('en-US');

const programs = new Map<string, Promise<Program>>();
const sizes = new Map<string, Promise<number>>();

/** The same each time it is asked for. */
function once<T>(kept: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = kept.get(key) ?? make();
  kept.set(key, found);
  return found;
}

/** The cells of a row behind its name. */
async function measure({ profiler, set = [], program: name, works, count, rounds = 3 }: Row): Promise<string[]> {
  const program = await once(programs, name, PROGRAMS[name]);
  const ratios: number[] = [];
  /** What the program takes anyhow, where it does nothing of what is counted. */
  let anyhow = 1;
  const parts: string[] = [];
  for (const [work, slower] of Object.entries(works)) {
    const units = await once(sizes, `${name} ${work}`, () => calibrate(program, work));
    const measured = await overhead(program, work, { profiler, set, units, slower, rounds: Number(process.env['HEATLINE_BENCH_ROUNDS'] ?? rounds) });
    const ratio = median(measured.ratios);
    console.error(`${profiler}, ${name} ${work}: ${measured.ratios.map((each) => each.toFixed(3)).join(' ')}, fastest over fastest ${measured.best.toFixed(3)}`);
    ratios.push(ratio);
    const { plain } = measured;
    const rate = count ? plain[count] / plain.seconds : 0;
    if (rate === 0) anyhow = Math.max(1, ratio);
    const each = rate > 0 && ratio > 1.15 * anyhow ? `, ${roughly(((ratio - anyhow) / rate) * 1e6)} µs each` : '';
    parts.push(`${work} ${ratioText(ratio)}${count && rate > 0 ? ` (${roughly(rate)} ${NAMES[count]} a second${each})` : ''}`);
  }
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map(ratioText);
  return [least === most ? least : `${least} to ${most}`, `${name}: ${parts.join('; ')}`];
}

const chosen = process.env['HEATLINE_BENCH_PROFILERS']?.split(',') ?? PROFILERS.map(({ id }) => id);
stopEverythingOnSignals();
const began = performance.now();
try {
  const lines: string[] = [];
  for (const id of chosen) {
    const profiler = profilerById(id);
    const rows = ROWS.filter((row) => row.profiler === id);
    if (!profiler || rows.length === 0) lines.push(`| ${profiler?.label ?? id} | - | not measured |`);
    for (const row of profiler ? rows : []) {
      const cells = await measure(row).catch((error: Error) => ['-', `${row.program}: ${error.message.replaceAll('|', '/')}`]);
      lines.push(`| ${profiler!.label}${row.variant ? `, ${row.variant}` : ''} | ${cells.join(' | ')} |`);
    }
  }
  console.log(['', '| profiler | times as long | measured on |', '|---|---|---|', ...lines, ''].join('\n'));
  console.log('What they say of themselves:');
  for (const id of chosen) console.log(`${id}: ${profilerById(id)?.cost ?? 'unknown'}`);
  console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} seconds`);
} finally {
  for (const program of programs.values()) await program.then((each) => each.end?.(), () => undefined);
  removeFolder();
}
