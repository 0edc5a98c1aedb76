import { createHash } from 'node:crypto';
import { access, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { installRemedy } from './install.ts';
import { findProgram, runProcess } from './process.ts';
import { ProblemError, type SourcePlace } from './problem.ts';
import type { Target } from './target.ts';

/** How sources become programs; from the user's settings. */
export interface BuildSettings {
  readonly cCompiler: string;
  readonly cppCompiler: string;
  readonly cFlags: readonly string[];
  readonly cppFlags: readonly string[];
  readonly go: string;
  readonly goFlags: readonly string[];
}

export const DEFAULT_BUILD: BuildSettings = {
  cCompiler: 'cc', cppCompiler: 'c++', go: 'go', goFlags: [],
  cFlags: ['-g', '-O2', '-fno-omit-frame-pointer'],
  cppFlags: ['-g', '-O2', '-fno-omit-frame-pointer'],
};

export interface BuildContext {
  readonly settings: BuildSettings;
  /** Programs are put below this folder, one place per source file. */
  readonly cacheFolder: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The target with its program built: C and C++ by compiling the single file, Go by `go build` of the file's package. Other
 * targets, and those that have a program already, are returned as they are. Throws a ProblemError when a compiler is missing
 * or does not like the source.
 */
export async function buildTarget(target: Target, context: BuildContext): Promise<Target> {
  if (target.program) return target;
  switch (target.language) {
    case 'c':
      return compile(target, context, context.settings.cCompiler, context.settings.cFlags, 'cc', ['-lm', '-lpthread']);
    case 'cpp':
      return compile(target, context, context.settings.cppCompiler, context.settings.cppFlags, 'c++', ['-lm', '-lpthread']);
    case 'go':
      return buildGo(target, context);
    case 'native':
      return { ...target, program: target.file };
    default:
      return target;
  }
}

async function compile(target: Target, context: BuildContext, compiler: string, flags: readonly string[], tool: string, libraries: readonly string[]): Promise<Target> {
  const found = await findProgram(compiler);
  if (!found) throw await missingTool(compiler, tool, tool === 'cc' ? 'heatline.c.compiler' : 'heatline.cpp.compiler');
  const program = await programPath(target, context, [found, ...flags]);
  await build(found, [...flags, '-o', program, target.file, ...libraries], path.dirname(target.file), target, context);
  return { ...target, program };
}

async function buildGo(target: Target, context: BuildContext): Promise<Target> {
  if (target.file.endsWith('_test.go')) {
    throw new ProblemError({
      code: 'go-test-file',
      message: `${path.basename(target.file)} is a Go test file.`,
      why: 'Tests cannot be profiled yet. Open a file of a main package.',
      remedies: [],
    });
  }
  const go = await findProgram(context.settings.go);
  if (!go) throw await missingTool(context.settings.go, 'go', 'heatline.go.path');
  const folder = path.dirname(target.file);
  const flags = [...context.settings.goFlags, ...(target.buildFlags ?? [])];
  const program = await programPath(target, context, [go, ...flags]);
  // Outside of a module `go build` takes files only; those of one folder are one package.
  const sources = (await insideGoModule(folder)) ? ['.'] : (await readdir(folder)).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'));
  const env = { ...process.env, ...target.env };
  const name = await runProcess(go, ['list', ...flags, '-f', '{{.Name}}', ...sources], { cwd: folder, env, signal: context.signal });
  if (name.code === 0 && name.stdout.trim() !== 'main') {
    throw new ProblemError({
      code: 'go-not-main',
      message: `${path.basename(target.file)} is in package ${name.stdout.trim()}, which is no program.`,
      why: 'Only a main package can be run. Open a file of the program that uses this package, or set heatline.program to its executable.',
      remedies: [{ kind: 'setting', label: 'Set Program', setting: 'heatline.program' }],
    });
  }
  await build(go, ['build', ...flags, '-o', program, ...sources], folder, target, context);
  return { ...target, program };
}

async function insideGoModule(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await access(path.join(at, 'go.mod')).then(() => true, () => false)) return true;
    if (at === path.dirname(at)) return false;
  }
}

/** Where the built program stands: the same place for the same source and flags, so that a rebuild replaces it. */
async function programPath(target: Target, context: BuildContext, recipe: readonly string[]): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify([target.file, recipe])).digest('hex').slice(0, 16);
  const folder = path.join(context.cacheFolder, key);
  await mkdir(folder, { recursive: true });
  const { name } = path.parse(target.file);
  return path.join(folder, process.platform === 'win32' ? `${name}.exe` : name);
}

async function build(tool: string, args: readonly string[], cwd: string, target: Target, context: BuildContext): Promise<void> {
  context.log(`${cwd}> ${[tool, ...args].join(' ')}`);
  const result = await runProcess(tool, args, { cwd, signal: context.signal, env: { ...process.env, ...target.env } });
  const output = (result.stderr + result.stdout).trim();
  if (output) context.log(output);
  if (result.code === 0) return;
  const places = compilerPlaces(output, cwd);
  const first = places.find((place) => place.severity === 'error');
  throw new ProblemError({
    code: 'build-failed',
    message: `${path.basename(target.file)} does not compile.`,
    why: first ? `${path.basename(first.file)}:${first.line}: ${first.message}` : lastLine(output) || `${path.basename(tool)} ended with ${result.code ?? result.signal}.`,
    remedies: [],
    detail: output,
    places,
  });
}

/** The places that gcc, clang and go complain about: `file:line[:column]: [severity:] message`. Paths become absolute. */
export function compilerPlaces(output: string, cwd: string): SourcePlace[] {
  const places: SourcePlace[] = [];
  for (const line of output.split(/\r?\n/)) {
    const match = /^((?:[A-Za-z]:)?[^\s:][^:]*):(\d+)(?::(\d+))?:\s*(?:(fatal error|error|warning|note):\s*)?(.+)$/.exec(line);
    if (!match || match[4] === 'note') continue;
    const [, file, row, column, severity, message] = match;
    // go and the linker write no severity; gcc's lines without one only say how it came to the place.
    if (!severity && /^(required |instantiated |recursively |in (?:constexpr|instantiation|substitution))/.test(message.trim())) continue;
    if (/^In file included from |^\s+from /.test(line)) continue;
    places.push({ file: path.resolve(cwd, file), line: Number(row), column: Number(column ?? 1), severity: severity === 'warning' ? 'warning' : 'error', message });
  }
  return places;
}

async function missingTool(program: string, tool: string, setting: string): Promise<ProblemError> {
  return new ProblemError({
    code: 'compiler-missing',
    message: `${program} was not found.`,
    why: `It builds the file before it is profiled. Install it, or name yours in ${setting}.`,
    remedies: [...(await installRemedy(tool)), { kind: 'setting', label: 'Open Setting', setting }],
  });
}

function lastLine(output: string): string {
  return output.split('\n').pop() ?? '';
}
