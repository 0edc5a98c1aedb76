import * as vscode from 'vscode';
import type { SourcePlace } from '../profilers/problem.ts';

/** Places that a compiler complains about, in the Problems panel. */
export class PlaceDiagnostics implements vscode.Disposable {
  private readonly diagnostics: vscode.DiagnosticCollection;

  /** `name`: of the collection, in the log. */
  constructor(name: string) {
    this.diagnostics = vscode.languages.createDiagnosticCollection(name);
  }

  /** Shows these places instead of the earlier ones. */
  show(places: readonly SourcePlace[]): void {
    this.clear();
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const place of places) {
      const at = new vscode.Position(Math.max(0, place.line - 1), Math.max(0, place.column - 1));
      const severity = place.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
      const diagnostic = new vscode.Diagnostic(new vscode.Range(at, at.translate(0, 1)), place.message, severity);
      diagnostic.source = 'heatline';
      byFile.set(place.file, [...(byFile.get(place.file) ?? []), diagnostic]);
    }
    for (const [file, list] of byFile) this.diagnostics.set(vscode.Uri.file(file), list);
  }

  clear(): void {
    this.diagnostics.clear();
  }

  dispose(): void {
    this.diagnostics.dispose();
  }
}
