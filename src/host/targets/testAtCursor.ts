import * as vscode from 'vscode';
import { innermost } from '../../profilers/tests/testItem.ts';
import { testAt, testsOf } from '../tests.ts';
import type { TargetSource } from './targetSource.ts';

/** The test that the cursor is in. */
export const testAtCursorSource: TargetSource = {
  id: 'test', label: '$(beaker) Test at the Cursor', detail: 'A test of pytest, or a test or benchmark of Go.',
  description() {
    const editor = vscode.window.activeTextEditor;
    const found = editor && innermost(testsOf(editor.document), editor.selection.active.line + 1);
    return found?.name ?? 'the cursor is in no test';
  },
  choose: () => testAt(),
};
