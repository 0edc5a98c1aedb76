import * as vscode from 'vscode';
import { isInputError } from '../engine/open.ts';
import { ProblemError, type Problem, type Remedy } from '../profilers/problem.ts';
import { log } from './log.ts';

const SHOW_LOG = 'Show Log';

/** Shows problems to the person, with their ways out, and keeps compilers' complaints as diagnostics. */
export class Problems implements vscode.Disposable {
  private readonly diagnostics = vscode.languages.createDiagnosticCollection('heatline');

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
    this.showPlaces(problem);
    const choice = await vscode.window.showErrorMessage(`${problem.message} ${problem.why}`.trim(), ...problem.remedies.map(({ label }) => label), SHOW_LOG);
    if (choice === SHOW_LOG) log().show(true);
    const remedy = problem.remedies.find(({ label }) => label === choice);
    return remedy ? this.apply(remedy) : undefined;
  }

  /** Forgets the complaints of an earlier build. */
  clear(): void {
    this.diagnostics.clear();
  }

  dispose(): void {
    this.diagnostics.dispose();
  }

  private async apply(remedy: Remedy): Promise<string | undefined> {
    switch (remedy.kind) {
      case 'profiler':
        return remedy.profiler;
      case 'setting':
        await vscode.commands.executeCommand('workbench.action.openSettings', remedy.setting);
        return undefined;
      case 'terminal': {
        // Typed, not run: it may ask for a password, and it changes the person's system.
        const terminal = vscode.window.createTerminal({ name: 'Heatline' });
        terminal.show();
        terminal.sendText(remedy.command.join(' '), false);
        return undefined;
      }
    }
  }

  private showPlaces(problem: Problem): void {
    this.clear();
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const place of problem.places ?? []) {
      const at = new vscode.Position(Math.max(0, place.line - 1), Math.max(0, place.column - 1));
      const severity = place.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
      const diagnostic = new vscode.Diagnostic(new vscode.Range(at, at.translate(0, 1)), place.message, severity);
      diagnostic.source = 'heatline';
      byFile.set(place.file, [...(byFile.get(place.file) ?? []), diagnostic]);
    }
    for (const [file, list] of byFile) this.diagnostics.set(vscode.Uri.file(file), list);
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
