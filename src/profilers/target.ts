import { open } from 'node:fs/promises';
import path from 'node:path';
import { ProblemError } from './problem.ts';

/** What kind of program a file is, which decides how it is built and which profilers apply. */
export type Language = 'python' | 'go' | 'c' | 'cpp' | 'native' | 'script';

/**
 * How a target comes to run: `file`, `module` (`python -m`) and `test` are started by us, a `process` runs already, a `service` is asked over HTTP for its
 * profile.
 */
export type TargetKind = 'file' | 'module' | 'test' | 'process' | 'service';

/** What is to be profiled: "the current file", with all that is needed to run it. */
export interface Target {
  readonly language: Language;
  /** Absent: `file`. */
  readonly kind?: TargetKind;
  /** What a person calls it, when the file's name does not say: a test, a process, an address. */
  readonly title?: string;
  /** The file the person chose, or the one that stands for it: a process's executable, a service's binary or ''. Absolute. */
  readonly file: string;
  /** Python: run with `-m` instead of the file. Tests: `pytest`. */
  readonly module?: string;
  /** Go tests: which of the package's, as patterns of the test binary's `-test.run` and `-test.bench`. Absent: all tests. */
  readonly goTest?: { readonly run: string; readonly bench: string };
  /** The running process. */
  readonly pid?: number;
  /** Address of the service's profiles: `http://localhost:6060/debug/pprof/`. */
  readonly url?: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Python: the interpreter. Script: the program of its shebang line, with its arguments. */
  readonly interpreter?: readonly string[];
  /** Go: put behind the flags of the settings when it is built. */
  readonly buildFlags?: readonly string[];
  /** Names of the editor's tasks that run first, one after the other. */
  readonly tasksBefore?: readonly string[];
  /** Native code: the executable, once built. Absolute. */
  readonly program?: string;
}

/** What decides whether a profiler applies. */
export type TargetTraits = Pick<Target, 'language' | 'kind'>;

/** The kind of a target. */
export function kindOf(target: TargetTraits): TargetKind {
  return target.kind ?? 'file';
}

/** Whether we start it, as opposed to something that runs already. */
export function isLaunched(target: TargetTraits): boolean {
  const kind = kindOf(target);
  return kind !== 'process' && kind !== 'service';
}

const LANGUAGE_OF_EXTENSION: Readonly<Record<string, Language>> = {
  '.py': 'python', '.pyw': 'python', '.go': 'go', '.c': 'c', '.cc': 'cpp', '.cpp': 'cpp', '.cxx': 'cpp', '.c++': 'cpp', '.C': 'cpp',
};

/** Languages by VS Code's language id, for files without a telling name. */
const LANGUAGE_OF_ID: Readonly<Record<string, Language>> = { python: 'python', go: 'go', c: 'c', cpp: 'cpp' };

export interface Identified {
  readonly language: Language;
  /** From the shebang line, if there is one. */
  readonly interpreter?: readonly string[];
  /** What the file's name says: `_test.go` files are tests. Absent: `file`. */
  readonly kind?: 'test';
}

/**
 * What the file is: by its extension, else by its first bytes (ELF, Mach-O, a shebang line), else by the editor's language
 * id. Throws a ProblemError for files that cannot be profiled, saying what can.
 */
export async function identifyFile(file: string, languageId?: string): Promise<Identified> {
  const extension = path.extname(file);
  const known = LANGUAGE_OF_EXTENSION[extension] ?? LANGUAGE_OF_EXTENSION[extension.toLowerCase()];
  if (known === 'go' && file.endsWith('_test.go')) return { language: 'go', kind: 'test' };
  if (known && known !== 'python') return { language: known };
  const head = await readStart(file);
  if (known) {
    const named = parseShebang(head.toString('utf8'));
    return named && /^(python|pypy)/.test(path.basename(named[0])) ? { language: 'python', interpreter: named } : { language: 'python' };
  }
  if (isExecutableImage(head)) return { language: 'native' };
  const shebang = parseShebang(head.toString('utf8'));
  if (shebang) return /^(python|pypy)/.test(path.basename(shebang[0])) ? { language: 'python', interpreter: shebang } : { language: 'script', interpreter: shebang };
  if (languageId && LANGUAGE_OF_ID[languageId] && !/^\.h/i.test(extension)) return { language: LANGUAGE_OF_ID[languageId] };
  throw new ProblemError({
    code: 'not-a-program',
    message: `${path.basename(file)} is not a program that Heatline can run.`,
    why: 'Open a Python, Go, C or C++ file, an executable, or a script with a #! line. For a header or a library file, set heatline.program to the executable that uses it.',
    remedies: [{ kind: 'setting', label: 'Set Program', setting: 'heatline.program' }],
  });
}

/** The interpreter and its arguments of a `#!` line; `env` and its `-S` are looked through. Undefined when there is none. */
export function parseShebang(head: string): string[] | undefined {
  const line = /^#!([^\r\n]+)/.exec(head)?.[1].trim();
  if (!line) return undefined;
  const words = line.split(/\s+/);
  if (path.basename(words[0]) === 'env') {
    words.shift();
    while (words[0]?.startsWith('-') || words[0]?.includes('=')) words.shift();
  }
  return words.length > 0 ? words : undefined;
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(256);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isExecutableImage(head: Buffer): boolean {
  if (head.length < 4) return false;
  const magic = head.readUInt32BE(0);
  return magic === 0x7f454c46 || magic === 0xfeedfacf || magic === 0xcffaedfe || magic === 0xcafebabe || head.subarray(0, 2).toString('latin1') === 'MZ';
}
