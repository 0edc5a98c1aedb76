import path from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../../profilers/problem.ts';
import { identifyFile } from '../../profilers/target.ts';
import { activeUri, currentFile, languageIdOf } from '../currentFile.ts';
import type { LaunchMemory } from '../launchInputs.ts';
import type { Problems } from '../problems.ts';
import { pythonInterpreter } from '../python.ts';
import { debugSettings } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { fileConfiguration, initialConfigurations, TYPE } from './newConfigurations.ts';

/** Completes debug configurations: from nothing at all (F5 on a Python file) to one of launch.json that leaves out the usual. */
export class PdbConfigurations implements vscode.DebugConfigurationProvider {
  constructor(private readonly memory: LaunchMemory, private readonly problems: Problems) {}

  provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    return initialConfigurations(folder);
  }

  /** Before variables are replaced. Undefined starts nothing: why was shown. */
  resolveDebugConfiguration(folder: vscode.WorkspaceFolder | undefined, given: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    return this.orSay(async () => {
      await requireTrust();
      const isEmpty = !given.type && !given.request && !given.name;
      const configuration = isEmpty ? { ...given, ...fileConfiguration(await currentPythonFile(), this.memory) } : { ...given, type: given.type || TYPE };
      return withDefaults(configuration, folder?.uri ?? activeUri());
    });
  }

  /** After variables were replaced: what needs the real paths. */
  resolveDebugConfigurationWithSubstitutedVariables(folder: vscode.WorkspaceFolder | undefined, given: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    return this.orSay(async () => {
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
    });
  }

  private async orSay(make: () => Promise<vscode.DebugConfiguration>): Promise<vscode.DebugConfiguration | undefined> {
    try {
      return await make();
    } catch (error) {
      // The message waits for a click; the start does not.
      void this.problems.show(error);
      return undefined;
    }
  }
}

/** The Python file in front, saved. @throws ProblemError when there is none */
export async function currentPythonFile(invokedOn?: unknown): Promise<vscode.Uri> {
  const uri = invokedOn instanceof vscode.Uri ? invokedOn : activeUri();
  const isPython = uri && (languageIdOf(uri) === 'python' || /\.pyw?$/i.test(uri.path));
  if (!isPython) {
    throw new ProblemError({
      code: 'no-python-file', message: uri ? `${path.posix.basename(uri.path)} is no Python file.` : 'There is no file to debug.', why: 'Open a Python file, or say in a launch.json what is debugged.', remedies: [],
    });
  }
  return currentFile(uri, 'debug');
}

/** What the configuration leaves out, from the settings. A child's session has it from its parent. */
function withDefaults(configuration: vscode.DebugConfiguration, scope: vscode.Uri | undefined): vscode.DebugConfiguration {
  const { console, ...common } = debugSettings(scope);
  const defaults: Record<string, unknown> = configuration.request === 'launch' ? { console, ...common } : common;
  // "console": "ipdb" says which debugger.
  if (configuration.console === 'ipdb') delete defaults.debugger;
  return { ...defaults, ...Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== undefined)) } as vscode.DebugConfiguration;
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
