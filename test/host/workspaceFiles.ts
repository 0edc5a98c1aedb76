// Files of the workspace that tests of the host suite write.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

export const folder = vscode.workspace.workspaceFolders![0];

/** Writes a file of the workspace; `name` is relative to its folder. */
export async function put(name: string, content: string): Promise<vscode.Uri> {
  const file = path.join(folder.uri.fsPath, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return vscode.Uri.file(file);
}
