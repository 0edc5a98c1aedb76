import { profilersFor, PROFILERS } from '../profilers/index.ts';
import type { Problem } from '../profilers/problem.ts';
import { readDefaults } from '../profilers/options.ts';
import type { Profiler } from '../profilers/profiler.ts';
import type { Language, Target } from '../profilers/target.ts';
import { builtFile } from './built.ts';
import { mendingCommands } from './problemText.ts';

/** A profiler, and whether it can run here. */
export interface Ability {
  readonly id: string;
  readonly label: string;
  readonly question: string;
  readonly cost: string;
  /** For the target asked about, or for some target when none was. */
  readonly suits: boolean;
  readonly usable: boolean;
  /** Why not; null when it can run. */
  readonly problem: { readonly code: string; readonly message: string; readonly why: string; readonly commands: readonly string[] } | null;
}

const LANGUAGES: readonly Language[] = ['python', 'native', 'c', 'cpp', 'go', 'script'];

/** Tries each profiler; with a target those that suit it come first, the best at the top. */
export async function abilities(target?: Target): Promise<Ability[]> {
  const suitable = target ? profilersFor(target) : [...PROFILERS];
  const order = [...suitable, ...PROFILERS.filter((profiler) => !suitable.includes(profiler))];
  return Promise.all(order.map(async (profiler): Promise<Ability> => {
    const { id, label, question, cost } = profiler;
    const problem = await profiler.preflight(target && suitable.includes(profiler) ? target : anyTarget(profiler), {
      read: readDefaults, pythonFolder: builtFile('python'), agent: builtFile('agent.cjs'), log: () => undefined,
    });
    return { id, label, question, cost, suits: suitable.includes(profiler), usable: problem === undefined, problem: problem ? shown(problem) : null };
  }));
}

/** Some program that the profiler is for: its preflight asks about the machine, not about the file. */
function anyTarget(profiler: Profiler): Target {
  const language = LANGUAGES.find((each) => profiler.suits({ language: each }) > 0) ?? 'native';
  return { language, file: process.execPath, args: [], cwd: process.cwd(), env: {}, ...(language === 'python' ? { interpreter: ['python3'] } : { program: process.execPath }) };
}

function shown(problem: Problem) {
  return { code: problem.code, message: problem.message, why: problem.why, commands: mendingCommands(problem) };
}

/** Lines for people about one profiler. */
export function abilityLines({ id, question, cost, usable, problem }: Ability): string[] {
  return [
    `${usable ? 'ok     ' : 'MISSING'}  ${id}: ${question} ${cost[0].toUpperCase()}${cost.slice(1)}.`,
    ...(problem ? [`           ${problem.message} ${problem.why}`, ...problem.commands.map((command) => `           mend it with: ${command}`)] : []),
  ];
}
