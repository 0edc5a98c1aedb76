import path from 'node:path';
import * as vscode from 'vscode';
import { formatQuantity } from '../core/quantities.ts';
import { readManifest, RUN_EXTENSION } from '../profilers/run.ts';
import type { ViewName } from '../protocol/viewer.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { log } from './log.ts';
import type { Problems } from './problems.ts';
import { openViewer, PROFILE_EDITOR, type ProfileVerb } from './profileVerb.ts';
import type { RunStore, StoredRun } from './runStore.ts';

/** What the commands work on. The views are named by what is asked of them, for this layer knows no views. */
export interface CommandParts {
  readonly verb: ProfileVerb;
  readonly store: RunStore;
  readonly active: ActiveProfile;
  readonly problems: Problems;
  readonly heat: { toggle(): Promise<void>; toggleMetric(): Promise<void> };
  readonly runs: { selection(clicked?: StoredRun, all?: readonly StoredRun[]): readonly StoredRun[] };
  readonly editor: { reveal(uri: vscode.Uri, func: number, view: ViewName): Promise<void> };
}

type Handler = (...args: never[]) => unknown;

/** Every command of package.json and what it does; a test holds the two lists together. */
function handlers(parts: CommandParts): Record<string, Handler> {
  const { verb, store, active, problems, heat, runs, editor } = parts;
  return {
    'heatline.profileFile': (uri?: vscode.Uri, options?: { profiler?: string }) => verb.profile(uri, { profiler: options?.profiler }),
    'heatline.profileFileWith': (uri?: vscode.Uri) => verb.profile(uri, { ask: true }),
    'heatline.stop': () => verb.stop(),
    'heatline.openProfile': (uri?: vscode.Uri) => openProfile(uri, active, problems),
    'heatline.openRun': (run?: StoredRun) => openRuns(runs.selection(run), active, problems),
    'heatline.runAgain': async (run?: StoredRun | vscode.Uri) => {
      const manifest = run instanceof vscode.Uri ? await readManifest(run.fsPath) : runs.selection(run)[0]?.manifest;
      if (manifest) await verb.profile(undefined, { profiler: manifest.profiler, target: manifest.target });
    },
    'heatline.deleteRun': (run?: StoredRun, all?: StoredRun[]) => deleteRuns(runs.selection(run, all), store, active),
    'heatline.revealRun': (run?: StoredRun) => runs.selection(run).map(({ file }) => vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(file))),
    'heatline.toggleHeat': () => heat.toggle(),
    'heatline.toggleMetric': () => heat.toggleMetric(),
    'heatline.clearHeat': () => active.clear(),
    'heatline.chooseEvent': () => chooseEvent(active),
    'heatline.showFunction': (uri: string, func: number) => editor.reveal(vscode.Uri.parse(uri), func, 'functions'),
    'heatline.showLog': () => log().show(),
  };
}

export function registerCommands(parts: CommandParts): vscode.Disposable {
  const registrations = Object.entries(handlers(parts)).map(([id, handler]) => vscode.commands.registerCommand(id, handler as (...args: unknown[]) => unknown));
  return vscode.Disposable.from(...registrations);
}

/** Opens a profile from a file: as a viewer, and its heat in the editors. */
async function openProfile(invokedOn: vscode.Uri | undefined, active: ActiveProfile, problems: Problems): Promise<void> {
  const uri = invokedOn ?? (await vscode.window.showOpenDialog({ title: 'Open Profile', openLabel: 'Open Profile', canSelectMany: false }))?.[0];
  if (!uri) return;
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Reading ${path.basename(uri.fsPath)}` }, () => active.show(uri),
    );
  } catch (error) {
    await problems.show(error);
    return;
  }
  await vscode.commands.executeCommand('vscode.openWith', uri, PROFILE_EDITOR, { preview: false });
}

async function openRuns(selected: readonly StoredRun[], active: ActiveProfile, problems: Problems): Promise<void> {
  const run = selected[0];
  if (!run) return;
  try {
    await active.show(vscode.Uri.file(run.file));
    await openViewer(vscode.Uri.file(run.file));
  } catch (error) {
    await problems.show(error);
  }
}

async function deleteRuns(selected: readonly StoredRun[], store: RunStore, active: ActiveProfile): Promise<void> {
  if (selected.length === 0) return;
  const what = selected.length === 1 ? `the run of ${path.basename(selected[0].manifest.target.file)}` : `${selected.length} runs`;
  const choice = await vscode.window.showWarningMessage(`Delete ${what} and what was recorded?`, { modal: true, detail: 'This cannot be undone.' }, 'Delete');
  if (choice !== 'Delete') return;
  for (const run of selected) {
    if (active.profile?.uri.fsPath === run.file) active.clear();
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs)
      .filter((tab) => tab.input instanceof vscode.TabInputCustom && tab.input.uri.fsPath === run.file && run.file.endsWith(RUN_EXTENSION));
    await vscode.window.tabGroups.close(tabs);
    await store.delete(run);
  }
}

async function chooseEvent(active: ActiveProfile): Promise<void> {
  const { profile, event } = active;
  if (!profile || !event) {
    void vscode.window.showInformationMessage('There is no profile to choose an event of. Profile a file, or open a profile.');
    return;
  }
  const items = profile.session.overview.events.map((info, index) => ({
    label: info.label, description: formatQuantity(info.total, info.unit), picked: index === event.index, index,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: 'Heat and numbers by', placeHolder: 'Choose an event' });
  if (chosen) active.chooseEvent(profile, chosen.index);
}
