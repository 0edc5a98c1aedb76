import { access, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseEnvFile } from './envFile.ts';
import { ProblemError } from './problem.ts';
import type { Target } from './target.ts';
import { splitWords } from './words.ts';

/** An entry of `configurations` in launch.json. Debuggers disagree about the rest, so each value is looked at before it is believed. */
export interface LaunchConfiguration {
  readonly name: string;
  readonly type: string;
  readonly request: string;
  readonly [more: string]: unknown;
}

export interface LaunchContext {
  /** What relative paths start from: the workspace folder. Absolute. */
  readonly folder: string;
  /** The file in front. */
  readonly file?: string;
  /** The Python interpreter where the configuration names none. */
  interpreter(): Promise<readonly string[]>;
}

type Family = 'python' | 'go' | 'native';

const FAMILIES: Readonly<Record<string, Family>> = {
  python: 'python', debugpy: 'python', pdb: 'python', go: 'go', delve: 'go', cppdbg: 'native', lldb: 'native', 'lldb-dap': 'native',
};

/** Modes of Go's debugger that start a program; the others attach or replay. */
const GO_MODES: readonly unknown[] = [undefined, 'auto', 'debug', 'exec', 'test'];

/** Sections that hold for one system, by Node's name of it. */
const SECTIONS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'osx', win32: 'windows' };

/** Whether an entry of launch.json starts a program that can be profiled. */
export function isProfilable(configuration: unknown): configuration is LaunchConfiguration {
  const { name, type, request, ...more } = (configuration ?? {}) as Partial<LaunchConfiguration>;
  if (typeof name !== 'string' || typeof type !== 'string' || request !== 'launch') return false;
  const family = Object.hasOwn(FAMILIES, type) ? FAMILIES[type] : undefined;
  if (family === 'go') return GO_MODES.includes(more.mode) && typeof more.program === 'string' && !more.port;
  // A core dump is looked at, and a server elsewhere is asked: nothing runs here.
  if (family === 'native') return typeof more.program === 'string' && !more.coreDumpPath && !more.miDebuggerServerAddress;
  return family === 'python' && (typeof more.program === 'string' || typeof more.module === 'string' || isTestTemplate(more));
}

/** A configuration with its section for this system put over it; `platform` is Node's name. */
export function forPlatform(configuration: LaunchConfiguration, platform: string = process.platform): LaunchConfiguration {
  const { linux, osx, windows, ...common } = configuration;
  const section = { linux, osx, windows }[SECTIONS[platform] ?? ''];
  return (typeof section === 'object' && section !== null ? { ...common, ...section } : common) as LaunchConfiguration;
}

/**
 * The target of a launch configuration whose variables have been replaced.
 * @throws ProblemError when it names no program, or one that is not there
 */
export async function launchTarget(configuration: LaunchConfiguration, context: LaunchContext): Promise<Target> {
  const cwd = path.resolve(context.folder, textOf(configuration.cwd) ?? '');
  const env = { ...(await envFileOf(configuration, context)), ...environmentOf(configuration.environment), ...environmentOf(configuration.env) };
  const tasksBefore = tasksOf(configuration);
  const common: Common = { title: configuration.name, args: wordsOf(configuration.args), cwd, env, ...(tasksBefore.length > 0 ? { tasksBefore } : {}) };
  switch (FAMILIES[configuration.type]) {
    case 'python':
      return pythonTarget(configuration, common, context);
    case 'go':
      return goTarget(configuration, common, context);
    default: {
      const program = path.resolve(context.folder, textOf(configuration.program) ?? noProgram(configuration));
      await mustExist(program, configuration);
      return { ...common, language: 'native', file: program, program };
    }
  }
}

type Common = Pick<Target, 'title' | 'args' | 'cwd' | 'env' | 'tasksBefore'>;

async function pythonTarget(configuration: LaunchConfiguration, common: Common, context: LaunchContext): Promise<Target> {
  const named = configuration.python ?? configuration.pythonPath;
  const words = typeof named === 'string' ? (named ? [named] : []) : wordsOf(named);
  const interpreter = [...(words.length > 0 ? words : await context.interpreter()), ...wordsOf(configuration.pythonArgs)];
  const python = { ...common, language: 'python', interpreter } as const;
  const module = textOf(configuration.module);
  if (module) return { ...python, kind: module === 'pytest' ? 'test' : 'module', module, file: await moduleFile(module, common.cwd) };
  const program = textOf(configuration.program);
  if (!program && isTestTemplate(configuration)) {
    if (!context.file) return noProgram(configuration);
    return { ...python, kind: 'test', module: 'pytest', file: context.file, args: [context.file, ...common.args] };
  }
  const file = path.resolve(common.cwd, program ?? noProgram(configuration));
  await mustExist(file, configuration);
  return { ...python, file };
}

