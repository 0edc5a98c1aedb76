import * as vscode from 'vscode';
import { isWritten } from './launchJson.ts';

/** Starts a configuration another time: as it stands in launch.json now where it is written there. */
export async function startAgain(configuration: vscode.DebugConfiguration, folder: vscode.WorkspaceFolder | undefined): Promise<boolean> {
  return vscode.debug.startDebugging(folder, isWritten(configuration.name, folder) ? configuration.name : configuration);
}
