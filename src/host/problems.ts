import * as vscode from 'vscode';
import { isInputError } from '../engine/open.ts';
import { ProblemError, type Problem } from '../profilers/problem.ts';
import { log } from './log.ts';
import { PlaceDiagnostics } from './placeDiagnostics.ts';
import { openWay } from './remedies.ts';

const SHOW_LOG = 'Show Log';

/** Shows problems to the person, with their ways out, and keeps compilers' complaints as diagnostics. */
export class Problems implements vscode.Disposable {
  private readonly places = new PlaceDiagnostics('heatline');

  /** `useProfiler` runs the same target with another profiler. */
  constructor() {}

  /**
   * Shows what went wrong. Resolves at once with nothing, or later with the profiler the person chose instead. Cancellation is no
   * problem and shows nothing.
   */
  async show(error: unknown): Promise<string | undefined> {
    if (isCancellation(error)) return undefined;
    const problem = asProblem(error);
    log().error(`[${problem.code}] ${problem.message} ${problem.why}`);
    if (problem.detail) log().error(problem.detail);
    if (!(error instanceof ProblemError) && error instanceof Error && error.stack) log().error(error.stack);
    this.places.show(problem.places ?? []);
    const choice = await vscode.window.showErrorMessage(`${problem.message} ${problem.why}`.trim(), ...problem.remedies.map(({ label }) => label), SHOW_LOG);
    if (choice === SHOW_LOG) log().show(true);
    const remedy = problem.remedies.find(({ label }) => label === choice);
    if (!remedy) return undefined;
    if (remedy.kind === 'profiler') return remedy.profiler;
    await openWay(remedy);
    return undefined;
  }

  /** Forgets the complaints of an earlier build. */
  clear(): void {
    this.places.clear();
  }

  dispose(): void {
    this.places.dispose();
  }
}

function isCancellation(error: unknown): boolean {
  return error instanceof vscode.CancellationError || (error instanceof Error && error.name === 'AbortError');
}

/** Anything thrown, as a problem a person can read. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof Error && isInputError(error)) return { code: 'unreadable-profile', message: 'The profile cannot be read.', why: error.message, remedies: [] };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'fault', message: 'Something went wrong in Heatline.', why: message, remedies: [] };
}
