import { open } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { FORMATS } from '../formats/index.ts';
import { readManifest, RUN_EXTENSION } from '../profilers/run.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { log } from './log.ts';
import { asProfiles } from './profileParts.ts';

/** Custom editor that shows profiles: the default one of names that can be nothing else, and the one offered for names other tools own. */
export const PROFILE_EDITOR = 'heatline.profile';
export const OTHER_PROFILE_EDITOR = 'heatline.otherProfile';

/** Bytes that tell whether a file is text. */
const HEAD = 4096;

export function isProfileEditor(viewType: string): boolean {
  return viewType === PROFILE_EDITOR || viewType === OTHER_PROFILE_EDITOR;
}

/** The viewer that is offered for a file of this name. */
function editorFor(uri: vscode.Uri): string {
  const name = path.basename(uri.fsPath);
  const isClaimed = [`*${RUN_EXTENSION}`, ...FORMATS.flatMap(({ names }) => names)].some((glob) => path.matchesGlob(name, glob));
  return isClaimed ? PROFILE_EDITOR : OTHER_PROFILE_EDITOR;
}

/** The profile in front, in whichever editor group is active. */
export function frontProfile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && isProfileEditor(input.viewType) ? input.uri : undefined;
}

/** Opens files as profiles, several that are parts of one together, and shows the heat of the last. The viewers tell what is wrong. */
export async function openFiles(files: readonly vscode.Uri[], active: ActiveProfile): Promise<void> {
  for (const uri of asProfiles(files)) {
    await vscode.commands.executeCommand('vscode.openWith', uri, editorFor(uri), { preview: false });
    // The viewer reads the same profile and shows why when it cannot.
    await active.show(uri).catch((error: unknown) => log().warn(`no heat of ${uri.fsPath}: ${String(error)}`));
  }
}

/** Shows what is in a profile's file as text, in the viewer's place. Of a run that is what was recorded, if that is text. */
export async function reopenAsText(uri: vscode.Uri): Promise<void> {
  await replaceEditor(uri, vscode.Uri.file(await textOf(uri.fsPath)), 'default');
}

/** Shows a file that is open as text in the viewer instead. */
export async function reopenAsProfile(uri: vscode.Uri): Promise<void> {
  await replaceEditor(uri, uri, editorFor(uri));
}

async function textOf(file: string): Promise<string> {
  if (!file.endsWith(RUN_EXTENSION)) return file;
  const recorded = (await readManifest(file).catch(() => undefined))?.recording?.files[0];
  const raw = recorded === undefined ? undefined : path.join(path.dirname(file), recorded);
  return raw !== undefined && (await isText(raw)) ? raw : file;
}

async function isText(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
      return !buffer.subarray(0, bytesRead).includes(0);
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

/** Opens `to` with an editor where `from` is open, and closes that. */
async function replaceEditor(from: vscode.Uri, to: vscode.Uri, editor: string): Promise<void> {
  const group = vscode.window.tabGroups.all.find((each) => each.isActive && holds(each.activeTab, from)) ?? vscode.window.tabGroups.all.find((each) => each.tabs.some((tab) => holds(tab, from)));
  const before = group?.tabs.filter((tab) => holds(tab, from)) ?? [];
  await vscode.commands.executeCommand('vscode.openWith', to, editor, { viewColumn: group?.viewColumn, preview: false });
  // VS Code may have replaced them itself.
  const left = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter((tab) => before.includes(tab) && !(editor === 'default' ? isTextTab(tab) : isProfileTab(tab)));
  if (left.length > 0) await vscode.window.tabGroups.close(left);
}

function holds(tab: vscode.Tab | undefined, uri: vscode.Uri): boolean {
  const input = tab?.input;
  return (input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText) && input.uri.toString() === uri.toString();
}

function isTextTab({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputText;
}

function isProfileTab({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputCustom && isProfileEditor(input.viewType);
}
