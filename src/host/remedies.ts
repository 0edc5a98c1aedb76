import os from 'node:os';
import * as vscode from 'vscode';
import type { Remedy } from '../profilers/problem.ts';
import { buildSettings } from './settings.ts';
import { runToEnd } from './taskRun.ts';

/** A way out of a problem that the editor opens. */
export type EditorRemedy = Exclude<Remedy, { readonly kind: 'profiler' }>;

/** Opens a way out. Resolves to whether what was missing is there now; false also where that is the person's to do. */
export async function openWay(remedy: EditorRemedy): Promise<boolean> {
  if (remedy.kind === 'setting') {
    await vscode.commands.executeCommand('workbench.action.openSettings', remedy.setting);
    return false;
  }
  const [program, verb, ...rest] = remedy.command;
  // It asks for nothing and stays in Go's own folder.
  if (program === 'go' && verb === 'install') return goInstall(remedy.label, rest);
  // Typed, not run: it may ask for a password, and it changes the person's system.
  const terminal = vscode.window.createTerminal({ name: 'Heatline', ...(remedy.cwd === undefined ? {} : { cwd: remedy.cwd }) });
  terminal.show();
  terminal.sendText(remedy.command.join(' '), false);
  return false;
}

/** Runs `go install` as a task, whose terminal shows what it says; resolves to whether it succeeded. */
async function goInstall(label: string, packages: readonly string[]): Promise<boolean> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  const { go } = buildSettings(folder?.uri ?? vscode.Uri.file(os.homedir()));
  const task = new vscode.Task(
    { type: 'process' }, folder ?? vscode.TaskScope.Workspace, label, 'heatline', new vscode.ProcessExecution(go, ['install', ...packages], { cwd: folder?.uri.fsPath ?? os.homedir() }),
  );
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Silent, panel: vscode.TaskPanelKind.Dedicated, focus: false };
  const progress = { location: vscode.ProgressLocation.Notification, title: `${label}: ${[go, 'install', ...packages].join(' ')}`, cancellable: true };
  try {
    const code = await vscode.window.withProgress(progress, (_report, token) => runToEnd(task, token));
    if (code === 0) return true;
    void vscode.window.showErrorMessage(`${label} failed${code === undefined ? '' : ` with exit code ${code}`}. The terminal "${label}" shows what the go command said.`);
  } catch (error) {
    if (!(error instanceof vscode.CancellationError)) throw error;
  }
  return false;
}
