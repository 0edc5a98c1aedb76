import path from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../../profilers/problem.ts';
import { innermost, type TestItem } from '../../profilers/tests/testItem.ts';
import { activeUri, currentFile, languageIdOf } from '../currentFile.ts';
import { testsOf } from '../tests.ts';
import type { Debugger } from './debugger.ts';

interface DebuggedFile {
  readonly own: Debugger;
  readonly file: vscode.Uri;
}

/** The file in front, or that a command was invoked on, saved, and the debugger for it. @throws ProblemError when there is none */
export async function debuggedFile(debuggers: readonly Debugger[], invokedOn?: unknown): Promise<DebuggedFile> {
  const uri = invokedOn instanceof vscode.Uri ? invokedOn : activeUri();
  const own = uri && debuggers.find(({ language, ending }) => languageIdOf(uri) === language || uri.path.toLowerCase().endsWith(ending));
  if (own) return { own, file: await currentFile(uri, 'debug') };
  const languages = debuggers.map(({ title }) => title).join(' or ');
  throw new ProblemError({
    code: 'no-debugged-file', message: uri ? `${path.posix.basename(uri.path)} is no ${languages} file.` : 'There is no file to debug.',
    why: `Open a ${languages} file, or say in a launch.json what is debugged.`, remedies: [],
  });
}

/** The test at a line (0-based; by default at the cursor) of a file, which is saved. @throws ProblemError when there is none */
export async function debuggedTest(debuggers: readonly Debugger[], invokedOn?: unknown, line?: number): Promise<DebuggedFile & { readonly document: vscode.TextDocument; readonly item: TestItem }> {
  const { own, file } = await debuggedFile(debuggers, invokedOn);
  const document = await vscode.workspace.openTextDocument(file);
  const at = line ?? vscode.window.visibleTextEditors.find((each) => each.document === document)?.selection.active.line;
  const item = at === undefined ? undefined : innermost(testsOf(document), at + 1);
  if (item) return { own, file, document, item };
  throw new ProblemError({
    code: 'no-test', message: at === undefined ? 'There is no test at the cursor.' : `There is no test at line ${at + 1} of ${path.basename(file.fsPath)}.`, why: own.whereTestsAre, remedies: [],
  });
}
