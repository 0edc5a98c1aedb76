import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../../profilers/process.ts';
import { environmentOf as checkedEnvironment, list, mustBeFolder, optionalText, words, wrong } from '../configurationChecks.ts';
import type { TerminalKind } from '../terminalOrder.ts';
import { checkedMappings, helperSettings } from './checks.ts';
import { DEFAULTS, TOKEN_VARIABLE, type HelperSettings, type LaunchConfiguration, type PathMapping } from './configuration.ts';
import { fault } from '../fault.ts';

/** A launch configuration, checked: what is started, where and how. */
export interface LaunchOrder {
  /** For titles: `app.py`, `-m app`. */
  readonly title: string;
  /** The interpreter and its own arguments; the helper and `program` come behind it. */
  readonly interpreter: readonly string[];
  /** What the helper is given: a file, `-m module` or `-c code`, and arguments. */
  readonly program: readonly string[];
  readonly cwd: string;
  /** Differences from the adapter's environment; null takes a variable away. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly console: TerminalKind;
  readonly settings: Omit<HelperSettings, 'childServer' | 'clientName'>;
  readonly pathMappings: readonly PathMapping[];
  /** The program in ProcessEvent's sense. */
  readonly file?: string;
}

/**
 * Checks a configuration as far as that is possible before anything runs.
 * @throws ProblemError that names the member and what it must be, or the file that is missing
 */
export async function launchOrder(configuration: LaunchConfiguration): Promise<LaunchOrder> {
  const pathMappings = checkedMappings(configuration);
  const settings = helperSettings(configuration);
  const kind = terminalKind(configuration);
  const cwd = path.resolve(optionalText(configuration, 'cwd') ?? (await defaultFolder(configuration)));
  await mustBeFolder(cwd);
  const what = await whatRuns(configuration, cwd);
  const interpreter = [...(await interpreterOf(configuration, cwd)), ...words(configuration, 'pythonArgs')];
  return {
    ...what, interpreter, cwd, env: await environmentOf(configuration, cwd), console: kind, pathMappings,
    // In our own pipes everything is shown anyway; the helper must not show it again.
    settings: kind === 'internalConsole' ? { ...settings, redirectOutput: false } : settings,
  };
}

/** The whole command that runs a program under the helper. Into pipes Python would print in blocks, and what it prints would be seen late: hence -u. */
export function helperCommand(order: Pick<LaunchOrder, 'interpreter' | 'program' | 'console'>, helper: string, host: string, port: number): string[] {
  return [...order.interpreter, ...(order.console === 'internalConsole' ? ['-u'] : []), helper, '--connect', `${host}:${port}`, '--', ...order.program];
}

function terminalKind(configuration: LaunchConfiguration): TerminalKind {
  const named: unknown = configuration.console ?? DEFAULTS.console;
  if (named === 'ipdb') return 'internalConsole';
  if (named === 'integratedTerminal' || named === 'externalTerminal' || named === 'internalConsole') return named;
  throw wrong('console', named, '"integratedTerminal", "externalTerminal" or "internalConsole"');
}

async function defaultFolder(configuration: LaunchConfiguration): Promise<string> {
  const program = optionalText(configuration, 'program');
  return program && path.isAbsolute(program) ? path.dirname(program) : process.cwd();
}

async function whatRuns(configuration: LaunchConfiguration, cwd: string): Promise<Pick<LaunchOrder, 'title' | 'program' | 'file'>> {
  const args = words(configuration, 'args');
  const members = (['program', 'module', 'code', 'pytest'] as const).filter((member) => {
    const value = configuration[member];
    return value !== undefined && value !== null && value !== false && (value !== '' || member === 'pytest');
  });
  if (members.length !== 1) {
    const why = 'Say one of "program" (a file), "module", "code" and "pytest" in the debug configuration.';
    throw members.length === 0
      ? fault('pdb-nothing', 'The debug configuration names nothing to run.', why)
      : fault('pdb-ambiguous', `The debug configuration names ${members.map((member) => `"${member}"`).join(' and ')}.`, why);
  }
  switch (members[0]) {
    case 'program': {
      const file = path.resolve(cwd, optionalText(configuration, 'program') ?? '');
      await mustBeProgram(file);
      return { title: path.basename(file), program: [file, ...args], file };
    }
    case 'module': {
      const module = optionalText(configuration, 'module') ?? '';
      if (!/^[^\s.][^\s/\\]*$/.test(module) || module.endsWith('.py')) throw wrong('module', module, 'a module\'s dotted name, as behind python -m');
      return { title: `-m ${module}`, program: ['-m', module, ...args] };
    }
    case 'code':
      return { title: '-c', program: ['-c', list(configuration, 'code').join('\n'), ...args] };
    default: {
      const tests = configuration.pytest === true ? [] : list(configuration, 'pytest');
      for (const test of tests) await mustBeTest(test, cwd);
      return { title: ['pytest', ...tests.map((test) => path.basename(test))].join(' '), program: ['-m', 'pytest', ...tests, ...args] };
    }
  }
}

async function mustBeProgram(file: string): Promise<void> {
  const info = await stat(file).catch(() => undefined);
  if (!info) throw fault('pdb-no-file', `${file} does not exist.`, 'Correct "program" of the debug configuration, or save the file.');
  if (!info.isDirectory()) return;
  const main = await access(path.join(file, '__main__.py')).then(() => true, () => false);
  if (!main) throw fault('pdb-no-main', `${file} is a folder without __main__.py.`, 'Let "program" of the debug configuration name a Python file.');
}

/** A node id (`file.py::Class::test[x]`) or an option. */
async function mustBeTest(test: string, cwd: string): Promise<void> {
  const file = path.resolve(cwd, test.split('::')[0]);
  if (test.startsWith('-') || (await access(file).then(() => true, () => false))) return;
  throw fault('pdb-no-test', `The test file ${file} does not exist.`, 'Correct "pytest" of the debug configuration: a file, a folder, or a node id such as tests/test_a.py::test_one.');
}

/** @throws ProblemError when there is no such program */
export async function interpreterOf(configuration: { readonly python?: unknown }, cwd: string): Promise<string[]> {
  const named = list(configuration, 'python');
  if (named.length > 0) {
    const [program, ...rest] = named;
    // As a shell would: a name is looked for on PATH, a path belongs to the working folder.
    const found = await findProgram(/[\\/]/.test(program) ? path.resolve(cwd, program) : program);
    if (found) return [found, ...rest];
    throw fault('pdb-no-python', `The Python interpreter ${program} was not found.`, 'Let "python" of the debug configuration name one that can be run: a path, or a name on PATH.');
  }
  const found = (await findProgram('python3')) ?? (await findProgram('python'));
  if (found) return [found];
  throw fault('pdb-no-python', 'No Python interpreter was found: neither python3 nor python is on PATH.', 'Install Python 3.8 or later, or let "python" of the debug configuration name an interpreter.');
}

/** The adapter sets the token's variable; a configuration must not. */
async function environmentOf(configuration: LaunchConfiguration, cwd: string): Promise<Record<string, string | null>> {
  const env = await checkedEnvironment(configuration, cwd);
  if (TOKEN_VARIABLE in env) throw wrong('env', TOKEN_VARIABLE, `without ${TOKEN_VARIABLE}: the adapter sets it`);
  return env;
}
