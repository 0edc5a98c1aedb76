import type { BuildContext } from './build.ts';
import type { ProfilerOption, ReadOption } from './options.ts';
import type { Problem } from './problem.ts';
import type { Target, TargetTraits } from './target.ts';

export interface ProfilerContext {
  /** Values of options, for this run. */
  readonly read: ReadOption;
  /** Folder of our Python files. */
  readonly pythonFolder: string;
  /** Our program that profiles without a tool (`agents`), to be run by `agentCommand`. */
  readonly agent: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** What is started in the terminal. */
export interface Plan {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What a person should know before it ends. */
  readonly notes: readonly string[];
}

/** The raw result of a run, as the engine opens it. */
export interface Recording {
  /** Names in the run's folder; several are parts of one profile. */
  readonly files: readonly string[];
  /** Format id. */
  readonly format: string;
  /** Name of the symbol table in the run's folder, for formats with addresses. */
  readonly symbols?: string;
  /** What a person should know of it: why something is missing. They join the run's notes. */
  readonly notes?: readonly string[];
}

/** A profiler: adding one is one file and one line in `index.ts`. */
export interface Profiler {
  /** Stable id: `python-sample`. */
  readonly id: string;
  readonly label: string;
  /** What it answers, one line. */
  readonly question: string;
  /** What it costs, a few words. */
  readonly cost: string;
  /** What can be set, in the order of the picker. */
  readonly options: readonly ProfilerOption[];
  /** How well it suits: 0 not at all, the highest is the default. Whether it can run is for `preflight`. */
  suits(target: TargetTraits): number;
  /** Why it cannot run here; undefined when it can. */
  preflight(target: Target, context: ProfilerContext): Promise<Problem | undefined>;
  /**
   * Builds the target in a way of the profiler's own, and says what a person should know of that; absent: `buildTarget`.
   * @throws ProblemError when it does not build
   */
  build?(target: Target, build: BuildContext): Promise<{ readonly target: Target; readonly notes: readonly string[] }>;
  /** What to start. `folder` is the run's folder: absolute, existing, empty. */
  plan(target: Target, folder: string, context: ProfilerContext): Promise<Plan>;
  /**
   * Asks the running profiler (`pid`: the process of `Plan.command`) to end with what it has. Resolves when it was asked, not when it
   * has ended. Called again after some seconds with a higher `attempt` (0, 1 ...) while it still runs: be firmer.
   */
  stop(pid: number, folder: string, attempt: number): Promise<void>;
  /**
   * The recording after the process has ended, however it ended; undefined when it left none. May convert raw files, and
   * is then told the progress.
   */
  collect(folder: string, context: ProfilerContext): Promise<Recording | undefined>;
}
