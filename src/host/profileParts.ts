import path from 'node:path';
import type * as vscode from 'vscode';
import { groupParts } from './partNames.ts';

/** Name of the field in a viewer's URI that lists the further files of its profile. */
const PARTS = 'parts';

/**
 * The URI of a profile that consists of these files: that of the first one, with the names of the others (beside it) in its query, so
 * that VS Code brings all of them back after a reload.
 */
function profileUri(files: readonly vscode.Uri[]): vscode.Uri {
  const [first, ...others] = files;
  if (others.length === 0) return first;
  return first.with({ query: new URLSearchParams(others.map((file): [string, string] => [PARTS, path.posix.basename(file.path)])).toString() });
}

/** Absolute paths of a profile's files. */
export function profileFiles(uri: vscode.Uri): string[] {
  const folder = path.dirname(uri.fsPath);
  const others = new URLSearchParams(uri.query).getAll(PARTS);
  // Names only: a URI may come from anywhere.
  return [uri.fsPath, ...others.filter((name) => name === path.basename(name)).map((name) => path.join(folder, name))];
}

/** The files as profiles: those that are parts of one profile together, the others each on its own. */
export function asProfiles(files: readonly vscode.Uri[]): vscode.Uri[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return groupParts([...byPath.keys()]).map((paths) => profileUri(paths.map((each) => byPath.get(each)!)));
}
