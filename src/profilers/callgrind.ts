import { callgrind as format } from '../formats/callgrind.ts';
import { list, toggle } from './options.ts';
import { valgrindProfiler } from './valgrind.ts';

const instructions = toggle({
  setting: 'callgrind.instructions', label: 'Instructions', default: false,
  description: 'Count each instruction by its address, not only each line, as `--dump-instr`; files are about twice as large.',
});
const jumps = toggle({
  setting: 'callgrind.jumps', label: 'Jumps', default: false, description: 'Count the jumps within functions, as `--collect-jumps`.',
});
const cacheSimulation = toggle({
  setting: 'callgrind.cacheSimulation', label: 'Cache simulation', default: false,
  description: 'Simulate the first and the last cache and count their misses, as `--cache-sim`. About twice as slow.',
});
const branchSimulation = toggle({
  setting: 'callgrind.branchSimulation', label: 'Branch simulation', default: false,
  description: 'Simulate the prediction of branches and count the wrong ones, as `--branch-sim`.',
});
const separateThreads = toggle({
  setting: 'callgrind.separateThreads', label: 'Separate threads', default: false, description: 'Keep the counts of each thread apart, as `--separate-threads`.',
});
const moreOptions = list({
  setting: 'callgrind.options', label: 'Further options', default: [],
  description: 'Further options of callgrind, such as `--toggle-collect=work*`, `--separate-callers=3`, `--cache-sim=yes`.',
});

/** Valgrind's call graph profiler: every instruction counted, the same numbers on every run. */
export const callgrind = valgrindProfiler({
  tool: 'callgrind',
  label: 'Callgrind',
  question: 'Exactly how many instructions does each line and each call execute?',
  cost: 'about 30 to 60 times slower',
  score: 80,
  options: [instructions, jumps, cacheSimulation, branchSimulation, separateThreads, moreOptions],
  arguments: (read) => [
    ...(read(instructions) ? ['--dump-instr=yes'] : []),
    ...(read(jumps) ? ['--collect-jumps=yes'] : []),
    ...(read(cacheSimulation) ? ['--cache-sim=yes'] : []),
    ...(read(branchSimulation) ? ['--branch-sim=yes'] : []),
    ...(read(separateThreads) ? ['--separate-threads=yes'] : []),
  ],
  more: (read) => read(moreOptions),
  format: format.id,
  addsUp: true,
  monitor: () => ['dump'],
});
