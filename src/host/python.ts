import * as vscode from 'vscode';
import { log } from './log.ts';
import { targetSettings } from './settings.ts';

/** The part of the Python extension's API that we use (ms-python.python, `environments`). */
interface PythonApi {
  readonly environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(environment: { readonly path: string }): Promise<{ readonly executable?: { readonly uri?: vscode.Uri } } | undefined>;
  };
}

/** The interpreter that the Python extension has selected for this file; undefined without the extension or a selection. */
async function selectedInterpreter(file: vscode.Uri): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
  if (!extension) return undefined;
  try {
    const api = await extension.activate();
    if (!api?.environments) return undefined;
    const environment = await api.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath(file));
    return environment?.executable?.uri?.fsPath;
  } catch (error) {
    log().warn(`The Python extension did not tell its interpreter: ${String(error)}`);
    return undefined;
  }
}

/** The interpreter for programs of a file or folder: the setting's, else the one that the Python extension has selected; undefined when neither says. */
export async function pythonInterpreter(scope: vscode.Uri): Promise<readonly string[] | undefined> {
  const found = targetSettings(scope).pythonPath || (await selectedInterpreter(scope));
  return found ? [found] : undefined;
}
