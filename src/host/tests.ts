import path from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../profilers/problem.ts';
import type { Target } from '../profilers/target.ts';
import { findGoTests } from '../profilers/tests/goTests.ts';
import { findPythonTests } from '../profilers/tests/pythonTests.ts';
import { innermost, testTarget, type TestItem } from '../profilers/tests/testItem.ts';
import { currentFile } from './currentFile.ts';
import { pythonInterpreter } from './python.ts';
import { targetSettings } from './settings.ts';

/** The language of a file's tests; undefined for files that hold none by their name: `x_test.go`, and pytest's `test_x.py` and `x_test.py`. */
export function testLanguage(file: string): 'go' | 'python' | undefined {
  const name = path.basename(file);
  if (name.endsWith('_test.go')) return 'go';
  return /^test_.*\.py$|_test\.py$/.test(name) ? 'python' : undefined;
}

/** The tests of a document, in order; none where it is no test file. */
export function testsOf(document: vscode.TextDocument): TestItem[] {
  const language = document.uri.scheme === 'file' ? testLanguage(document.fileName) : undefined;
  if (!language) return [];
  return language === 'go' ? findGoTests(document.getText()) : findPythonTests(document.getText());
}

/**
 * The test at a line (0-based) as a target; by default that of the cursor of the active editor. The file is saved first.
 * @throws ProblemError when there is no test
 */
export async function testAt(invokedOn?: unknown, line?: number): Promise<Target> {
  const uri = await currentFile(invokedOn);
  const document = await vscode.workspace.openTextDocument(uri);
  const language = testLanguage(uri.fsPath);
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const at = line ?? editor?.selection.active.line ?? 0;
  const item = innermost(testsOf(document), at + 1);
  if (!language || !item) {
    throw new ProblemError({
      code: 'no-test', message: `There is no test at line ${at + 1} of ${path.basename(uri.fsPath)}.`,
      why: 'Put the cursor into a test function of a x_test.go, test_x.py or x_test.py file.', remedies: [],
    });
  }
  const cwd = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? path.dirname(uri.fsPath);
  const surroundings = { cwd, env: targetSettings(uri).env };
  if (language === 'go') return testTarget('go', uri.fsPath, item, surroundings);
  return testTarget('python', uri.fsPath, item, { ...surroundings, interpreter: (await pythonInterpreter(uri)) ?? ['python3'] });
}
