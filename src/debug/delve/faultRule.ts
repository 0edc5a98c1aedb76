import type { ProblemError } from '../../profilers/problem.ts';

/** A start of dlv that failed, as far as its words need it to be understood. A `LaunchOrder` is one. */
export interface FailedStart {
  readonly dlv: { readonly file: string; readonly version: string };
  /** dlv's subcommand and its options: `['exec', './server']`. */
  readonly command: readonly string[];
  /** Where dlv ran. */
  readonly dlvCwd: string;
}

/** What one kind of failure looks like; undefined: it is another. `words` are all that dlv said, of stdout and stderr. */
export type FaultRule = (words: string, start: FailedStart) => ProblemError | undefined | Promise<ProblemError | undefined>;

/** Lines that dlv says in any case, or to its own developers. */
const NOISE = /^(API server listening at: .*|could not remove .*|exit status \d+|\S+ (debug|info|warning|error) layer=.*)\r?\n?/gm;

/** dlv's words without those that help nobody: its log, the listening message, the help that follows an unknown option. */
export function detailOf(words: string): string {
  const text = words.replace(NOISE, '').trim();
  const usage = /^(Error: [^\n]*)\nUsage:/.exec(text);
  return usage ? usage[1] : text;
}
