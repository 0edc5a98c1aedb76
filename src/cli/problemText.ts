import type { Problem, Remedy } from '../profilers/problem.ts';
import { quoteWord } from './shellWord.ts';

/** The ways out of a problem that a terminal has: commands to type and other profilers; settings are the editor's. */
export function remedyLines({ remedies }: Problem): string[] {
  return remedies.map(remedyLine).filter((line) => line !== undefined);
}

function remedyLine(remedy: Remedy): string | undefined {
  switch (remedy.kind) {
    case 'terminal':
      return `${remedy.label}: ${remedy.command.map(quoteWord).join(' ')}`;
    case 'profiler':
      return `${remedy.label}: --profiler ${remedy.profiler}`;
    case 'setting':
      return undefined;
  }
}
