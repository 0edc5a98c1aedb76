import path from 'node:path';
import { buildGo } from './buildGo.ts';
import { missingTool, programPath, runBuild } from './buildSteps.ts';
import { findProgram } from './process.ts';
import { isLaunched, type Target } from './target.ts';

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
 * The target with its program built: C and C++ by compiling the single file, Go by `go build` of the file's package, or `go test -c` for tests. Other
 * targets, those that have a program already and those that run already are returned as they are. Throws a ProblemError when a compiler is missing
 * or does not like the source.
 */
export async function buildTarget(target: Target, context: BuildContext): Promise<Target> {
  if (target.program || !isLaunched(target)) return target;
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
  await runBuild(found, [...flags, '-o', program, target.file, ...libraries], path.dirname(target.file), target, context);
  return { ...target, program };
}
