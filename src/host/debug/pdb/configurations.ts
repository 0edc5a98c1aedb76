import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { testsOf } from '../../tests.ts';

export const TYPE = 'pdb';

/** What a new launch.json begins with: the current file, and what is found in the folder. */
export async function initialConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
  const found: vscode.DebugConfiguration[] = [{ type: TYPE, request: 'launch', name: 'Python: Current File', program: '${file}', console: 'integratedTerminal' }];
  const { modules, hasTests } = await look(folder);
  for (const module of modules) found.push({ type: TYPE, request: 'launch', name: `Python: Module ${module}`, module, cwd: '${workspaceFolder}' });
  if (hasTests) found.push({ type: TYPE, request: 'launch', name: 'Python: Tests of the Current File', pytest: '${file}', cwd: '${workspaceFolder}' });
  return found;
}

/** What is offered under the debugger's name in the list of configurations. */
export async function offeredConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
  const common = { type: TYPE, cwd: '${workspaceFolder}' };
  const { modules, hasTests } = await look(folder);
  const active = vscode.window.activeTextEditor?.document;
  const isPython = active?.languageId === 'python' && active.uri.scheme === 'file';
  return [
    ...(isPython ? [{ type: TYPE, request: 'launch', name: 'Python: Current File', program: '${file}' }] : []),
    ...(active && isPython && testsOf(active).length > 0 ? [
      { ...common, request: 'launch', name: 'Python: Test at the Cursor', pytest: '${command:TestAtCursor}' },
      { ...common, request: 'launch', name: 'Python: Tests of the Current File', pytest: '${file}' },
    ] : []),
    ...(hasTests ? [{ ...common, request: 'launch', name: 'Python: All Tests', pytest: true }] : []),
    ...modules.map((module) => ({ ...common, request: 'launch', name: `Python: Module ${module}`, module })),
    { type: TYPE, request: 'attach', name: 'Python: Attach to a Process', processId: '${command:PickProcess}' },
    { type: TYPE, request: 'attach', name: 'Python: Attach to a Port', port: 5678 },
  ];
}

/** Packages at the top of a folder that `python -m` runs, and whether there are tests; looked for in a bounded number of files. */
async function look(folder: vscode.WorkspaceFolder | undefined): Promise<{ readonly modules: readonly string[]; readonly hasTests: boolean }> {
  if (!folder || !(await stat(folder.uri.fsPath).catch(() => undefined))) return { modules: [], hasTests: false };
  const pattern = (glob: string) => new vscode.RelativePattern(folder, glob);
  const away = '**/{node_modules,.venv,venv,site-packages,.git,.tox}/**';
  const [mains, tests] = await Promise.all([
    vscode.workspace.findFiles(pattern('*/__main__.py'), away, 10), vscode.workspace.findFiles(pattern('**/{test_*.py,*_test.py}'), away, 1),
  ]);
  return { modules: mains.map(({ fsPath }) => path.basename(path.dirname(fsPath))).filter((name) => /^[^\W\d]\w*$/u.test(name)).sort(), hasTests: tests.length > 0 };
}
