import * as vscode from 'vscode';
import { ProblemError } from '../profilers/problem.ts';

/**
 * The file that "current" means: the one a command was invoked on (explorer, editor title), else that of the active editor, whatever
 * kind of editor it is. Throws a ProblemError when there is none on disk. `verb`: what is going to be done with it.
 */
export async function currentFile(invokedOn?: unknown, verb: 'profile' | 'debug' = 'profile'): Promise<vscode.Uri> {
  const uri = invokedOn instanceof vscode.Uri ? invokedOn : activeUri();
  if (!uri) {
    throw new ProblemError({
      code: 'no-file', message: `There is no file to ${verb}.`,
      why: 'Open a Python, Go, C or C++ file, an executable or a script, and try again.', remedies: [],
    });
  }
  if (uri.scheme === 'untitled') {
    throw new ProblemError({ code: 'untitled', message: 'The file has no place on disk yet.', why: `Save it, then ${verb} it.`, remedies: [] });
  }
  if (uri.scheme !== 'file') {
    throw new ProblemError({ code: 'not-local', message: `${uri.toString(true)} is not on this machine.`, why: 'Programs run where their file is: open the folder there.', remedies: [] });
  }
  const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri.toString());
  if (document?.isDirty && !(await document.save())) {
    throw new ProblemError({ code: 'unsaved', message: 'The file could not be saved.', why: 'What runs is the file on disk, so save it first.', remedies: [] });
  }
  return uri;
}

/** The file in front. Binary files and custom editors have no text editor, but a tab that knows its file. */
export function activeUri(): vscode.Uri | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor && editor.document.uri.scheme !== 'output') return editor.document.uri;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
}

/** VS Code's language id of an open file. */
export function languageIdOf(uri: vscode.Uri): string | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())?.languageId;
}
