import path from 'node:path';
import * as vscode from 'vscode';
import type { SubstitutePath } from '../../../debug/delve/configuration.ts';
import type { LostSources } from '../../../debug/delve/surroundings.ts';
import { startAgain } from '../startAgain.ts';

const KEY = 'delve.sources';
const CHOOSE = 'Choose Folder';

interface FolderItem extends vscode.QuickPickItem {
  readonly folder?: string;
}

/** Where the sources of programs are that were built elsewhere, as the person has chosen; remembered in the workspace for each debug configuration. */
export class ChosenSources {
  constructor(private readonly memory: vscode.Memento) {}

  /** The rules for a configuration that says none itself. */
  rules({ name, substitutePath }: vscode.DebugConfiguration): readonly SubstitutePath[] | undefined {
    return substitutePath === undefined ? this.memory.get<Record<string, readonly SubstitutePath[]>>(KEY, {})[name] : undefined;
  }

  /** Asks where the sources are, and starts again with them. */
  async ask(session: vscode.DebugSession, lost: LostSources): Promise<void> {
    const message = `The program${lost.module ? ` ${lost.module}` : ''} was built in ${lost.folder}. Where are its sources here? Without them breakpoints in them are not hit.`;
    if ((await vscode.window.showWarningMessage(message, CHOOSE)) !== CHOOSE) return;
    const from = await chooseFolder(session, lost);
    if (from === undefined) return;
    await this.memory.update(KEY, { ...this.memory.get<Record<string, readonly SubstitutePath[]>>(KEY, {}), [session.configuration.name]: [{ from, to: lost.folder }] });
    await vscode.debug.stopDebugging(session);
    await startAgain(session.configuration, session.workspaceFolder);
  }
}

async function chooseFolder({ workspaceFolder }: vscode.DebugSession, { folder, candidates }: LostSources): Promise<string | undefined> {
  if (candidates.length > 0) {
    const items: FolderItem[] = [...candidates.map((each) => ({ label: path.basename(each), description: each, folder: each })), { label: '$(folder-opened) Another Folder...' }];
    const chosen = await vscode.window.showQuickPick(items, { title: `Where are the sources of ${folder}?`, ignoreFocusOut: true });
    if (!chosen || chosen.folder !== undefined) return chosen?.folder;
  }
  const [picked] = (await vscode.window.showOpenDialog({
    title: `Where are the sources of ${folder}?`, openLabel: 'Choose', canSelectFolders: true, canSelectFiles: false, ...(workspaceFolder ? { defaultUri: workspaceFolder.uri } : {}),
  })) ?? [];
  return picked?.fsPath;
}
