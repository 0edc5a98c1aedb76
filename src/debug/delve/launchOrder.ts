import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { insideGoModule } from '../../profilers/buildGo.ts';
import { findGoTests } from '../../profilers/tests/goTests.ts';
import { environmentOf, flag, list, mergedEnvironment, mustBeFolder, optionalText, words, wrong } from '../configurationChecks.ts';
import { fault } from '../fault.ts';
import type { TerminalKind } from '../terminalOrder.ts';
import { DEFAULTS, type LaunchConfiguration, type LaunchMode } from './configuration.ts';
import { locateDlv, type LocatedDlv } from './dlvProgram.ts';

/** What the go command builds before dlv is started. */
export interface BuildOrder {
  readonly mode: 'debug' | 'test';
  /** What the go command is given to name the package: `.`, an import path, or files. */
  readonly sources: readonly string[];
  /** The binary's name without an ending, as `go build` chooses it: what the program calls itself by. */
  readonly name: string;
  /** Behind our own. */
  readonly flags: readonly string[];
  /** Where the go command runs: in the package's folder, so that it finds its module. */
  readonly cwd: string;
  /** Where the binary is to stay; without it, in a folder that goes with the session. */
  readonly output?: string;
}

/** A launch configuration, checked. */
export interface LaunchOrder {
  readonly mode: LaunchMode;
  readonly title: string;
  readonly dlv: LocatedDlv;
  readonly build?: BuildOrder;
  /** For what is not built: dlv's arguments, `['core', '/bin/x', '/tmp/core']`. */
  readonly existing: readonly string[];
  /** dlv's own options. */
  readonly options: readonly string[];
  /** The program's arguments. */
  readonly args: readonly string[];
  /** The program's working folder. */
  readonly cwd: string;
  /** Differences from the adapter's environment; null takes a variable away. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly console: TerminalKind;
}

/** Checks a configuration as far as that is possible before anything runs. @throws ProblemError that names the member and what it must be, or the file that is missing */
export async function launchOrder(configuration: LaunchConfiguration): Promise<LaunchOrder> {
  const base = path.resolve(optionalText(configuration, 'cwd') ?? '');
  const mode = await modeOf(configuration, base);
  const what = await whatRuns(mode, configuration, base);
  const cwd = optionalText(configuration, 'cwd') ? base : what.folder;
  await mustBeFolder(cwd);
  const env = await environmentOf(configuration, cwd);
  const dlv = await locateDlv(optionalText(configuration, 'dlv'), cwd, mergedEnvironment(env));
  const backend = optionalText(configuration, 'backend');
  return {
    mode, title: what.title, dlv, existing: what.existing, ...(what.sources ? { build: buildOf(mode as 'debug' | 'test', what.sources, what, configuration, cwd) } : {}),
    options: [...(backend && backend !== 'default' ? [`--backend=${backend}`] : []), ...words(configuration, 'dlvFlags')],
    args: [...(mode === 'test' ? await testArguments(configuration, what.file) : []), ...words(configuration, 'args')],
    cwd, env, console: consoleOf(configuration),
  };
}

function consoleOf(configuration: LaunchConfiguration): TerminalKind {
  const named: unknown = configuration.console ?? DEFAULTS.console;
  if (named === 'integratedTerminal' || named === 'externalTerminal' || named === 'internalConsole') return named;
  throw wrong('console', named, '"integratedTerminal", "externalTerminal" or "internalConsole"');
}

/** A binary is executed, a test file or what only tests have means tests; everything else is built. */
async function modeOf(configuration: LaunchConfiguration, base: string): Promise<LaunchMode> {
  const named = optionalText(configuration, 'mode') ?? 'auto';
  if (['debug', 'test', 'exec', 'core', 'replay'].includes(named)) return named as LaunchMode;
  if (named !== 'auto') throw wrong('mode', named, '"auto", "debug", "test", "exec", "core" or "replay"');
  const program = optionalText(configuration, 'program') ?? '';
  if (configuration.run !== undefined || configuration.bench !== undefined || program.endsWith('_test.go')) return 'test';
  if (program === '' || program.endsWith('.go')) return 'debug';
  const info = await stat(path.resolve(base, program)).catch(() => undefined);
  return info?.isFile() && (process.platform === 'win32' ? program.endsWith('.exe') : (info.mode & 0o111) !== 0) ? 'exec' : 'debug';
}

interface Runnable {
  readonly title: string;
  /** The package's folder, or that of the binary. */
  readonly folder: string;
  readonly sources?: readonly string[];
  readonly existing: readonly string[];
  /** `program`, where it is a file. */
  readonly file?: string;
}

async function whatRuns(mode: LaunchMode, configuration: LaunchConfiguration, base: string): Promise<Runnable> {
  if (mode === 'replay') {
    const trace = await mustExist(configuration, 'traceDir', base, 'the folder that rr recorded');
    return { title: path.basename(trace), folder: base, existing: ['replay', trace] };
  }
  if (mode === 'core') {
    const [file, core] = [await mustExist(configuration, 'program', base, 'the binary that wrote the core'), await mustExist(configuration, 'coreFile', base, 'the core file')];
    return { title: path.basename(core), folder: path.dirname(file), existing: ['core', file, core] };
  }
  if (mode === 'exec') {
    const file = await mustExist(configuration, 'program', base, 'a binary');
    if ((await stat(file)).isDirectory()) throw fault('delve-no-binary', `${file} is a folder.`, 'With "mode": "exec", "program" names a binary; a package is debugged with "mode": "debug".');
    return { title: path.basename(file), folder: path.dirname(file), existing: ['exec', file] };
  }
  return goPackage(mode, optionalText(configuration, 'program') ?? '.', base);
}

async function mustExist(configuration: LaunchConfiguration, member: 'program' | 'coreFile' | 'traceDir', base: string, wanted: string): Promise<string> {
  const named = optionalText(configuration, member);
  if (!named) throw fault('delve-nothing', `The debug configuration does not say "${member}".`, `Let it name ${wanted}.`);
  const file = path.resolve(base, named);
  if (await stat(file).catch(() => undefined)) return file;
  // On Windows people leave the ending out.
  if (process.platform === 'win32' && await stat(`${file}.exe`).catch(() => undefined)) return `${file}.exe`;
  throw fault('delve-no-file', `${file} does not exist.`, `Correct "${member}" of the debug configuration: ${wanted}.`);
}

/** The package that `program` names: its folder, one of its files, or its import path. */
async function goPackage(mode: LaunchMode, program: string, base: string): Promise<Runnable> {
  const place = path.resolve(base, program);
  const info = await stat(place).catch(() => undefined);
  if (!info) {
    // An import path as the go command takes it, never one that looks like a file's.
    if (/^[\w.~-]+(\/[\w.~+-]+)*$/.test(program) && !program.startsWith('.') && !program.endsWith('.go')) return { title: path.posix.basename(program), folder: base, sources: [program], existing: [] };
    throw fault('delve-no-file', `${place} does not exist.`, 'Correct "program" of the debug configuration: the folder of a package, one of its files, or an import path.');
  }
  if (info.isDirectory()) return { title: path.basename(place), folder: place, sources: await packageSources(place, mode), existing: [] };
  if (!place.endsWith('.go')) throw fault('delve-no-go-file', `${place} is no Go file.`, 'Let "program" name a package, or debug a binary with "mode": "exec".');
  const folder = path.dirname(place);
  const sources = mode === 'debug' && await standsAlone(place) ? [path.basename(place)] : await packageSources(folder, mode);
  return { title: path.basename(place), folder, sources, existing: [], file: place };
}

/** The whole package; outside of a module the go command takes files only. */
async function packageSources(folder: string, mode: LaunchMode): Promise<string[]> {
  if (await insideGoModule(folder)) return ['.'];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.go') && (mode === 'test' || !name.endsWith('_test.go')));
  return files.length > 0 ? files : ['.'];
}

/** Whether a file is a program by itself, beside others in its folder: it is left out of builds, or another has a main function too. */
async function standsAlone(file: string): Promise<boolean> {
  const isMain = (text: string) => /^package\s+main\b/m.test(text) && /^func\s+main\s*\(\s*\)/m.test(text);
  const own = await readFile(file, 'utf8');
  if (!isMain(own)) return false;
  if (/^\/\/(go:build|\s*\+build)\s.*\bignore\b/m.test(own)) return true;
  const folder = path.dirname(file);
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.go') || name.endsWith('_test.go') || name === path.basename(file)) continue;
    const text = await readFile(path.join(folder, name), 'utf8').catch(() => '');
    if (isMain(text) && !/^\/\/(go:build|\s*\+build)\s/m.test(text)) return true;
  }
  return false;
}

