import path from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../../../profilers/problem.ts';
import type { TestItem } from '../../../profilers/tests/testItem.ts';
import type { LaunchInputs } from '../../launchInputs.ts';
import { testsOf } from '../../tests.ts';
import { givenInputs } from '../debugger.ts';
import { goHeadOf, hasGoTests, isGoTestFile, mainPackages } from './goFiles.ts';

export const TYPE = 'delve';

const COMMON = { type: TYPE, request: 'launch' } as const;

/**
 * A Go file as a person debugs it without launch.json: a program with what it is profiled with, or a file's tests. A file of another package has neither, so that its package's
 * tests and the programs of its module are offered. Undefined: the person backed out. @throws ProblemError where there is nothing to run
 */
export async function fileConfiguration(file: vscode.Uri, inputs: LaunchInputs): Promise<vscode.DebugConfiguration | undefined> {
  const { fsPath } = file;
  if (isGoTestFile(fsPath)) return testsConfiguration(fsPath, inputs);
  const { packageName } = await goHeadOf(fsPath);
  return packageName === 'main' ? programConfiguration(fsPath, inputs) : instead(file, packageName, inputs);
}

function programConfiguration(program: string, inputs: LaunchInputs): vscode.DebugConfiguration {
  return { ...COMMON, name: `Go: ${path.basename(program)}`, mode: 'debug', program, cwd: inputs.cwd, ...givenInputs(inputs) };
}

/** Tests run in their package's folder, as `go test` has it; arguments of programs are none for them. */
function testsConfiguration(program: string, { env }: Pick<LaunchInputs, 'env'>): vscode.DebugConfiguration {
  return { ...COMMON, name: `Tests: ${path.basename(program)}`, mode: 'test', program, ...givenInputs({ env }) };
}

/** One test, sub-test or benchmark. */
export function testConfiguration({ fileName }: vscode.TextDocument, { name, kind, id }: TestItem, env: Readonly<Record<string, string>>): vscode.DebugConfiguration {
  const chosen = kind === 'benchmark' ? benchmarkOnly(id) : { run: id };
  return { ...COMMON, name: `Test: ${name}`, mode: 'test', program: path.dirname(fileName), ...chosen, ...givenInputs({ env }) };
}

/** `go test` runs tests beside a benchmark unless it is told not to. */
export function benchmarkOnly(bench: string): { run: string; bench: string } {
  return { run: '^$', bench };
}

/** What can run of a file that is no program itself; asked when that is several things. */
async function instead(file: vscode.Uri, packageName: string, inputs: LaunchInputs): Promise<vscode.DebugConfiguration | undefined> {
  const folder = path.dirname(file.fsPath);
  const root = vscode.workspace.getWorkspaceFolder(file)?.uri ?? vscode.Uri.file(folder);
  const [hasTests, programs] = await Promise.all([hasGoTests(folder), mainPackages(root)]);
  const choices = [
    ...(hasTests ? [{ label: `$(beaker) Tests of package ${packageName}`, description: shown(root, folder), configuration: testsConfiguration(folder, inputs) }] : []),
    ...programs.map((program) => ({ label: `$(play) ${path.basename(program)}`, description: shown(root, program), configuration: programConfiguration(program, inputs) })),
  ];
  if (choices.length === 0) {
    throw new ProblemError({
      code: 'go-nothing-to-run', message: `${path.basename(file.fsPath)} is in package ${packageName || 'without a name'}, which is no program and has no tests.`,
      why: 'Only a main package or tests can be debugged: open one of those, or say in a launch.json what is debugged.', remedies: [],
    });
  }
  if (choices.length === 1) return choices[0].configuration;
  const title = `${path.basename(file.fsPath)} is no program: what is debugged?`;
  return (await vscode.window.showQuickPick(choices, { title, placeHolder: 'Tests of its package, or a program of the folder', matchOnDescription: true }))?.configuration;
}

function shown(root: vscode.Uri, folder: string): string {
  return path.relative(root.fsPath, folder) || '.';
}

/** What a new launch.json begins with: the package in front, and the programs of the folder. */
export async function initialConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
  return [
    { ...COMMON, name: 'Go: Package of the Current File', mode: 'debug', program: '${fileDirname}' }, ...(await programsOf(folder)),
    { ...COMMON, name: 'Go: Tests of the Package', mode: 'test', program: '${fileDirname}' },
  ];
}

/** What is offered under the debugger's name in the list of configurations. */
export async function offeredConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
  const active = vscode.window.activeTextEditor?.document;
  const isGo = active?.languageId === 'go' && active.uri.scheme === 'file';
  const isMain = isGo && !isGoTestFile(active.fileName) && (await goHeadOf(active.fileName)).packageName === 'main';
  return [
    ...(isMain ? [{ ...COMMON, name: 'Go: Package of the Current File', mode: 'debug', program: '${fileDirname}' }] : []),
    ...(isGo && testsOf(active).length > 0 ? [{ ...COMMON, name: 'Go: Test at the Cursor', mode: 'test', program: '${fileDirname}', run: '${command:TestAtCursor}' }] : []),
    ...(isGo && (await hasGoTests(path.dirname(active.fileName))) ? [{ ...COMMON, name: 'Go: Tests of the Package', mode: 'test', program: '${fileDirname}' }] : []),
    ...(await programsOf(folder)),
    { type: TYPE, request: 'attach', name: 'Go: Attach to a Process', mode: 'local', processId: '${command:PickProcess}' },
    { type: TYPE, request: 'attach', name: 'Go: Attach to a Server', mode: 'remote', host: '127.0.0.1', port: 2345 },
  ];
}

async function programsOf(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
  if (!folder) return [];
  return (await mainPackages(folder.uri)).map((program) => {
    const place = shown(folder.uri, program).split(path.sep).join('/');
    return { ...COMMON, name: `Go: Program ${place === '.' ? folder.name : place}`, mode: 'debug', program: place === '.' ? '${workspaceFolder}' : `\${workspaceFolder}/${place}`, cwd: '${workspaceFolder}' };
  });
}
