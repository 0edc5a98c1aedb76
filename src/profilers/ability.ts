import { profilersFor, PROFILERS } from './index.ts';
import { mendingCommands, type Problem } from './problem.ts';
import type { Profiler, ProfilerContext } from './profiler.ts';
import type { Language, Target, TargetKind } from './target.ts';

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

const KINDS: readonly TargetKind[] = ['file', 'test', 'process', 'service'];
const LANGUAGES: readonly Language[] = ['python', 'native', 'c', 'cpp', 'go', 'script'];

/** A profiler or another tool, whether it can run here, and the whole problem when it cannot. */
export interface TriedTool {
  readonly profiler: Pick<Profiler, 'id' | 'label' | 'question' | 'cost'>;
  readonly suits: boolean;
  readonly problem: Problem | undefined;
}

export interface TriedProfiler extends TriedTool {
  readonly profiler: Profiler;
}

/** Tries each profiler; with a target those that suit it come first, the best at the top. */
export async function tryProfilers(context: ProfilerContext, target?: Target): Promise<TriedProfiler[]> {
  const suitable = target ? profilersFor(target) : [...PROFILERS];
  const order = [...suitable, ...PROFILERS.filter((profiler) => !suitable.includes(profiler))];
  return Promise.all(order.map(async (profiler) => {
    const suits = suitable.includes(profiler);
    return { profiler, suits, problem: await profiler.preflight(target && suits ? target : anyTarget(profiler), context) };
  }));
}

/** What was tried, as it is printed and written as JSON. */
export function abilityOf({ profiler: { id, label, question, cost }, suits, problem }: TriedTool): Ability {
  return { id, label, question, cost, suits, usable: problem === undefined, problem: problem ? shown(problem) : null };
}

/** Some program that the profiler is for: its preflight asks about the machine, not about the file. */
function anyTarget(profiler: Profiler): Target {
  const traits = KINDS.flatMap((kind) => LANGUAGES.map((language) => ({ kind, language })));
  const { kind, language } = traits.find((each) => profiler.suits(each) > 0) ?? traits[0];
  return {
    kind, language, file: process.execPath, args: [], cwd: process.cwd(), env: {}, ...(language === 'python' ? { interpreter: ['python3'] } : { program: process.execPath }),
    ...(kind === 'process' ? { pid: process.pid } : {}), ...(kind === 'service' ? { url: 'http://localhost:6060/debug/pprof/' } : {}),
  };
}

function shown(problem: Problem) {
  return { code: problem.code, message: problem.message, why: problem.why, commands: mendingCommands(problem) };
}
