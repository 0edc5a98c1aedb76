import { access, readlink } from 'node:fs/promises';
import path from 'node:path';
import { findProgram, isRunning } from '../profilers/process.ts';
import { ProblemError } from '../profilers/problem.ts';
import { identifyFile, type Target } from '../profilers/target.ts';

const exists = (file: string) => access(file).then(() => true, () => false);
const isPython = (program: string) => /^(python|pypy)[\d.]*$/.test(path.basename(program));

/**
 * The words of a command line as a target: a file here, a program on PATH, or what follows a Python interpreter.
 * @throws ProblemError when there is no such program
 */
export async function targetOf([word, ...args]: readonly string[]): Promise<Target> {
  const common = { cwd: process.cwd(), env: {} };
  const found = (await exists(word)) ? path.resolve(word) : word.includes('/') ? undefined : await findProgram(word);
  if (found === undefined) {
    throw new ProblemError({ code: 'no-target', message: `${word} was not found.`, why: 'It is neither a file here nor a program on PATH.', remedies: [] });
  }
  if (isPython(found)) {
    const python = pythonArguments(args);
    const interpreter = [found, ...python.options];
    if (python.module !== undefined) {
      const isTest = python.module === 'pytest';
      return { language: 'python', kind: isTest ? 'test' : 'module', module: python.module, file: found, args: python.rest, interpreter, title: ['-m', python.module].join(' '), ...common };
    }
    if (python.rest.length > 0 && (await exists(python.rest[0]))) {
      return { language: 'python', file: path.resolve(python.rest[0]), args: python.rest.slice(1), interpreter, ...common };
    }
  }
  // The console script of pytest is a Python file; as a module it is a test run like the editor's.
  if (path.basename(found) === 'pytest') return { language: 'python', kind: 'test', module: 'pytest', file: found, args, interpreter: ['python3'], title: ['pytest', ...args].join(' '), ...common };
  return { ...(await identifyFile(found)), file: found, args, ...common };
}

/** A running process as a target: a Python interpreter's is Python, any other native. */
export async function processTarget(pid: number): Promise<Target> {
  if (!(await isRunning(pid))) throw new ProblemError({ code: 'no-process', message: `There is no process ${pid}, or it is not yours.`, why: 'See which there are with: ps', remedies: [] });
  const file = await readlink(`/proc/${pid}/exe`).catch(() => '');
  const name = file ? path.basename(file) : 'process';
  return { kind: 'process', language: isPython(name) ? 'python' : 'native', pid, file, title: `${name} (${pid})`, args: [], cwd: process.cwd(), env: {}, ...(isPython(name) ? { interpreter: [file] } : {}) };
}

/** A service with net/http/pprof as a target. */
export function serviceTarget(url: string): Target {
  return { kind: 'service', language: 'go', url, file: '', title: url.replace(/^https?:\/\//, '').replace(/\/.*$/, ''), args: [], cwd: process.cwd(), env: {} };
}

/** What stands behind `python`: its own options, then `-m module` or a script, then the program's arguments. */
export function pythonArguments(words: readonly string[]): { options: string[]; module?: string; rest: string[] } {
  const options: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === '-m' && words[at + 1] !== undefined) return { options, module: words[at + 1], rest: words.slice(at + 2) };
    if (/^-[WX]$/.test(word) && words[at + 1] !== undefined) options.push(word, words[++at]);
    // A command line (-c) and standard input (-) are no file: the rest is for whoever runs it as it is.
    else if (/^-[bBdEiIOPqRsSuvx]+$|^-[WX]./.test(word)) options.push(word);
    else return { options, rest: words.slice(at) };
  }
  return { options, rest: [] };
}
