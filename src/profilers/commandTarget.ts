import { access } from 'node:fs/promises';
import path from 'node:path';
import { moduleFile } from './launchConfigurations.ts';
import { findProgram } from './process.ts';
import { ProblemError } from './problem.ts';
import { identifyFile, type Target } from './target.ts';

/** Options of the Python interpreter that take the next word. */
const WITH_VALUE = new Set(['-W', '-X', '--check-hash-based-pycs']);

const isPython = (program: string): boolean => /^(python|pypy)w?[\d.]*(\.exe)?$/i.test(path.basename(program));

/** Where a command runs. */
export interface CommandPlace {
  /** Absolute. */
  readonly cwd: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs Python files that are named without an interpreter; absent: that of their shebang line, else python3. */
  readonly python?: readonly string[];
}

/**
 * A command as a person types it, as a target: a program on PATH or a file seen from `cwd`, with its arguments. `python [options] file` and `python -m module`
 * are the Python program, not the interpreter.
 * @throws ProblemError when there is no such program, or it is nothing that can be run
 */
export async function commandTarget([word, ...args]: readonly string[], { cwd, env = {}, python }: CommandPlace): Promise<Target> {
  const beside = path.resolve(cwd, word);
  const isFile = await access(beside).then(() => true, () => false);
  const found = isFile && (!isPython(word) || word.includes('/')) ? beside : await findProgram(word, { ...process.env, ...env }) ?? (isFile ? beside : undefined);
  if (!found) {
    throw new ProblemError({ code: 'no-target', message: `${word} was not found.`, why: `It is neither a file in ${cwd} nor a program on PATH.`, remedies: [] });
  }
  const behind = isPython(found) ? await pythonCommandTarget(found, args, cwd, env) : undefined;
  if (behind) return behind;
  const identified = await identifyFile(found);
  return { ...identified, ...(identified.language === 'python' && python ? { interpreter: python } : {}), file: found, args, cwd, env };
}

/** undefined for an interpreter that runs neither file nor module: then it is a program like any other. */
async function pythonCommandTarget(python: string, words: readonly string[], cwd: string, env: Target['env']): Promise<Target | undefined> {
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const interpreter = [python, ...words.slice(0, at)];
    if (word === '-c' || word === '-') return undefined;
    if (word === '-m') return words[at + 1] === undefined ? undefined : pythonModuleTarget(words[at + 1], words.slice(at + 2), { interpreter, cwd, env });
    if (WITH_VALUE.has(word)) at++;
    else if (!word.startsWith('-')) return { language: 'python', file: path.resolve(cwd, word), args: words.slice(at + 1), interpreter, cwd, env };
  }
  return undefined;
}

/** A module as `python -m` runs it. */
export async function pythonModuleTarget(module: string, args: readonly string[], run: Required<Pick<Target, 'interpreter' | 'cwd' | 'env'>>): Promise<Target> {
  return { language: 'python', kind: module === 'pytest' ? 'test' : 'module', module, file: await moduleFile(module, run.cwd), args, ...run };
}