async function goTarget(configuration: LaunchConfiguration, common: Common, context: LaunchContext): Promise<Target> {
  const program = path.resolve(context.folder, textOf(configuration.program) ?? noProgram(configuration));
  await mustExist(program, configuration);
  const isFolder = await stat(program).then((info) => info.isDirectory(), () => false);
  const mode = configuration.mode ?? 'auto';
  const isTest = mode === 'test' || (mode === 'auto' && program.endsWith('_test.go'));
  // Delve runs a program in its own folder where none is named.
  const cwd = textOf(configuration.cwd) ? common.cwd : isFolder ? program : path.dirname(program);
  const tags = wordsOf(configuration.tags);
  const buildFlags = [...wordsOf(configuration.buildFlags), ...(tags.length > 0 ? [`-tags=${tags.join(',')}`] : []), ...(configuration.race === true ? ['-race'] : [])];
  const go = { ...common, cwd, language: 'go', ...(buildFlags.length > 0 ? { buildFlags } : {}) } as const;
  if (mode === 'exec') return { ...go, file: program, program };
  const file = isFolder ? await goFileIn(program, isTest) : program;
  if (!isTest) return { ...go, file };
  const { goTest, args } = testPatterns(common.args, { run: textOf(configuration.run), bench: textOf(configuration.bench) });
  return { ...go, kind: 'test', file, args, ...(goTest ? { goTest } : {}) };
}

/** Takes `-test.run` and `-test.bench` out of a test binary's arguments; they count before the configuration's own `run` and `bench`. */
function testPatterns(args: readonly string[], given: { readonly run?: string; readonly bench?: string }): { args: string[]; goTest?: Target['goTest'] } {
  const rest: string[] = [];
  const patterns: Record<string, string | undefined> = { ...given };
  for (let at = 0; at < args.length; at++) {
    const match = /^--?test\.(run|bench)(?:=(.*))?$/s.exec(args[at]);
    if (match) patterns[match[1]] = match[2] ?? args[++at] ?? '';
    else rest.push(args[at]);
  }
  const { run, bench } = patterns;
  return { args: rest, ...(run === undefined && bench === undefined ? {} : { goTest: { run: run ?? '', bench: bench ?? '' } }) };
}

/** The file that stands for a Go package. @throws ProblemError when there is none */
async function goFileIn(folder: string, test: boolean): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.go') && name.endsWith('_test.go') === test).sort();
  const name = names.includes('main.go') ? 'main.go' : names[0];
  if (name) return path.join(folder, name);
  throw new ProblemError({ code: 'launch-no-go', message: `${folder} has no Go ${test ? 'tests' : 'files'}.`, why: 'Let "program" of the configuration name a package.', remedies: [] });
}

/** The file of a Python module below `folder`, or '' when it is installed elsewhere. */
export async function moduleFile(module: string, folder: string): Promise<string> {
  const base = path.join(folder, ...module.split('.'));
  for (const candidate of [`${base}.py`, path.join(base, '__main__.py'), path.join(base, '__init__.py')]) {
    if (await access(candidate).then(() => true, () => false)) return candidate;
  }
  return '';
}

/** Entries of the Python extension that say how tests are debugged: they name no program. */
function isTestTemplate({ purpose }: { readonly [more: string]: unknown }): boolean {
  return purpose === 'debug-test' || (Array.isArray(purpose) && purpose.includes('debug-test'));
}

/** Arguments as an array, or as a line that a person typed. */
function wordsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? splitWords(value) : [];
}

/** Environments come as an object, as `[{name, value}]` and as `["NAME=value"]`. A null, which takes a variable away, leaves it empty. */
function environmentOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  if (!Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, each === null ? '' : String(each)]));
  return Object.fromEntries(value.flatMap((each: unknown): [string, string][] => {
    if (typeof each === 'string' && each.includes('=')) return [[each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]];
    const { name, value: text } = (each ?? {}) as { name?: unknown; value?: unknown };
    return typeof name === 'string' ? [[name, String(text ?? '')]] : [];
  }));
}

async function envFileOf(configuration: LaunchConfiguration, { folder }: LaunchContext): Promise<Record<string, string>> {
  const { envFile } = configuration;
  let env = {};
  for (const name of Array.isArray(envFile) ? envFile.map(String) : textOf(envFile) ? [String(envFile)] : []) {
    const content = await readFile(path.resolve(folder, name), 'utf8').catch(() => undefined);
    // The Python extension's templates name a .env that most folders do not have.
    if (content === undefined && FAMILIES[configuration.type] !== 'python') {
      throw new ProblemError({ code: 'launch-no-env-file', message: `${name} cannot be read.`, why: `The configuration ${configuration.name} takes its environment from it.`, remedies: [] });
    }
    env = { ...env, ...parseEnvFile(content ?? '') };
  }
  return env;
}

/** What `preLaunchTask` names. @throws ProblemError for a task that is described instead of named */
function tasksOf({ name, preLaunchTask }: LaunchConfiguration): string[] {
  if (typeof preLaunchTask === 'string') return preLaunchTask ? [preLaunchTask] : [];
  if (preLaunchTask === undefined || preLaunchTask === null) return [];
  throw new ProblemError({
    code: 'launch-task-form', message: `The launch configuration ${name} describes its preLaunchTask instead of naming it.`, why: 'Give that task a label in tasks.json and name it.', remedies: [],
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function noProgram({ name }: LaunchConfiguration): never {
  throw new ProblemError({ code: 'launch-no-program', message: `The launch configuration ${name} names no program.`, why: 'Set "program" in launch.json, or open the file it should run.', remedies: [] });
}

/** A task that runs first may make the program; whether it did is looked at then. */
async function mustExist(file: string, { name, preLaunchTask }: LaunchConfiguration): Promise<void> {
  if (!preLaunchTask && !(await access(file).then(() => true, () => false))) {
    throw new ProblemError({ code: 'launch-no-file', message: `${file} is not there.`, why: `The launch configuration ${name} runs it: build it first, or name the task that does in "preLaunchTask".`, remedies: [] });
  }
}
