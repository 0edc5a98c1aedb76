/** A way out that one click or one command opens. */
export type Remedy =
  /** Typed into a terminal (in the folder `cwd`) for the user to confirm: installing needs their password. */
  | { readonly kind: 'terminal'; readonly label: string; readonly command: readonly string[]; readonly cwd?: string }
  | { readonly kind: 'setting'; readonly label: string; readonly setting: string }
  /** Do it with another profiler. */
  | { readonly kind: 'profiler'; readonly label: string; readonly profiler: string };

/** Why something cannot be done, for a person: what happened, why, and the ways out, the best first. */
export interface Problem {
  /** Stable id, for tests and for the log: `perf-forbidden`. */
  readonly code: string;
  /** What happened, one sentence. */
  readonly message: string;
  /** Why, and what to do, one or two sentences. */
  readonly why: string;
  readonly remedies: readonly Remedy[];
  /** The tool's own words, for the log. */
  readonly detail?: string;
  /** Places in source files, from a compiler. */
  readonly places?: readonly SourcePlace[];
}

/** The commands that mend a problem, as a person types them. */
export function mendingCommands({ remedies }: Problem): string[] {
  return remedies.flatMap((remedy) => (remedy.kind === 'terminal' ? [remedy.command.join(' ')] : []));
}

/** A place that a compiler complains about. */
export interface SourcePlace {
  /** Absolute path. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based; 1 when unknown. */
  readonly column: number;
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

/** A problem on its way to the person. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.message} ${problem.why}`.trim());
    this.name = 'ProblemError';
  }
}
