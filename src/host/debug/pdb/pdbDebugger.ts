import path from 'node:path';
import * as vscode from 'vscode';
import { namesAbove } from '../../../debug/pythonNames.ts';
import type { RunningProcess } from '../../../profilers/processList.ts';
import { identifyFile } from '../../../profilers/target.ts';
import type { TestItem } from '../../../profilers/tests/testItem.ts';
import { activeUri } from '../../currentFile.ts';
import type { LaunchInputs } from '../../launchInputs.ts';
import { pythonInterpreter } from '../../python.ts';
import { debugSettings } from '../../settings.ts';
import { givenInputs, type Debugger, type InlineSession, type WayOut } from '../debugger.ts';
import { initialConfigurations, offeredConfigurations, TYPE } from './configurations.ts';

/** Problems that another interpreter mends. */
const OF_INTERPRETER = /^pdb-(?:no-python|python-\w+|start|no-helper)$/;
const CHOOSE_INTERPRETER: WayOut = { label: 'Choose Interpreter', run: chooseInterpreter };

/** Python, with pdb. */
export class PdbDebugger implements Debugger {
  readonly type = TYPE;
  readonly language = 'python';
  readonly title = 'Python';
  readonly ending = '.py';
  readonly whereTestsAre = 'Put the cursor into a test function of a test_x.py or x_test.py file.';
  readonly initialConfigurations = initialConfigurations;
  readonly offeredConfigurations = offeredConfigurations;
  readonly namesAbove = namesAbove;

  /** `helper`: the folder of the Python helper. */
  constructor(private readonly helper: string) {}

  async newSession(): Promise<InlineSession> {
    const { PdbSession } = await import('../../../debug/pdb/session.ts');
    return new PdbSession({ helper: this.helper });
  }

  /** With what it is profiled with. */
  async fileConfiguration(file: vscode.Uri, inputs: LaunchInputs): Promise<vscode.DebugConfiguration> {
    return { type: TYPE, request: 'launch', name: `Python: ${path.basename(file.fsPath)}`, program: file.fsPath, cwd: inputs.cwd, ...givenInputs(inputs) };
  }

  testConfiguration(document: vscode.TextDocument, item: TestItem, env: Readonly<Record<string, string>>): vscode.DebugConfiguration {
    return {
      type: TYPE, request: 'launch', name: `Test: ${item.name}`, pytest: [this.testName(document, item)],
      cwd: vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? path.dirname(document.fileName), ...givenInputs({ env }),
    };
  }

  /** pytest's node id. */
  testName({ fileName }: vscode.TextDocument, { id }: TestItem): string {
    return `${fileName}::${id}`;
  }

  /** A child's session has it from its parent. */
  defaults(configuration: vscode.DebugConfiguration, scope: vscode.Uri | undefined): Record<string, unknown> {
    const { console, ...common } = debugSettings(scope);
    const defaults: Record<string, unknown> = configuration.request === 'launch' ? { console, ...common } : common;
    // "console": "ipdb" says which debugger.
    if (configuration.console === 'ipdb') delete defaults.debugger;
    return defaults;
  }

  async complete(given: vscode.DebugConfiguration, folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration> {
    const configuration = { ...given };
    if (configuration.request === 'launch') {
      const program = typeof configuration.program === 'string' && configuration.program !== '' ? configuration.program : undefined;
      configuration.cwd ||= folder?.uri.fsPath ?? (program && path.isAbsolute(program) ? path.dirname(program) : undefined);
      const file = program === undefined ? undefined : path.resolve(configuration.cwd as string | undefined ?? '', program);
      if (!isSet(configuration.python)) configuration.python = await interpreterFor(file, folder);
    } else if (!isSet(configuration.python) && configuration.via === undefined) {
      configuration.python = await interpreterFor(undefined, folder);
    }
    if (configuration.python === undefined) delete configuration.python;
    return configuration;
  }

  suits({ command }: RunningProcess): boolean {
    return /(^|\/)(python|pypy)[\d.]*(\s|$)/.test(command);
  }

  waysOut(code: string): readonly WayOut[] {
    return OF_INTERPRETER.test(code) ? [CHOOSE_INTERPRETER] : [];
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** The setting's or the selected interpreter, else that of the program's #! line; undefined leaves it to PATH. */
async function interpreterFor(file: string | undefined, folder: vscode.WorkspaceFolder | undefined): Promise<readonly string[] | undefined> {
  const scope = file === undefined ? folder?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri ?? activeUri() : vscode.Uri.file(file);
  const chosen = scope && (await pythonInterpreter(scope));
  if (chosen || file === undefined) return chosen;
  return (await identifyFile(file).catch(() => undefined))?.interpreter;
}

/** The Python extension's own list where it is installed, else our setting. */
async function chooseInterpreter(): Promise<void> {
  if (vscode.extensions.getExtension('ms-python.python')) await vscode.commands.executeCommand('python.setInterpreter');
  else await vscode.commands.executeCommand('workbench.action.openSettings', 'heatline.python.path');
}
