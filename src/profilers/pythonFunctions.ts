import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runProcess } from './process.ts';
import type { ProfilerContext } from './profiler.ts';

/** The functions of a source file; see heatline_functions.py. */
export interface SourceFunctions {
  /** [full name, first line]. */
  readonly functions: readonly (readonly [string, number])[];
  /** [line, row of the function that it is code of], for the lines asked about. */
  readonly lines: readonly (readonly [number, number])[];
}

/**
 * Asks an interpreter which functions stand in source files (and which of them the given lines are code of), by compiling them. Files that
 * cannot be read are left out, and all are when the interpreter does not answer: names are worth no failure. `folder` gets
 * files for the time of asking; relative names count from `cwd`.
 */
export async function sourceFunctions(
  interpreter: readonly string[], files: ReadonlyMap<string, ReadonlySet<number>>, folder: string, cwd: string,
  { pythonFolder, log, signal }: Pick<ProfilerContext, 'pythonFolder' | 'log' | 'signal'>,
): Promise<Map<string, SourceFunctions>> {
  const asked = [...files].filter(([file]) => file !== '' && !file.startsWith('<'));
  if (asked.length === 0) return new Map();
  const [request, answer] = ['functions-request.json', 'functions-answer.json'].map((name) => path.join(folder, name));
  try {
    await writeFile(request, JSON.stringify(Object.fromEntries(asked.map(([file, lines]) => [file, [...lines]]))));
    // Isolated: modules of the program must not stand in for ours.
    const { code, stderr } = await runProcess(
      interpreter[0], [...interpreter.slice(1), '-I', '-S', '-B', path.join(pythonFolder, 'heatline_functions.py'), request],
      { cwd, stdoutFile: answer, signal, timeout: 60_000 },
    );
    if (code !== 0) throw new Error(stderr.trim().split('\n').pop());
    return new Map(Object.entries(JSON.parse(await readFile(answer, 'utf8')) as Record<string, SourceFunctions>));
  } catch (error) {
    if (signal?.aborted) throw error;
    log(`the names of functions are unknown: ${error instanceof Error ? error.message : String(error)}`);
    return new Map();
  } finally {
    await Promise.all([request, answer].map((file) => rm(file, { force: true })));
  }
}
