import { mendingCommands, type Problem } from '../profilers/problem.ts';
import { printable } from './output.ts';

/** What happened, why, and the ways out that a terminal has: commands, and other profilers. */
export function problemText(problem: Problem): string {
  const others = problem.remedies.flatMap((remedy) => (remedy.kind === 'profiler' ? [remedy.profiler] : []));
  return printable([
    `${problem.message} ${problem.why}`.trim(),
    ...mendingCommands(problem).map((command) => `  mend it with: ${command}`),
    ...others.map((id) => `  or use: --profiler ${id}`),
    ...(problem.code === 'build-failed' && problem.detail ? [problem.detail] : []),
  ].join('\n'));
}
