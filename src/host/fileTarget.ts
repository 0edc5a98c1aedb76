import path from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../profilers/problem.ts';
import { readManifest, RUN_EXTENSION } from '../profilers/run.ts';
import { identifyFile, type Target } from '../profilers/target.ts';
import { languageIdOf } from './currentFile.ts';
import type { LaunchInputs } from './launchInputs.ts';
import { pythonInterpreter } from './python.ts';
import { targetSettings } from './settings.ts';

/** A file as a target, before it is built. @throws ProblemError when it is no program */
export async function fileTarget(uri: vscode.Uri, inputs: LaunchInputs): Promise<Target> {
  const { program } = targetSettings(uri);
  if (program) {
    const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? path.dirname(uri.fsPath);
    const { language } = await identifyFile(uri.fsPath, languageIdOf(uri)).catch(() => ({ language: 'native' as const }));
    // A Python file is not what a program setting is about.
    if (language !== 'python') return { language: 'native', file: uri.fsPath, program: path.resolve(folder, program), ...inputs };
  }
  const identified = await identifyFile(uri.fsPath, languageIdOf(uri));
  if (identified.language !== 'python') return { ...identified, file: uri.fsPath, ...inputs };
  return { language: 'python', file: uri.fsPath, interpreter: (await pythonInterpreter(uri)) ?? identified.interpreter ?? ['python3'], ...inputs };
}

/** In front of a viewer, "the current file" is the one that was profiled. */
export async function programOf(uri: vscode.Uri): Promise<vscode.Uri> {
  if (!uri.path.endsWith(RUN_EXTENSION)) return uri;
  const { file } = (await readManifest(uri.fsPath)).target;
  if (!file) throw new ProblemError({ code: 'no-file', message: 'There is no file to profile.', why: 'What this run profiled has none here. Run it again from its viewer or from the list of runs.', remedies: [] });
  return vscode.Uri.file(file);
}

/** Where settings of a target are looked up: its file, else its folder. */
export function scopeOf(target: Target): vscode.Uri {
  return vscode.Uri.file(target.file || target.cwd);
}
