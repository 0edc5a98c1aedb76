import { cachegrind as format } from '../formats/cachegrind.ts';
import { text, toggle, type ReadOption } from './options.ts';
import { valgrindProfiler } from './valgrind.ts';

const cacheSimulation = toggle({
  setting: 'cachegrind.cacheSimulation', label: 'Cache simulation', default: true,
  description: 'Simulate the caches and count what misses them; without it only instructions are counted, in less than half the time.',
});
const branchSimulation = toggle({
  setting: 'cachegrind.branchSimulation', label: 'Branch simulation', default: false,
  description: 'Simulate the prediction of branches and count the wrong ones, as `--branch-sim`.',
});
const cache = (name: string, label: string) => text({
  setting: `cachegrind.${name}`, label, default: '',
  description: `Size, ways and line size of the ${label.toLowerCase()} in bytes, such as \`32768,8,64\`. Empty: as this machine has it.`,
});
const caches = { I1: cache('I1', 'Instruction cache'), D1: cache('D1', 'Data cache'), LL: cache('LL', 'Last level cache') };

/** Valgrind's simulator of caches: counts by line, no calls. */
export const cachegrind = valgrindProfiler({
  tool: 'cachegrind',
  label: 'Cachegrind',
  question: 'Which lines miss the caches?',
  cost: 'about 20 to 30 times slower',
  score: 70,
  options: [cacheSimulation, branchSimulation, caches.I1, caches.D1, caches.LL],
  // Newer versions simulate caches only when they are asked to.
  arguments: (read) => [`--cache-sim=${yes(read, cacheSimulation)}`, `--branch-sim=${yes(read, branchSimulation)}`, ...sizes(read)],
  format: format.id,
  addsUp: true,
  needs: { go: true },
});

function yes(read: ReadOption, option: typeof cacheSimulation): string {
  return read(option) ? 'yes' : 'no';
}

function sizes(read: ReadOption): string[] {
  return Object.entries(caches).flatMap(([name, option]) => (read(option).trim() === '' ? [] : [`--${name}=${read(option).replaceAll(/\s/g, '')}`]));
}
