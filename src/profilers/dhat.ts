import { dhat as format } from '../formats/dhat.ts';
import { choice } from './options.ts';
import { stackDepth, valgrindProfiler } from './valgrind.ts';

const mode = choice({
  setting: 'dhat.mode', label: 'What is looked at', description: 'What DHAT looks at, as `--mode`.', default: 'heap',
  choices: {
    heap: 'Blocks of the heap: how many, how large, how long they live, and how much of them is used.',
    copy: 'Copies of memory: memcpy, memmove, strcpy and their kind.',
    'ad-hoc': 'Events that the program reports by itself, with DHAT_AD_HOC_EVENT of valgrind/dhat.h.',
  },
});

/** Valgrind's profiler of how the heap is used. */
export const dhat = valgrindProfiler({
  tool: 'dhat',
  label: 'DHAT',
  question: 'Which lines allocate much, for a short time, or without using it?',
  cost: 'about 15 to 40 times slower',
  score: 55,
  options: [mode, stackDepth],
  arguments: (read) => [`--mode=${read(mode)}`, `--num-callers=${read(stackDepth)}`],
  format: format.id,
  addsUp: false,
  needs: { dynamic: (read) => (read(mode) === 'ad-hoc' ? undefined : 'DHAT cannot see what such a program allocates or copies. Link it dynamically.') },
});
