import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { BuildContext } from './build.ts';
import { installRemedy } from './install.ts';
import { runProcess } from './process.ts';
import { ProblemError, type SourcePlace } from './problem.ts';
import type { Target } from './target.ts';

/** Where the built program stands: the same place for the same source and recipe, so that a rebuild replaces it. */
export async function programPath(target: Target, context: BuildContext, recipe: readonly string[]): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify([target.file, recipe])).digest('hex').slice(0, 16);
  const folder = path.join(context.cacheFolder, key);
  await mkdir(folder, { recursive: true });
  const { name } = path.parse(target.file);
  return path.join(folder, process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * Runs a compiler for `target`.
 * @throws ProblemError `build-failed` with the places that it complains about
 */
export async function runBuild(tool: string, args: readonly string[], cwd: string, target: Target, context: BuildContext): Promise<void> {
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

/** The problem of a compiler that is not there: `program` as the person set it, `tool` as the system's packages know it. */
export async function missingTool(program: string, tool: string, setting: string): Promise<ProblemError> {
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
