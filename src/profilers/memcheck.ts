import { valgrindXml as format } from '../formats/valgrindXml.ts';
import { choice, toggle } from './options.ts';
import { stackDepth, valgrindProfiler } from './valgrind.ts';

const leaks = choice({
  setting: 'memcheck.leaks', label: 'Leaks', description: 'Which leaks are reported when the program ends.', default: 'lost',
  choices: {
    definite: 'Blocks that nothing points to.',
    lost: 'Those, what hangs on them, and blocks whose beginning nothing points to.',
    all: 'Also blocks that are still reachable at the end.',
    none: 'None.',
  },
});
const KINDS: Readonly<Record<string, string>> = { definite: 'definite', lost: 'definite,indirect,possible', all: 'all', none: 'none' };
const trackOrigins = toggle({
  setting: 'memcheck.trackOrigins', label: 'Origins of values', default: true,
  description: 'Say where values come from that were never set, as `--track-origins`. Up to twice as slow.',
});

/** Valgrind's checker of memory: leaks, and accesses and values that are wrong. */
export const memcheck = valgrindProfiler({
  tool: 'memcheck',
  label: 'Memcheck',
  question: 'Where is memory lost, or used wrongly?',
  cost: 'about 30 to 50 times slower',
  score: 65,
  options: [leaks, trackOrigins, stackDepth],
  arguments: (read) => [
    // XML always comes with a full search for leaks; what is shown of it can be nothing.
    '--leak-check=full', `--show-leak-kinds=${KINDS[read(leaks)]}`,
    `--track-origins=${read(trackOrigins) ? 'yes' : 'no'}`, `--num-callers=${read(stackDepth)}`,
  ],
  format: format.id,
  addsUp: true,
  needs: { staticNote: 'The program is linked statically: Memcheck cannot see what it allocates or loses, and takes parts of its library for errors.' },
});
