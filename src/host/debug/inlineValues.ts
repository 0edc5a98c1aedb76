import * as vscode from 'vscode';
import type { Debugger } from './debugger.ts';

/** Values beside the lines of the stopped function. They are looked up among its variables, so that showing them runs nothing. */
export class InlineValues implements vscode.InlineValuesProvider {
  constructor(private readonly namesAbove: Debugger['namesAbove']) {}

  provideInlineValues(document: vscode.TextDocument, viewPort: vscode.Range, { stoppedLocation }: vscode.InlineValueContext): vscode.InlineValue[] {
    return this.namesAbove(document.getText(), stoppedLocation.end.line)
      .filter(({ line }) => line >= viewPort.start.line && line <= viewPort.end.line)
      .map(({ name, line, start, end }) => new vscode.InlineValueVariableLookup(new vscode.Range(line, start, line, end), name, true));
  }
}
