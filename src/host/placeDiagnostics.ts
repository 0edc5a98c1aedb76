import * as vscode from 'vscode';
import type { SourcePlace } from '../profilers/problem.ts';

/** Places that a compiler complains about, in the Problems panel. */
export class PlaceDiagnostics implements vscode.Disposable {
  private readonly diagnostics: vscode.DiagnosticCollection;

  /** `name`: of the collection, in the log. `source`: who complains, as the Problems view says behind each. */
  constructor(name: string, private readonly source = 'heatline') {
    this.diagnostics = vscode.languages.createDiagnosticCollection(name);
  }

  /** Shows these places instead of the earlier ones. */
  show(places: readonly SourcePlace[]): void {
    this.clear();
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const place of places) {
      const at = new vscode.Position(Math.max(0, place.line - 1), Math.max(0, place.column - 1));
      const severity = place.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
      const diagnostic = new vscode.Diagnostic(wordAt(place.file, at), place.message, severity);
      diagnostic.source = this.source;
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

/** The word at a place where the file is open; else one character. */
function wordAt(file: string, at: vscode.Position): vscode.Range {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === file);
  const word = document && at.line < document.lineCount ? document.getWordRangeAtPosition(at, /"(?:\\.|[^"\\])*"|[\p{L}\p{N}_]+/u) : undefined;
  return word ? new vscode.Range(at, word.end) : new vscode.Range(at, at.translate(0, 1));
}
