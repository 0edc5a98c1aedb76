import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildContext } from '../build.ts';
import { buildGo, goPackage, isGoTest, type GoBuildExtras, type GoPackage } from '../buildGo.ts';
import { programPath } from '../buildSteps.ts';
import { ProblemError } from '../problem.ts';
import type { Target } from '../target.ts';
import { collectorSource, END_CALL } from './collectorSource.ts';
import { codeOnly } from './sourceText.ts';
import { goToolchain, type GoToolchain } from './toolchain.ts';

/** Since this version the linker refuses to reach into the standard library unless it is told to. */
const LINKNAME_CHECKED = 23;

/** A program with our collector in it, and what the person should know of it. */
export interface Instrumented {
  readonly target: Target;
  readonly notes: readonly string[];
}

/**
 * Builds a main package, or a test binary, with our collector in it. The folder of the person stays as it is: the compiler is shown an overlay, in which the
 * package has one file more, and `main` begins with a deferred call.
 * @throws ProblemError of the person's own code when that does not build; `go-collector` when only the collector is to blame
 */
export async function buildInstrumented(target: Target, context: BuildContext): Promise<Instrumented> {
  const found = await goPackage(target, context);
  const toolchain = await goToolchain(found.go, found.folder, { ...process.env, ...target.env }, context.signal);
  const usable = found.name !== undefined && (found.name === 'main' || isGoTest(target));
  if (!usable) {
    const plain = await buildGo(target, context, found);
    throw collectorProblem(`go list does not know the package of ${plain.file}.`);
  }
  if (!toolchain) throw collectorProblem('It needs Go 1.16 or later.');
  const extras = await overlay(target, context, found, toolchain);
  try {
    return { target: await buildGo(target, context, found, extras), notes: notesOn(toolchain, isGoTest(target)) };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== 'build-failed') throw error;
    // The person's own errors are told as a build without us has them.
    await buildGo(target, context, found);
    throw collectorProblem(error.problem.why, error.problem.detail);
  }
}

function collectorProblem(why: string, detail?: string): ProblemError {
  return new ProblemError({
    code: 'go-collector', message: 'The program does not build with a profile collector in it.', why,
    remedies: [{ kind: 'profiler', label: 'Use perf', profiler: 'perf' }], ...(detail ? { detail } : {}),
  });
}

/** Writes the overlay beside the program. */
async function overlay(target: Target, context: BuildContext, found: GoPackage, toolchain: GoToolchain): Promise<GoBuildExtras> {
  const tests = isGoTest(target);
  const recipe = tests ? 'collected tests' : 'collected';
  const folder = path.join(path.dirname(await programPath(target, context, ['overlay', recipe])), 'overlay');
  await mkdir(folder, { recursive: true });
  const replaced: Record<string, string> = {};
  const replace = async (original: string, text: string) => {
    const copy = path.join(folder, path.basename(original));
    await writeFile(copy, text);
    replaced[original] = copy;
  };
  // The go command knows its folder by the path it was started in or by the real one.
  const folders = [...new Set([found.folder, await realpath(found.folder)])];
  const added = tests ? '00_heatline_test.go' : '00_heatline.go';
  const collector = collectorSource({ packageName: found.name!, exit: toolchain.exit, signals: toolchain.signals });
  for (const each of folders) await replace(path.join(each, added), collector);
  for (const file of tests ? [] : found.files) {
    const changed = withDeferredEnd(await readFile(path.join(found.folder, file), 'utf8'));
    if (changed !== undefined) for (const each of folders) await replace(path.join(each, file), changed);
  }
  // Debian's library lies behind a symbolic link.
  if (toolchain.replaced) for (const each of new Set([toolchain.replaced.file, await realpath(toolchain.replaced.file)])) await replace(each, toolchain.replaced.text);
  const description = path.join(folder, 'overlay.json');
  await writeFile(description, JSON.stringify({ Replace: replaced }));
  const linker = toolchain.minor >= LINKNAME_CHECKED ? [`-ldflags=${[...linkerFlags(context.settings.goFlags, toolchain.linkerFlags), '-checklinkname=0'].join(' ')}`] : [];
  // vet, which go test runs, knows no overlays.
  return { recipe, flags: [...linker, ...(tests ? ['-vet=off'] : []), `-overlay=${description}`], added: [added] };
}

/** The linker flags that ours would hide: the last ones of the settings, else those of GOFLAGS. */
export function linkerFlags(flags: readonly string[], fromEnvironment: string): string[] {
  let last = fromEnvironment;
  flags.forEach((flag, index) => {
    const match = /^--?ldflags(?:=(.*))?$/s.exec(flag);
    if (match) last = match[1] ?? flags[index + 1] ?? '';
  });
  return last.trim() === '' ? [] : [last.trim()];
}

/** Go source whose `func main()` begins with a deferred call of our end, on the line it is on; undefined when it has no main. */
export function withDeferredEnd(source: string): string | undefined {
  const match = /\bfunc\s+main\s*\(\s*\)\s*\{/.exec(codeOnly(source));
  if (!match) return undefined;
  const body = match.index + match[0].length;
  return `${source.slice(0, body)}defer ${END_CALL}; ${source.slice(body)}`;
}

function notesOn({ exit, signals }: GoToolchain, tests: boolean): string[] {
  const notes: string[] = [];
  if (exit.kind === 'none') notes.push(`This Go has no exit hook that is known: ${tests ? 'a test' : 'a program'} that calls os.Exit or log.Fatal loses its profile${tests ? '' : ' since the last part'}.`);
  if (!signals) notes.push('This Go tells nobody whether the program answers signals: Ctrl-C loses what was profiled since the last part; use Stop instead.');
  return notes;
}
