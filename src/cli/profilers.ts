import { PROFILERS } from '../profilers/index.ts';
import type { Problem } from '../profilers/problem.ts';
import { DEFAULT_PROFILER_SETTINGS, type Profiler } from '../profilers/profiler.ts';
import type { Language, Target } from '../profilers/target.ts';
import { PYTHON_FOLDER } from './built.ts';
import type { Command } from './command.ts';
import { ExitCode, parseWords, UsageError } from './command.ts';
import { cell, printJson, printLines } from './output.ts';
import { remedyLines } from './problemText.ts';
import { targetOf } from './target.ts';

const LANGUAGES: readonly Language[] = ['python', 'go', 'c', 'cpp', 'native', 'script'];

/** One profiler and whether it can run here. */
export interface ProfilerState {
  readonly profiler: Profiler;
  /** How well it suits the target, the highest is chosen; undefined without one. */
  readonly suits: number | undefined;
  readonly problem: Problem | undefined;
}

/** Tries every profiler on the target, or on something that it suits. */
export async function profilerStates(target: Target | undefined): Promise<ProfilerState[]> {
  const context = { settings: DEFAULT_PROFILER_SETTINGS, pythonFolder: PYTHON_FOLDER, log: () => undefined };
  return Promise.all(PROFILERS.map(async (profiler) => {
    const suits = target && profiler.suits(target);
    const example: Target = { language: languagesOf(profiler)[0] ?? 'native', file: process.execPath, args: [], cwd: process.cwd(), env: {} };
    const problem = suits === 0 ? undefined : await profiler.preflight(target ?? example, context);
    return { profiler, suits, problem };
  }));
}

function languagesOf(profiler: Profiler): Language[] {
  return LANGUAGES.filter((language) => profiler.suits({ language }) > 0);
}

/** `heatline profilers`: which there are, for what, and whether they can run. */
export const profilers: Command = {
  help: `heatline profilers [TARGET] [--json]

The profilers, what they answer and cost, and whether they can run here (which is tried). With TARGET those that suit it, the best first.

  --json    {profilers: [{id, label, question, cost, languages, suits, usable, why, remedies}]}; suits is how well it suits TARGET (0: not at all; null
            without TARGET), why says what keeps it from running ('' when nothing does), remedies are lines that say what mends it`,
  async run(words) {
    const { values, positionals } = parseWords(words, { json: { type: 'boolean' } });
    if (positionals.length > 1) throw new UsageError('heatline profilers takes one target.');
    const target = positionals.length > 0 ? await targetOf(positionals) : undefined;
    const states = await profilerStates(target);
    if (target) states.sort((a, b) => (b.suits ?? 0) - (a.suits ?? 0));
    if (values.json) {
      await printJson({}, {
        profilers: states.map(({ profiler, suits, problem }) => ({
          id: profiler.id, label: profiler.label, question: profiler.question, cost: profiler.cost, languages: languagesOf(profiler), suits: suits ?? null,
          usable: suits !== 0 && problem === undefined, why: suits === 0 ? 'It does not apply to this target.' : problem ? `${problem.message} ${problem.why}` : '',
          remedies: problem ? remedyLines(problem) : [],
        })),
      });
      return ExitCode.Fine;
    }
    const lines = states.filter(({ suits }) => suits !== 0).flatMap(({ profiler, problem }) => [
      `${profiler.id.padEnd(16)} ${problem ? 'cannot run here' : 'can run'}`, `  ${cell(profiler.question)} (${cell(profiler.cost)}; for ${languagesOf(profiler).join(', ')})`,
      ...(problem ? [`  ${cell(`${problem.message} ${problem.why}`)}`, ...remedyLines(problem).map((line) => `  ${cell(line)}`)] : []),
    ]);
    await printLines(lines.length > 0 ? lines : ['No profiler applies to this target.']);
    return ExitCode.Fine;
  },
};
