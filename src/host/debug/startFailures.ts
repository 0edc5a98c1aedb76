import * as vscode from 'vscode';
import type { Remedy } from '../../profilers/problem.ts';
import { log } from '../log.ts';
import { openWay } from '../remedies.ts';
import type { WayOut } from './debugger.ts';
import type { StartFailure } from './hostedSession.ts';
import { isWritten, openConfiguration } from './launchJson.ts';
import { startAgain } from './startAgain.ts';

const SHOW_LOG: WayOut = { label: 'Show Log', run: async () => log().show(true) };
const OPEN_CONFIGURATION: WayOut = { label: 'Open launch.json', run: ({ name }, folder) => openConfiguration(name, folder) };

/** The person stopped the start. */
const CANCELLED = /-cancelled$/;

/** Says why a session did not start, with the ways out: those that mend just this first. Resolves when the person has chosen one, or has closed the message. */
export async function showStartFailure({ code, text, remedies }: StartFailure, mending: readonly WayOut[], configuration: vscode.DebugConfiguration, folder: vscode.WorkspaceFolder | undefined): Promise<void> {
  if (CANCELLED.test(code)) return;
  const { name } = configuration;
  log().error(`[${code || 'debug'}] ${name}: ${text}`);
  // The program's own words below the first line are for the log; a message has room for a sentence or two.
  const [first, ...rest] = text.split('\n');
  const ways = [...remedies.flatMap(wayOf), ...mending, ...(isWritten(name, folder) ? [OPEN_CONFIGURATION] : []), SHOW_LOG];
  const last = rest.filter((line) => line.trim() !== '').at(-1);
  const choice = await vscode.window.showErrorMessage([first, last].filter(Boolean).join(' '), ...ways.map(({ label }) => label));
  await ways.find(({ label }) => label === choice)?.run(configuration, folder);
}

/** A way out that the adapter named; once it has mended what was missing, the same is started again. */
function wayOf(remedy: Remedy): WayOut[] {
  if (remedy.kind === 'profiler') return [];
  return [{
    label: remedy.label,
    run: async (configuration, folder) => (await openWay(remedy)) && startAgain(configuration, folder),
  }];
}
