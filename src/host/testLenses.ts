import * as vscode from 'vscode';
import { testLensSetting } from './settings.ts';
import { testsOf } from './tests.ts';

/** "Profile" above every test of pytest and Go. */
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
    return testsOf(document).map(({ line, name }) => new vscode.CodeLens(new vscode.Range(line - 1, 0, line - 1, 0), {
      title: '$(flame) Profile', tooltip: `Profile ${name}`, command: 'heatline.profileTest', arguments: [document.uri, line - 1],
    }));
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
