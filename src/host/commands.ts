import * as vscode from 'vscode';
import { formatQuantity } from '../core/quantities.ts';
import { targetTitle } from '../profilers/commandLine.ts';
import { readManifest, RUN_EXTENSION } from '../profilers/run.ts';
import type { ViewName } from '../protocol/viewer.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { checkTools } from './checkTools.ts';
import type { ClickedCall, Debugging } from './debug/debugging.ts';
import { toggleSystemGoroutines } from './debug/delve/systemGoroutines.ts';
import type { ClickedValue } from './debug/wholeValue.ts';
import { exportProfile, type ExportAnswers } from './exportProfile.ts';
import { log } from './log.ts';
import type { Problems } from './problems.ts';
import type { OpenedFile, OpenedFiles } from './openedFiles.ts';
import { openViewer } from './presentRun.ts';
import type { ProfileRequest, ProfileVerb } from './profileVerb.ts';
import type { Profiles } from './profiles.ts';
import type { RunStore, StoredRun } from './runStore.ts';
import { testAt } from './tests.ts';
import { frontProfile, openFiles, reopenAsProfile, reopenAsText } from './viewers.ts';

/** What the commands work on. The views are named by what is asked of them, for this layer knows no views. */
export interface CommandParts {
  readonly verb: ProfileVerb;
  readonly store: RunStore;
  readonly active: ActiveProfile;
  readonly problems: Problems;
  readonly heat: { toggle(): Promise<void>; toggleMetric(): Promise<void> };
  readonly profiles: Profiles;
  readonly opened: OpenedFiles;
  readonly debugging: Debugging;
  readonly runs: {
    selection(clicked?: RunsItem, all?: readonly RunsItem[]): readonly StoredRun[];
    selectedFiles(clicked?: RunsItem, all?: readonly RunsItem[]): readonly OpenedFile[];
  };
  readonly editor: { reveal(uri: vscode.Uri, func: number, view: ViewName): Promise<void> };
}

/** What a keybinding may say beforehand: the target by its source and name, the profiler and its options. What is absent is asked. */
export interface ProfileFrom extends Pick<ProfileRequest, 'profiler' | 'options'> {
  readonly source?: string;
  readonly name?: string;
}

/** What stands in the list of runs. */
export type RunsItem = StoredRun | OpenedFile | OpenedGroup;

/** The row above the opened files. */
export interface OpenedGroup {
  readonly group: 'opened';
}

type Handler = (...args: never[]) => unknown;

