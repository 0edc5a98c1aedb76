import * as vscode from 'vscode';
import { log } from '../log.ts';
import type { StartFailure } from './hostedSession.ts';
import { isWritten, openConfiguration } from './launchJson.ts';

const SHOW_LOG = 'Show Log';
const CHOOSE_INTERPRETER = 'Choose Interpreter';
const OPEN_CONFIGURATION = 'Open launch.json';

/** Problems that another interpreter mends. */
const OF_INTERPRETER = /^pdb-(?:no-python|python-\w+|start|no-helper)$/;
/** The person stopped the start. */
const CANCELLED = 'pdb-cancelled';

/** Says why a session did not start, with the ways out. Resolves when the person has chosen one, or has closed the message. */
export async function showStartFailure({ code, text }: StartFailure, configuration: vscode.DebugConfiguration, folder: vscode.WorkspaceFolder | undefined): Promise<void> {
  if (code === CANCELLED) return;
  const { name } = configuration;
  log().error(`[${code || 'debug'}] ${name}: ${text}`);
  // The program's own words below the first line are for the log; a message has room for a sentence or two.
  const [first, ...rest] = text.split('\n');
  const actions = [...(OF_INTERPRETER.test(code) ? [CHOOSE_INTERPRETER] : []), ...(isWritten(name, folder) ? [OPEN_CONFIGURATION] : []), SHOW_LOG];
  const last = rest.filter((line) => line.trim() !== '').at(-1);
  const choice = await vscode.window.showErrorMessage([first, last].filter(Boolean).join(' '), ...actions);
  if (choice === SHOW_LOG) log().show(true);
  else if (choice === OPEN_CONFIGURATION) await openConfiguration(name, folder);
  else if (choice === CHOOSE_INTERPRETER) await chooseInterpreter();
}

/** The Python extension's own list where it is installed, else our setting. */
async function chooseInterpreter(): Promise<void> {
  if (vscode.extensions.getExtension('ms-python.python')) await vscode.commands.executeCommand('python.setInterpreter');
  else await vscode.commands.executeCommand('workbench.action.openSettings', 'heatline.python.path');
}
