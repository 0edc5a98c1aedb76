import { valgrindXml as format } from '../formats/valgrindXml.ts';
import { number, toggle } from './options.ts';
import { stackDepth, valgrindProfiler } from './valgrind.ts';

const stackVariables = toggle({
  setting: 'drd.stackVariables', label: 'Variables on stacks', default: false,
  description: 'Look for races on variables on the stack too, as `--check-stack-var`. Slower.',
});
const firstRaceOnly = toggle({
  setting: 'drd.firstRaceOnly', label: 'First race only', default: false, description: 'Report only the first race on each place in memory, as `--first-race-only`.',
});
const heldFor = number({
  setting: 'drd.lockHeld', label: 'Locks held for long', default: 0, min: 0, max: 3_600_000, integer: true, unit: 'ms',
  description: 'Report mutexes and writer locks that are held for longer than so many milliseconds, of the slowed down program. 0: none.',
});

/** Valgrind's other detector of races: quicker with many threads, and knows for how long locks are held. */
export const drd = valgrindProfiler({
  tool: 'drd',
  label: 'DRD',
  question: 'Which lines race with another thread, or hold a lock for long?',
  cost: 'about 20 times slower, up to 70 with many locks; one thread at a time',
  score: 45,
  options: [stackVariables, firstRaceOnly, heldFor, stackDepth],
  arguments: (read) => [
    `--check-stack-var=${read(stackVariables) ? 'yes' : 'no'}`, `--first-race-only=${read(firstRaceOnly) ? 'yes' : 'no'}`,
    ...(read(heldFor) > 0 ? [`--exclusive-threshold=${read(heldFor)}`] : []), `--num-callers=${read(stackDepth)}`,
  ],
  format: format.id,
  addsUp: true,
  needs: { dynamic: () => 'DRD cannot see the locks and threads of such a program. Link it dynamically.' },
});