/** Every command of package.json and what it does; a test holds the two lists together. */
function handlers(parts: CommandParts): Record<string, Handler> {
  const { verb, store, active, problems, heat, runs, editor, profiles, opened, debugging } = parts;
  return {
    'heatline.profile': (known?: ProfileFrom) => verb.profile(undefined, { from: { source: known?.source, name: known?.name }, profiler: known?.profiler, options: known?.options }),
    'heatline.profileFile': (uri?: vscode.Uri, options?: { profiler?: string }) => verb.profile(uri, { profiler: options?.profiler }),
    'heatline.profileFileWith': (uri?: vscode.Uri) => verb.profile(uri, { ask: true }),
    'heatline.profileTest': async (uri?: vscode.Uri, line?: number, options?: { profiler?: string }) => {
      try {
        return await verb.profile(undefined, { target: await testAt(uri, line), profiler: options?.profiler });
      } catch (error) {
        await problems.show(error);
        return undefined;
      }
    },
    'heatline.stop': () => verb.stop(),
    'heatline.openProfile': (uri?: vscode.Uri, all?: vscode.Uri[]) => openProfile(all?.length ? all : uri ? [uri] : undefined, active),
    'heatline.openAsProfile': (uri?: vscode.Uri, all?: vscode.Uri[]) => openProfile(all?.length ? all : uri ? [uri] : undefined, active),
    'heatline.openFile': (file?: OpenedFile) => openFiles(runs.selectedFiles(file).map(({ uri }) => uri), active),
    'heatline.forgetFile': (file?: OpenedFile, all?: RunsItem[]) => opened.remove(runs.selectedFiles(file, all).map(({ uri }) => uri)),
    'heatline.reopenAsText': (uri?: vscode.Uri) => reopen(uri ?? frontProfile(), reopenAsText),
    'heatline.reopenAsProfile': (uri?: vscode.Uri) => reopen(uri ?? vscode.window.activeTextEditor?.document.uri, reopenAsProfile),
    'heatline.exportProfile': (item?: vscode.Uri | RunsItem, answers?: ExportAnswers) => exportProfile(uriOf(item), profiles, active, problems, answers),
    'heatline.openRun': (run?: StoredRun) => openRuns(runs.selection(run), active, problems),
    'heatline.runAgain': async (run?: StoredRun | vscode.Uri) => {
      const manifest = run instanceof vscode.Uri ? await readManifest(run.fsPath) : runs.selection(run)[0]?.manifest;
      if (manifest) await verb.profile(undefined, { profiler: manifest.profiler, target: manifest.target, options: manifest.options });
    },
    'heatline.deleteRun': async (run?: RunsItem, all?: RunsItem[]) => {
      // Asked before anything changes: while the list is drawn anew nothing is selected.
      const [files, recorded] = [runs.selectedFiles(run, all), runs.selection(run, all)];
      // Files that were only opened are the person's own: they leave the list and stay on disk.
      await opened.remove(files.map(({ uri }) => uri));
      await deleteRuns(recorded, store, active);
    },
    'heatline.revealRun': (item?: RunsItem) => [...runs.selection(item).map(({ file }) => vscode.Uri.file(file)), ...runs.selectedFiles(item).map(({ uri }) => uri.with({ query: '' }))]
      .map((uri) => vscode.commands.executeCommand('revealFileInOS', uri)),
    'heatline.toggleHeat': () => heat.toggle(),
    'heatline.toggleMetric': () => heat.toggleMetric(),
    'heatline.clearHeat': () => active.clear(),
    'heatline.chooseEvent': () => chooseEvent(active),
    'heatline.showFunction': (uri: string, func: number) => editor.reveal(vscode.Uri.parse(uri), func, 'functions'),
    'heatline.checkTools': () => checkTools(verb.context(), () => debugging.check(), problems),
    'heatline.showLog': () => log().show(),
    'heatline.debugFile': (uri?: vscode.Uri) => debugging.debugFile(uri),
    'heatline.debugTest': (uri?: vscode.Uri, line?: number) => debugging.debugTest(uri, line),
    'heatline.debug.pickProcess': (configuration?: unknown) => debugging.pickProcess(configuration),
    'heatline.debug.testAtCursor': (configuration?: unknown) => debugging.testAtCursor(configuration),
    'heatline.debug.showWholeValue': (clicked?: ClickedValue) => debugging.showWholeValue(clicked),
    'heatline.debug.toggleSystemGoroutines': (clicked?: ClickedCall) => toggleSystemGoroutines(debugging.session(clicked)),
    'heatline.debug.showHexadecimal': () => debugging.toggleHexadecimal(),
    'heatline.debug.showDecimal': () => debugging.toggleHexadecimal(),
  };
}

export function registerCommands(parts: CommandParts): vscode.Disposable {
  const registrations = Object.entries(handlers(parts)).map(([id, handler]) => vscode.commands.registerCommand(id, handler as (...args: unknown[]) => unknown));
  return vscode.Disposable.from(...registrations);
}

/** Endings that are offered in the file dialog. Many profiles have none: all files come first. */
const ENDINGS = [
  'heatline', 'heatline-samples', 'heatline-memory', 'python-memory', 'pprof', 'pb', 'gz', 'prof', 'heap', 'pstats', 'json', 'cpuprofile', 'xml', 'austin', 'folded', 'collapsed', 'strace', 'ltrace', 'data', 'out', 'txt', 'csv', 'log',
];

/** Opens files as profiles, each in a viewer; asks which when none is given. */
async function openProfile(invokedOn: readonly vscode.Uri[] | undefined, active: ActiveProfile): Promise<void> {
  const files = invokedOn ?? (await vscode.window.showOpenDialog({
    title: 'Open Profile (several files may be parts of one)', openLabel: 'Open Profile', canSelectMany: true, filters: { 'All files': ['*'], Profiles: ENDINGS },
  }));
  if (files) await openFiles(files, active);
}

async function reopen(uri: vscode.Uri | undefined, how: (uri: vscode.Uri) => Promise<void>): Promise<void> {
  if (uri) await how(uri);
  else void vscode.window.showInformationMessage('There is nothing to reopen here. Choose the editor of a profile first.');
}

/** What a command was invoked on, as a URI; undefined when that names no profile. */
function uriOf(item: vscode.Uri | RunsItem | undefined): vscode.Uri | undefined {
  if (item === undefined || item instanceof vscode.Uri) return item;
  if ('uri' in item) return item.uri;
  return 'file' in item ? vscode.Uri.file(item.file) : undefined;
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
  const what = selected.length === 1 ? `the run of ${targetTitle(selected[0].manifest.target)}` : `${selected.length} runs`;
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
  const chosen = await vscode.window.showQuickPick(items, { title: 'Heat and numbers by', placeHolder: 'Choose an event', ignoreFocusOut: true });
  if (chosen) active.chooseEvent(profile, chosen.index);
}
