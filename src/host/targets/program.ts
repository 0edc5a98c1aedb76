import { stat } from 'node:fs/promises';
import os from 'node:os';
import * as vscode from 'vscode';
import { commandTarget } from '../../profilers/commandTarget.ts';
import { joinWords, splitWords } from '../../profilers/words.ts';
import { pickOrType } from '../pickOrType.ts';
import { pythonInterpreter } from '../python.ts';
import type { Recent } from '../recent.ts';
import type { TargetSource } from './targetSource.ts';

const QUESTION = 'program';

/** A command and where it runs. */
interface Command {
  readonly line: string;
  readonly cwd: string;
}

/** Any program with its arguments, as one would type it into a terminal. */
export function programSource(recent: Recent): TargetSource {
  return {
    id: 'program', label: '$(terminal) Program...', detail: 'An executable or a command line with its arguments, in a folder of your choice.',
    async choose(name) {
      const last = recent.list<Command>(QUESTION);
      const command = name === undefined ? await ask(last) : last.find(({ line }) => line === name) ?? { line: name, cwd: workspaceFolder() };
      if (!command) return undefined;
      const { cwd } = command;
      const target = await commandTarget(splitWords(command.line), { cwd, python: await pythonInterpreter(vscode.Uri.file(cwd)) });
      await recent.add(QUESTION, command);
      return target;
    },
    // What was chosen last stands first.
    nameOf: () => recent.list<Command>(QUESTION)[0]?.line,
  };
}

async function ask(last: readonly Command[]): Promise<Command | undefined> {
  const chosen = await pickOrType<Command | 'file'>({
    title: 'Profile a program', placeholder: 'Type a program with its arguments', verb: 'Run',
    last: last.map((command) => ({ label: command.line, description: command.cwd, value: command })),
    more: [{ label: '$(folder-opened) Choose File...', alwaysShow: true, value: 'file' }],
    parse(text) {
      if (splitWords(text).length === 0) throw new Error('Name a program.');
      return { line: text, cwd: '' };
    },
  });
  if (chosen === undefined || (chosen !== 'file' && chosen.cwd)) return chosen as Command | undefined;
  const line = chosen === 'file' ? await askFile() : chosen.line;
  const cwd = line === undefined ? undefined : await askFolder(last[0]?.cwd);
  return line === undefined || cwd === undefined ? undefined : { line, cwd };
}

/** A file, and then its arguments, as one line. */
async function askFile(): Promise<string | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ title: 'Profile a program', openLabel: 'Profile', defaultUri: vscode.Uri.file(workspaceFolder()) })) ?? [];
  if (!file) return undefined;
  const args = await vscode.window.showInputBox({ title: 'Profile a program', prompt: 'Arguments of the program', placeHolder: 'none', ignoreFocusOut: true, validateInput: wrongWords });
  return args === undefined ? undefined : `${joinWords([file.fsPath])} ${args}`.trim();
}

function askFolder(last: string | undefined): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Profile a program', prompt: 'Working directory', value: last ?? workspaceFolder(), ignoreFocusOut: true,
    validateInput: async (value) => ((await stat(value).then((info) => info.isDirectory(), () => false)) ? undefined : `${value || 'The empty path'} is not a folder.`),
  });
}

/** The first folder of the workspace, else the person's own. */
export function workspaceFolder(): string {
  return vscode.workspace.workspaceFolders?.[0].uri.fsPath ?? os.homedir();
}

function wrongWords(line: string): string | undefined {
  try {
    splitWords(line);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
