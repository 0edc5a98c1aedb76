import path from 'node:path';
import * as vscode from 'vscode';
import { forPlatform, isProfilable, launchTarget, type LaunchConfiguration } from '../../profilers/launchConfigurations.ts';
import { ProblemError } from '../../profilers/problem.ts';
import type { Target } from '../../profilers/target.ts';
import { substitute } from '../../profilers/variables.ts';
import { pythonInterpreter } from '../python.ts';
import { variableSources } from '../variables.ts';
import type { TargetSource } from './targetSource.ts';

interface Entry {
  readonly configuration: LaunchConfiguration;
  /** Absent for entries of the user's settings and of the workspace file. */
  readonly folder?: vscode.WorkspaceFolder;
  readonly inputs: readonly unknown[];
  /** Where it stands, for a person. */
  readonly place: string;
}

/** The launch configurations of launch.json: what F5 debugs can be profiled as it is. */
export const launchConfigurationSource: TargetSource = {
  id: 'launch', label: '$(rocket) Launch Configuration...', detail: 'What F5 starts: program, arguments and environment from launch.json.',
  async choose(name) {
    const all = launchEntries();
    const wanted = name === undefined ? all : all.filter(({ configuration }) => configuration.name === name);
    if (wanted.length === 0) throw nothingOf(name);
    const entry = name !== undefined && wanted.length === 1 ? wanted[0] : await ask(wanted);
    return entry && targetOf(entry);
  },
  nameOf: ({ title }) => title,
};

/** Entries that can be profiled, folder by folder. */
function launchEntries(): Entry[] {
  const file = vscode.workspace.workspaceFile;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const entries = folders.flatMap((folder) => {
    const values = vscode.workspace.getConfiguration('launch', folder.uri);
    // In a window of one folder, that folder's values are the workspace's.
    const own = (name: string): unknown => values.inspect(name)?.workspaceFolderValue ?? (file ? undefined : values.inspect(name)?.workspaceValue);
    return entriesOf(own('configurations'), own('inputs'), folders.length > 1 ? folder.name : '', folder);
  });
  const values = vscode.workspace.getConfiguration('launch');
  const [list, inputs] = [values.inspect('configurations'), values.inspect('inputs')];
  return [
    ...entries, ...(file ? entriesOf(list?.workspaceValue, inputs?.workspaceValue, path.basename(file.fsPath)) : []), ...entriesOf(list?.globalValue, inputs?.globalValue, 'user settings'),
  ];
}

function entriesOf(list: unknown, inputs: unknown, place: string, folder?: vscode.WorkspaceFolder): Entry[] {
  return (Array.isArray(list) ? list : []).filter(isProfilable).map((configuration) => ({ configuration, folder, place, inputs: Array.isArray(inputs) ? inputs : [] }));
}

async function ask(entries: readonly Entry[]): Promise<Entry | undefined> {
  const items = entries.map((entry) => {
    const { name, type, program, module } = entry.configuration;
    return { label: name, description: [type, entry.place].filter(Boolean).join(' · '), detail: typeof module === 'string' ? `-m ${module}` : typeof program === 'string' ? program : undefined, entry };
  });
  return (await vscode.window.showQuickPick(items, { title: 'Profile a launch configuration', placeHolder: 'Choose a configuration', matchOnDescription: true, matchOnDetail: true }))?.entry;
}

async function targetOf({ configuration, folder, inputs }: Entry): Promise<Target> {
  const sources = variableSources(folder, inputs);
  const base = sources.folder?.path ?? process.cwd();
  // The name is the person's: ${file} in it is no variable.
  const { name } = configuration;
  const resolved = { ...(await substitute(relevant(forPlatform(configuration)), sources)), name };
  return launchTarget(resolved, { folder: base, file: sources.file, interpreter: async () => (await pythonInterpreter(vscode.Uri.file(base))) ?? ['python3'] });
}

/** Only what decides the run: other values may hold variables that mean something to the debugger alone. */
function relevant(configuration: LaunchConfiguration): LaunchConfiguration {
  const names = [
    'name', 'type', 'request', 'mode', 'program', 'module', 'args', 'cwd', 'env', 'envFile', 'environment', 'python', 'pythonPath', 'pythonArgs', 'purpose', 'buildFlags', 'preLaunchTask',
  ];
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => names.includes(name))) as LaunchConfiguration;
}

function nothingOf(name: string | undefined): ProblemError {
  return new ProblemError(name === undefined
    ? { code: 'no-launch', message: 'There is no launch configuration that can be profiled.', why: 'Add one to .vscode/launch.json that launches a Python, Go or native program (python, debugpy, go, cppdbg or lldb).', remedies: [] }
    : { code: 'no-launch', message: `There is no launch configuration ${name} that can be profiled.`, why: 'It may have another name in launch.json now, or start no Python, Go or native program.', remedies: [] });
}
