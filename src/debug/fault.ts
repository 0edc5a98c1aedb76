import { ProblemError, type Remedy } from '../profilers/problem.ts';

/**
 * An error for the person who debugs. `message`: what happened, one sentence; `why`: the reason and what mends it; `detail`: the program's own words, shown below; `remedies`: what a
 * client with buttons makes buttons of.
 */
export function fault(code: string, message: string, why: string, detail?: string, remedies: readonly Remedy[] = []): ProblemError {
  return new ProblemError({ code, message, why, remedies, ...(detail ? { detail } : {}) });
}

/** The words of an error as they are shown: for a fault all three parts, for another error its message. */
export function faultText(error: unknown): string {
  if (error instanceof ProblemError) {
    const { message, why, detail } = error.problem;
    return [`${message} ${why}`.trim(), detail?.trim()].filter(Boolean).join('\n');
  }
  return error instanceof Error ? error.message : String(error);
}
