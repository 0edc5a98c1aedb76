import { valgrindXml as format } from '../formats/valgrindXml.ts';
import { choice, toggle } from './options.ts';
import { stackDepth, valgrindProfiler } from './valgrind.ts';

const history = choice({
  setting: 'helgrind.history', label: 'History of accesses', description: 'What is kept of earlier accesses, as `--history-level`.', default: 'full',
  choices: { full: 'The stacks of both accesses of a race.', approx: 'Roughly where the other thread was; quicker.', none: 'Only the later access; quickest.' },
});
const lockOrder = toggle({
  setting: 'helgrind.lockOrder', label: 'Order of locks', default: true, description: 'Report locks that are taken in different orders, as `--track-lockorders`.',
});
const freeIsWrite = toggle({
  setting: 'helgrind.freeIsWrite', label: 'Freeing is writing', default: false,
  description: 'Report memory that is freed while another thread uses it, as `--free-is-write`.',
});

/** Valgrind's detector of races and of wrong orders of locks. */
export const helgrind = valgrindProfiler({
  tool: 'helgrind',
  label: 'Helgrind',
  question: 'Which lines race with another thread, or may deadlock?',
  cost: 'about 20 times slower, up to 60 with many locks; one thread at a time',
  score: 50,
  options: [history, lockOrder, freeIsWrite, stackDepth],
  arguments: (read) => [
    `--history-level=${read(history)}`, `--track-lockorders=${read(lockOrder) ? 'yes' : 'no'}`, `--free-is-write=${read(freeIsWrite) ? 'yes' : 'no'}`,
    `--num-callers=${read(stackDepth)}`,
  ],
  format: format.id,
  addsUp: true,
  needs: { dynamic: () => 'Helgrind cannot see the locks and threads of such a program. Link it dynamically.' },
});
