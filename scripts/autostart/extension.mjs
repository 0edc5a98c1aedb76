// Runs in VS Code: opens the file that npm start was called for and profiles it, as a person would with the command.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';

/** The request of npm start, `{ file, result }` in JSON; undefined when there is none. Only the first window gets it. */
async function takeRequest() {
  const requestFile = process.env.HEATLINE_START;
  if (!requestFile) return undefined;
  const taken = `${requestFile}.${process.pid}`;
  try {
    // A rename succeeds once, also when two windows open at the same time.
    await rename(requestFile, taken);
  } catch {
    return undefined;
  }
  const request = JSON.parse(await readFile(taken, 'utf8'));
  await rm(taken);
  return request;
}

/** Puts the cursor on the hottest line of the file, so that its heat is in sight. */
async function showHottestLine(uri, { top }) {
  const hottest = top.find(({ file }) => file === uri.fsPath);
  if (!hottest) return;
  const start = new vscode.Position(hottest.line - 1, 0);
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One, selection: new vscode.Range(start, start) });
}

async function profile(file) {
  const uri = vscode.Uri.file(file);
  await vscode.window.showTextDocument(uri);
  const outcome = await vscode.commands.executeCommand('heatline.profileFile', uri);
  if (!outcome) return { error: 'nothing was profiled; the window says why' };
  await showHottestLine(uri, outcome);
  return outcome;
}

export async function activate() {
  const request = await takeRequest();
  if (!request) return;
  // Not awaited: the window must not wait for a profile to call its extensions started.
  void profile(request.file)
    .catch((error) => ({ error: error instanceof Error ? error.message : String(error) }))
    .then(async (outcome) => {
      await writeFile(`${request.result}.part`, JSON.stringify(outcome));
      await rename(`${request.result}.part`, request.result);
    });
}
