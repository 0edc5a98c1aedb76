import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Profiler } from '../profilers/profiler.ts';
import { profilersFor } from '../profilers/index.ts';
import { kindOf, type TargetTraits } from '../profilers/target.ts';
import { targetSettings } from './settings.ts';
import { joinWords, splitWords } from '../profilers/words.ts';

/** What a program is started with; remembered for each file once a person has typed it. */
export interface LaunchInputs {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const INPUTS_KEY = 'launchInputs';
const PROFILER_KEY = 'profilerByTarget';

/** Arguments, working directory, environment and profiler: from what was typed last for this file, else from the settings. */
export class LaunchMemory {
  constructor(private readonly memory: vscode.Memento) {}

  inputs(file: vscode.Uri): LaunchInputs {
    const typed = this.memory.get<Record<string, LaunchInputs>>(INPUTS_KEY, {})[file.fsPath];
    if (typed) return typed;
    const settings = targetSettings(file);
    const folder = vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath ?? path.dirname(file.fsPath);
    const cwd = settings.cwd ? path.resolve(folder, expand(settings.cwd, file, folder)) : folder;
    return { args: settings.args.map((arg) => expand(arg, file, folder)), cwd, env: settings.env };
  }

  /** The profiler chosen last for targets of this language and kind if it still applies, else the best; undefined when none applies. */
  profiler(target: TargetTraits): Profiler | undefined {
    const fitting = profilersFor(target);
    const chosen = this.memory.get<Record<string, string>>(PROFILER_KEY, {})[traitsKey(target)];
    return fitting.find(({ id }) => id === chosen) ?? fitting[0];
  }

  async rememberProfiler(target: TargetTraits, id: string): Promise<void> {
    await this.memory.update(PROFILER_KEY, { ...this.memory.get<Record<string, string>>(PROFILER_KEY, {}), [traitsKey(target)]: id });
  }

  /** Asks for arguments, working directory and environment, showing the last ones; undefined when the person backed out. */
  async askInputs(file: vscode.Uri): Promise<LaunchInputs | undefined> {
    const last = this.inputs(file);
    const title = `Profile ${path.basename(file.fsPath)}`;
    const args = await vscode.window.showInputBox({
      title: `${title} (1/3)`, prompt: 'Arguments of the program', placeHolder: 'none', value: joinWords(last.args), ignoreFocusOut: true,
      validateInput: (value) => complaint(() => splitWords(value)),
    });
    if (args === undefined) return undefined;
    const cwd = await vscode.window.showInputBox({
      title: `${title} (2/3)`, prompt: 'Working directory', value: last.cwd, ignoreFocusOut: true,
      validateInput: async (value) => ((await isFolder(value)) ? undefined : `${value || 'The empty path'} is not a folder.`),
    });
    if (cwd === undefined) return undefined;
    const env = await vscode.window.showInputBox({
      title: `${title} (3/3)`, prompt: 'Environment variables, NAME=value apart by blanks', placeHolder: 'none beside the usual ones', ignoreFocusOut: true,
      value: joinWords(Object.entries(last.env).map(([name, value]) => `${name}=${value}`)),
      validateInput: (value) => complaint(() => parseEnvironment(value)),
    });
    if (env === undefined) return undefined;
    const inputs: LaunchInputs = { args: splitWords(args), cwd, env: parseEnvironment(env) };
    await this.memory.update(INPUTS_KEY, { ...this.memory.get<Record<string, LaunchInputs>>(INPUTS_KEY, {}), [file.fsPath]: inputs });
    return inputs;
  }
}

function traitsKey(target: TargetTraits): string {
  return `${target.language} ${kindOf(target)}`;
}

/** `NAME=value` words as a record. Throws an Error for a word of another form. */
export function parseEnvironment(line: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const word of splitWords(line)) {
    const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
    if (!match) throw new Error(`${word} is not of the form NAME=value.`);
    env[match[1]] = match[2];
  }
  return env;
}

/** The variables that people expect in such settings. */
function expand(value: string, file: vscode.Uri, folder: string): string {
  return value
    .replaceAll('${workspaceFolder}', folder)
    .replaceAll('${file}', file.fsPath)
    .replaceAll('${fileDirname}', path.dirname(file.fsPath))
    .replace(/\$\{env:(\w+)\}/g, (_, name: string) => process.env[name] ?? '');
}

function complaint(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function isFolder(value: string): Promise<boolean> {
  return stat(value).then((info) => info.isDirectory(), () => false);
}
