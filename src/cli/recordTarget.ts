import path from 'node:path';
import { commandTarget } from '../profilers/commandTarget.ts';
import { targetTitle } from '../profilers/commandLine.ts';
import type { Target } from '../profilers/target.ts';

/**
 * The words of a command line as a target, seen from this folder. The console script of pytest is a test run, as `python3 -m pytest` is.
 * @throws ProblemError when there is no such program
 */
export async function targetOf(words: readonly string[]): Promise<Target> {
  const target = await commandTarget(words, { cwd: process.cwd() });
  if (path.basename(target.file) === 'pytest' && target.language === 'python' && !target.module) return titled({ ...target, kind: 'test', module: 'pytest' }, words);
  return target.module ? titled(target, words) : target;
}

/** Modules are many things: what was asked of them tells runs apart. */
function titled(target: Target, [, ...words]: readonly string[]): Target {
  const title = target.kind === 'test' ? ['pytest', ...target.args].join(' ') : targetTitle(target);
  return words.length > 0 ? { ...target, title } : target;
}
