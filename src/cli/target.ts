import { stat } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../profilers/process.ts';
import { identifyFile, type Target } from '../profilers/target.ts';
import { UsageError } from './command.ts';

/**
 * What `TARGET [ARGS]` is: a source file, a script, an executable, or a program on PATH. `python3 [OPTIONS] FILE` is that Python
 * file with that interpreter.
 * @throws UsageError when there is no such file, ProblemError when it cannot be run
 */
export async function targetOf(words: readonly string[]): Promise<Target> {
  const [word, ...args] = words;
  const common = { cwd: process.cwd(), env: {} };
  const python = await pythonScript(word, args);
  if (python) return { ...common, ...python };
  const isFile = await stat(word).then((info) => info.isFile(), () => false);
  const file = isFile ? path.resolve(word) : await findProgram(word);
  if (!file) throw new UsageError(`${word} is neither a file nor a program on PATH.`);
  const identified = await identifyFile(file);
  return { ...common, ...identified, file, args, ...(identified.language === 'python' ? { interpreter: identified.interpreter ?? ['python3'] } : {}) };
}

/** `python3.13 -O hot.py 5`: without this the interpreter itself would be profiled, as native code. */
async function pythonScript(word: string, args: readonly string[]): Promise<Pick<Target, 'language' | 'file' | 'args' | 'interpreter'> | undefined> {
  if (!/^(python|pypy)[\d.]*(\.exe)?$/.test(path.basename(word))) return undefined;
  const at = args.findIndex((argument) => !argument.startsWith('-'));
  // -c and -m name no file, and -W and -X take a word of their own.
  if (at < 0 || args.slice(0, at).some((option) => /^-[cmWX]/.test(option))) return undefined;
  const script = path.resolve(args[at]);
  if (!(await stat(script).then((info) => info.isFile(), () => false))) return undefined;
  return { language: 'python', file: script, args: args.slice(at + 1), interpreter: [word, ...args.slice(0, at)] };
}
