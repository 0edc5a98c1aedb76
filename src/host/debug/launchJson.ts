import * as vscode from 'vscode';

interface Named {
  readonly name?: unknown;
}

/** Whether a configuration of this name stands in a launch.json (or in the workspace's or the user's settings). */
export function isWritten(name: string, folder: vscode.WorkspaceFolder | undefined): boolean {
  const configurations = vscode.workspace.getConfiguration('launch', folder?.uri).get<readonly Named[]>('configurations', []);
  return Array.isArray(configurations) && configurations.some((each) => each?.name === name);
}

/** Opens launch.json with the cursor at the configuration of this name; where it stands elsewhere, VS Code's own way to it. */
export async function openConfiguration(name: string, folder: vscode.WorkspaceFolder | undefined): Promise<void> {
  const place = folder ?? vscode.workspace.workspaceFolders?.[0];
  const uri = place && vscode.Uri.joinPath(place.uri, '.vscode', 'launch.json');
  try {
    if (!uri) throw new Error('there is no folder');
    const document = await vscode.workspace.openTextDocument(uri);
    const at = nameOffset(document.getText(), name);
    const position = document.positionAt(Math.max(0, at));
    await vscode.window.showTextDocument(document, at < 0 ? {} : { selection: new vscode.Range(position, position) });
  } catch {
    await vscode.commands.executeCommand('workbench.action.debug.configure');
  }
}

/** Where `"name": "..."` stands in the text of a launch.json; -1 when it does not. */
function nameOffset(text: string, name: string): number {
  for (const match of text.matchAll(/"name"\s*:\s*("(?:\\.|[^"\\])*")/g)) {
    try {
      if (JSON.parse(match[1]) === name) return match.index;
    } catch {
      // A string that is being typed.
    }
  }
  return -1;
}
