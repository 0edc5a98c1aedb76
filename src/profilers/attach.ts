import { number } from './options.ts';
import type { Problem } from './problem.ts';

/** That a process to attach to has ended. */
export function processGone(pid: number): Problem {
  return { code: 'process-gone', message: `Process ${pid} does not run any more.`, why: 'Choose another one.', remedies: [] };
}

/** How long profilers that attach to a running process look at it. */
export const attachDuration = number({
  setting: 'attach.duration', label: 'Duration', default: 0, min: 0, max: 86_400, unit: 's', attaching: true,
  description: 'Seconds that a running process is watched. 0: until it is stopped, or ends.',
});
