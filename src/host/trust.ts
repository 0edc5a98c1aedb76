import * as vscode from 'vscode';

/** Says that nothing runs in a workspace that is not trusted, and how to trust it. @throws CancellationError when it stays so */
export async function requireTrust(): Promise<void> {
  if (vscode.workspace.isTrusted) return;
  const choice = await vscode.window.showWarningMessage(
    'Heatline runs programs only in a workspace you trust. Profiles can be viewed without.', { modal: false }, 'Manage Workspace Trust',
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
  if (!vscode.workspace.isTrusted) throw new vscode.CancellationError();
}
