import path from 'node:path';
import { kindOf, type Target } from './target.ts';

/**
 * Program and arguments that run a target, as a person would type them: what tools that follow any program are given (perf, valgrind, strace). Built targets
 * only; running processes and services have none.
 */
export function commandLine(target: Target): string[] {
  if (target.language === 'python') return [...(target.interpreter ?? ['python3']), ...pythonWords(target)];
  if (target.program) return [target.program, ...target.args];
  return [...(target.interpreter ?? []), target.file, ...target.args];
}

/** What stands behind the interpreter of a Python target: `-m module args` or `script.py args`. */
export function pythonWords(target: Target): string[] {
  return [...(target.module ? ['-m', target.module] : [target.file]), ...target.args];
}

/** What a target is called, in titles, lists and messages. */
export function targetTitle(target: Target): string {
  if (target.title) return target.title;
  if (kindOf(target) === 'module' && target.module) return target.module;
  return path.basename(target.file);
}
