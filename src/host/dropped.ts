import * as vscode from 'vscode';

/** The files of a drag's URI list (RFC 2483: one a line, `#` begins a comment); what is no file is left out. */
export function droppedFiles(list: string): vscode.Uri[] {
  const lines = list.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  return lines.flatMap((line) => {
    try {
      return [vscode.Uri.parse(line, true)];
    } catch {
      return [];
    }
  }).filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-remote').map((uri) => vscode.Uri.file(uri.path));
}

/** The files of a drop. What came without a place on this machine (from a browser) is written into `folder` first. */
export async function filesOfDrop(data: vscode.DataTransfer, folder: vscode.Uri): Promise<vscode.Uri[]> {
  const list = await data.get('text/uri-list')?.asString();
  const named = list ? droppedFiles(list) : [];
  if (named.length > 0) return named;
  const files: vscode.Uri[] = [];
  for (const [, item] of data) {
    const file = item.asFile();
    if (!file) continue;
    if (file.uri) files.push(file.uri);
    else {
      const place = vscode.Uri.joinPath(folder, file.name.replace(/[\\/]/g, '_'));
      await vscode.workspace.fs.createDirectory(folder);
      await vscode.workspace.fs.writeFile(place, await file.data());
      files.push(place);
    }
  }
  return files;
}
