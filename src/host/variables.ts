import * as vscode from 'vscode';
import { ProblemError } from '../profilers/problem.ts';
import type { NamedFolder, VariableSources } from '../profilers/variables.ts';
import { activeUri } from './currentFile.ts';

/** An entry of `inputs` in launch.json or tasks.json. */
interface InputEntry {
  readonly id?: unknown;
  readonly type?: unknown;
  readonly description?: unknown;
  readonly default?: unknown;
  readonly password?: unknown;
  readonly options?: unknown;
  readonly command?: unknown;
  readonly args?: unknown;
}

/** What `${...}` in a configuration means now. `inputs` are those of the configuration's file. */
export function variableSources(folder: vscode.WorkspaceFolder | undefined, inputs: readonly unknown[]): VariableSources {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(named);
  const editor = vscode.window.activeTextEditor;
  const uri = activeUri();
  return {
    folder: folder ? named(folder) : folders[0], folders, file: uri?.scheme === 'file' ? uri.fsPath : undefined, env: process.env,
    line: editor ? editor.selection.active.line + 1 : undefined, selectedText: editor?.document.getText(editor.selection),
    config: (name) => vscode.workspace.getConfiguration(undefined, folder?.uri).get(name),
    command: (name) => runCommand(name, []),
    input: (id) => askInput(id, inputs.find((each) => (each as InputEntry | null)?.id === id) as InputEntry | undefined),
  };
}

function named({ name, uri }: vscode.WorkspaceFolder): NamedFolder {
  return { name, path: uri.fsPath };
}

async function runCommand(name: string, args: readonly unknown[]): Promise<string | undefined> {
  let answer: unknown;
  try {
    answer = await vscode.commands.executeCommand<unknown>(name, ...args);
  } catch (error) {
    throw new ProblemError({ code: 'variable-command-failed', message: `\${command:${name}} gave no value.`, why: error instanceof Error ? error.message : String(error), remedies: [] });
  }
  return typeof answer === 'string' ? answer : undefined;
}

async function askInput(id: string, input: InputEntry | undefined): Promise<string | undefined> {
  const prompt = typeof input?.description === 'string' ? input.description : id;
  const standard = typeof input?.default === 'string' ? input.default : undefined;
  switch (input?.type) {
    case 'promptString':
      return vscode.window.showInputBox({ title: id, prompt, value: standard, password: input.password === true, ignoreFocusOut: true });
    case 'pickString': {
      const options = (Array.isArray(input.options) ? input.options : []).flatMap((option: unknown) => {
        const { label, value } = (typeof option === 'string' ? { label: option, value: option } : option ?? {}) as { label?: unknown; value?: unknown };
        return typeof value === 'string' ? [{ label: typeof label === 'string' ? label : value, description: value === standard ? 'default' : undefined, value }] : [];
      });
      options.sort((a, b) => Number(b.value === standard) - Number(a.value === standard));
      return (await vscode.window.showQuickPick(options, { title: id, placeHolder: prompt, ignoreFocusOut: true }))?.value;
    }
    case 'command':
      return runCommand(String(input.command), input.args === undefined ? [] : [input.args]);
    default:
      throw new ProblemError({ code: 'unknown-input', message: `\${input:${id}} is not described.`, why: 'Add it to "inputs" beside the configurations, with type promptString, pickString or command.', remedies: [] });
  }
}