function buildOf(mode: 'debug' | 'test', sources: readonly string[], { folder, title }: Runnable, configuration: LaunchConfiguration, cwd: string): BuildOrder {
  const tags = typeof configuration.tags === 'string' ? configuration.tags.split(/[\s,]+/).filter(Boolean) : list(configuration, 'tags');
  const output = optionalText(configuration, 'output');
  return {
    mode, sources, cwd: folder, name: mode === 'test' ? `${path.basename(folder)}.test` : path.basename(title, '.go') || 'debugged',
    flags: [...(tags.length > 0 ? [`-tags=${tags.join(',')}`] : []), ...(flag(configuration, 'race') ? ['-race'] : []), ...words(configuration, 'buildFlags')],
    ...(output ? { output: path.resolve(cwd, output) } : {}),
  };
}

/** The arguments of a test binary. Without a choice, a file means its own tests. */
async function testArguments(configuration: LaunchConfiguration, file: string | undefined): Promise<string[]> {
  const bench = optionalText(configuration, 'bench');
  let run = optionalText(configuration, 'run');
  if (run === undefined && bench === undefined && file) {
    const names = findGoTests(await readFile(file, 'utf8')).filter(({ kind, name }) => kind !== 'benchmark' && !name.includes('/')).map(({ name }) => name);
    if (names.length > 0) run = `^(${names.join('|')})$`;
  }
  // A benchmark alone, as `go test -run '^$' -bench X`.
  if (bench !== undefined) run ??= '^$';
  return ['-test.v', ...(run === undefined ? [] : [`-test.run=${run}`]), ...(bench === undefined ? [] : [`-test.bench=${bench}`])];
}
