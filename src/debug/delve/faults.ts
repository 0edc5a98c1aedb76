import type { ProblemError } from '../../profilers/problem.ts';
import { fault } from '../fault.ts';
import { detailOf, type FailedStart } from './faultRule.ts';
import { goFaults } from './faultsOfGo.ts';
import { programFaults } from './faultsOfPrograms.ts';

/**
 * Why dlv ended before it debugged: what happened, why, and the command that mends it, with dlv's own words as detail. The codes are `delve-...`; `delve-build` stands for all that the
 * compiler refused, `delve-ended-early` for what is not known. `words`: what dlv said to stdout and stderr.
 */
export async function startFault(words: string, start: FailedStart): Promise<ProblemError> {
  for (const rule of [...programFaults, ...goFaults]) {
    const found = await rule(words, start);
    if (found) return found;
  }
  return fault('delve-ended-early', 'dlv ended before the program could start.', 'Its own words follow.', detailOf(words));
}
