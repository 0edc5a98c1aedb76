import { access, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { BuildContext } from './build.ts';
import { missingTool, programPath, runBuild } from './buildSteps.ts';
import { findProgram, runProcess } from './process.ts';
import { ProblemError } from './problem.ts';
import { kindOf, type Target } from './target.ts';

/** What is built differently for a profiler. */
export interface GoBuildExtras {
  /** Programs of different recipes stand beside each other. */
  readonly recipe: string;
  /** Flags behind those of the settings. */
  readonly flags: readonly string[];
  /** Files that the overlay adds to the package; named where packages are lists of files. */
  readonly added: readonly string[];
}

/** The Go package of a file. */
export interface GoPackage {
  /** The go command. */
  readonly go: string;
  readonly folder: string;
  /** What the go command is given to name the package: `.`, or its files outside of a module. */
  readonly sources: readonly string[];
  /** From its package clause; undefined when the go command cannot tell, as building it will explain. */
  readonly name?: string;
  /** Its files on this system, without tests; base names. */
  readonly files: readonly string[];
}

/** Whether a target is a package's tests. */
export function isGoTest(target: Target): boolean {
  return target.language === 'go' && (kindOf(target) === 'test' || target.file.endsWith('_test.go'));
}

/**
 * Asks the go command about the package of the target's file.
 * @throws ProblemError when there is no go
 */
export async function goPackage(target: Target, context: BuildContext): Promise<GoPackage> {
  const go = await findProgram(context.settings.go);
  if (!go) throw await missingTool(context.settings.go, 'go', 'heatline.go.path');
  const folder = path.dirname(target.file);
  // Outside of a module the go command takes files only; those of one folder are one package.
  const isSource = (name: string) => name.endsWith('.go') && (isGoTest(target) || !name.endsWith('_test.go'));
  const sources = (await insideGoModule(folder)) ? ['.'] : (await readdir(folder)).filter(isSource);
  const listed = await runProcess(go, ['list', ...context.settings.goFlags, ...(target.buildFlags ?? []), '-f', '{{.Name}}{{range .GoFiles}}\n{{.}}{{end}}{{range .CgoFiles}}\n{{.}}{{end}}', ...sources], {
    cwd: folder, env: { ...process.env, ...target.env }, signal: context.signal,
  });
  const [name, ...files] = listed.code === 0 ? listed.stdout.trim().split(/\r?\n/) : [];
  return { go, folder, sources, files, ...(name ? { name } : {}) };
}

/**
 * The target with its Go program built: the file's package or, for tests, its test binary, which runs in the package's folder as `go test` has it.
 * @throws ProblemError
 */
export async function buildGo(target: Target, context: BuildContext, known?: GoPackage, extras?: GoBuildExtras): Promise<Target> {
  const found = known ?? await goPackage(target, context);
  const { go, folder, name } = found;
  const tests = isGoTest(target);
  const flags = [...context.settings.goFlags, ...(target.buildFlags ?? [])];
  if (!tests && name !== undefined && name !== 'main') {
    throw new ProblemError({
      code: 'go-not-main',
      message: `${path.basename(target.file)} is in package ${name}, which is no program.`,
      why: 'Only a main package can be run. Open a file of the program that uses this package, one of its tests, or set heatline.program to its executable.',
      remedies: [{ kind: 'setting', label: 'Set Program', setting: 'heatline.program' }],
    });
  }
  const program = await programPath(target, context, [go, ...flags, ...(tests ? ['test'] : []), ...(extras ? [extras.recipe] : [])]);
  const words = [...flags, ...(extras?.flags ?? []), '-o', program, ...found.sources, ...(found.sources[0] === '.' ? [] : extras?.added ?? [])];
  if (!tests) {
    await runBuild(go, ['build', ...words], folder, target, context);
    return { ...target, program };
  }
  // A package without tests builds to nothing, and what was built before its tests went would be run.
  await rm(program, { force: true });
  await runBuild(go, ['test', '-c', ...words], folder, target, context);
  if (!(await exists(program))) {
    throw new ProblemError({
      code: 'go-no-tests', message: `The package in ${path.basename(folder)} has no tests.`,
      why: 'go test found no _test.go file for this system and these build tags.', remedies: [{ kind: 'setting', label: 'Build Flags', setting: 'heatline.go.buildFlags' }],
    });
  }
  const { run = '', bench = '' } = target.goTest ?? {};
  const chosen = [...(run ? ['-test.run', run] : []), ...(bench ? ['-test.bench', bench] : [])];
  return { ...target, kind: 'test', program, cwd: folder, args: [...chosen, ...target.args] };
}

/** Whether a folder or one above it has a go.mod. */
export async function insideGoModule(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await exists(path.join(at, 'go.mod'))) return true;
    if (at === path.dirname(at)) return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(() => true, () => false);
}
