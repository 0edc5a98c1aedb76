import * as vscode from 'vscode';
import { testLensSetting } from './settings.ts';
import { testsOf } from './tests.ts';

/** "Profile" and "Debug" above every test of pytest and Go. */
export class TestLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor() {
    const files = ['go', 'python'].map((language) => ({ scheme: 'file', language }));
    this.disposables = [
      vscode.languages.registerCodeLensProvider(files, this), this.changed,
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.changed.fire()),
      vscode.workspace.onDidChangeConfiguration((change) => change.affectsConfiguration('heatline.testLenses') && this.changed.fire()),
    ];
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    // An untrusted workspace runs nothing, so nothing is offered there.
    if (!vscode.workspace.isTrusted || !testLensSetting(document.uri)) return [];
    return testsOf(document).flatMap(({ line, name }) => {
      const lens = (title: string, tooltip: string, command: string) => new vscode.CodeLens(new vscode.Range(line - 1, 0, line - 1, 0), { title, tooltip, command, arguments: [document.uri, line - 1] });
      return [
        lens('$(flame) Profile', `Profile ${name}`, 'heatline.profileTest'),
        lens('$(debug-alt) Debug', `Debug ${name}`, 'heatline.debugTest'),
      ];
    });
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
