import { massif as format } from '../formats/massif.ts';
import { choice, list, number, toggle } from './options.ts';
import { stackDepth, valgrindProfiler } from './valgrind.ts';

const stacks = toggle({
  setting: 'massif.stacks', label: 'Stacks', default: false, description: 'Measure the sizes of the threads\' stacks too, as `--stacks`. Much slower.',
});
const pagesAsHeap = toggle({
  setting: 'massif.pagesAsHeap', label: 'Pages instead of the heap', default: false,
  description: 'Measure all memory that the program maps, in pages, instead of what it allocates, as `--pages-as-heap`. Stacks cannot be measured then.',
});
const timeUnit = choice({
  setting: 'massif.timeUnit', label: 'Time', description: 'What the axis of time counts.', default: 'i',
  choices: { i: 'Instructions: the same on every run.', ms: 'Milliseconds, of the slowed down program.', B: 'Bytes allocated and freed: best for programs that run shortly.' },
});
const threshold = number({
  setting: 'massif.threshold', label: 'Threshold', default: 1, min: 0, max: 100, unit: '%',
  description: 'Places below this share of the memory are put together; 0 keeps each one.',
});
const detailedFrequency = number({
  setting: 'massif.detailedFrequency', label: 'Detailed snapshots', default: 10, min: 1, max: 1_000_000, integer: true,
  description: 'One in so many snapshots says who holds the memory; 1: each one.',
});
const peakInaccuracy = number({
  setting: 'massif.peakInaccuracy', label: 'Inaccuracy of the peak', default: 1, min: 0, max: 100, unit: '%',
  description: 'How far below the real peak the recorded one may be. 0 is exact, and slower.',
});
const maxSnapshots = number({
  setting: 'massif.maxSnapshots', label: 'Most snapshots', default: 100, min: 10, max: 1000, integer: true,
  description: 'When there are more, every second one is dropped, and fewer are taken from then on.',
});
const allocators = list({
  setting: 'massif.allocators', label: 'Allocating functions', default: [],
  description: 'Functions of the program that only allocate for others, as `--alloc-fn`: their callers are shown as the place. C++ names are complete, such as `pool::get(unsigned long)`.',
});

/** Valgrind's profiler of memory over time. */
export const massif = valgrindProfiler({
  tool: 'massif',
  label: 'Massif',
  question: 'Who holds the memory when it is highest, and how does it grow?',
  cost: 'about 6 to 15 times slower',
  score: 60,
  options: [stacks, pagesAsHeap, timeUnit, threshold, detailedFrequency, peakInaccuracy, maxSnapshots, allocators, stackDepth],
  arguments: (read) => [
    ...(read(pagesAsHeap) ? ['--pages-as-heap=yes'] : read(stacks) ? ['--stacks=yes'] : []),
    `--time-unit=${read(timeUnit)}`, `--threshold=${read(threshold)}`, `--detailed-freq=${read(detailedFrequency)}`,
    `--peak-inaccuracy=${read(peakInaccuracy)}`, `--max-snapshots=${read(maxSnapshots)}`, `--depth=${read(stackDepth)}`,
    ...read(allocators).map((name) => `--alloc-fn=${name}`),
  ],
  format: format.id,
  addsUp: false,
  needs: {
    dynamic: (read) => (read(pagesAsHeap) ? undefined : 'Massif cannot see what such a program allocates. Link it dynamically, or set heatline.massif.pagesAsHeap.'),
  },
  notes: (read) => (read(pagesAsHeap) && read(stacks) ? ['Stacks are not measured: massif.pagesAsHeap is set, which excludes massif.stacks.'] : []),
  monitor: (file) => ['all_snapshots', file],
});
