import path from 'node:path';
import * as vscode from 'vscode';
import { suggestMapping } from '../core/sourceMap.ts';

/**
 * Asks where a file is that the profile names and this machine does not have, and keeps the answer as a folder of `heatline.sourceMap`, so that it is asked
 * once for a whole tree. `remote` is the profile's path. Resolves with the file here; undefined when the person has none.
 */
export async function locateSource(remote: string): Promise<string | undefined> {
  const name = remote.split(/[\\/]/).pop() ?? '';
  if (!name) {
    void vscode.window.showWarningMessage('The profile does not say in which file this function is.');
    return undefined;
  }
  const choice = await vscode.window.showWarningMessage(`${remote} is not on this machine. Where is it?`, 'Locate...', 'Open Setting');
  if (choice === 'Open Setting') await vscode.commands.executeCommand('workbench.action.openSettings', 'heatline.sourceMap');
  if (choice !== 'Locate...') return undefined;
  const near = await vscode.workspace.findFiles(`**/${name.replace(/[[\]{}*?]/g, '?')}`, undefined, 1);
  const [chosen] = (await vscode.window.showOpenDialog({
    title: `Locate ${name}`, openLabel: 'This Is It', defaultUri: near[0] ?? vscode.workspace.workspaceFolders?.[0]?.uri,
    filters: { [name]: [path.extname(name).slice(1) || '*'], 'All files': ['*'] },
  })) ?? [];
  return chosen && keepPlace(remote, chosen.fsPath);
}

/** Keeps where a file of the profile is; returns its path here. A file of another name is no answer: it is said, and nothing kept. */
export async function keepPlace(remote: string, local: string): Promise<string | undefined> {
  const mapping = suggestMapping(remote, local);
  if (!mapping) {
    void vscode.window.showWarningMessage(`${path.basename(local)} cannot be ${remote}: choose the file of the same name, in its folder.`);
    return undefined;
  }
  const values = vscode.workspace.getConfiguration('heatline');
  const target = vscode.workspace.workspaceFolders ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  const known = values.inspect<Record<string, string>>('sourceMap');
  const before = (target === vscode.ConfigurationTarget.Workspace ? known?.workspaceValue : known?.globalValue) ?? {};
  await values.update('sourceMap', { ...before, [mapping.remote]: mapping.local }, target);
  return local;
}
