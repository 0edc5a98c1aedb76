import path from 'node:path';
import * as vscode from 'vscode';
import type { ActiveProfile } from '../host/activeProfile.ts';
import type { OpenedGroup, RunsItem } from '../host/commands.ts';
import { filesOfDrop } from '../host/dropped.ts';
import type { OpenedFile, OpenedFiles } from '../host/openedFiles.ts';
import { profileFiles } from '../host/profileParts.ts';
import type { ProfileVerb } from '../host/profileVerb.ts';
import { targetTitle } from '../profilers/commandLine.ts';
import type { RunStore, StoredRun } from '../host/runStore.ts';

const OPENED: OpenedGroup = { group: 'opened' };

interface DropTarget {
  /** Opens files as profiles. */
  open(files: readonly vscode.Uri[]): Promise<void>;
  /** Where files are kept that are dropped without a place of their own. */
  readonly dropFolder: vscode.Uri;
}

/** The list of runs, the newest first, and below them the profiles that were opened from files. Files can be dropped on it. */
export class RunsTree implements vscode.TreeDataProvider<RunsItem>, vscode.TreeDragAndDropController<RunsItem>, vscode.Disposable {
  readonly dropMimeTypes = ['text/uri-list', 'files'];
  readonly dragMimeTypes = [];
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<RunsItem>;
  private readonly listeners: vscode.Disposable[];

  constructor(
    private readonly store: RunStore, private readonly opened: OpenedFiles, private readonly active: ActiveProfile, private readonly verb: ProfileVerb,
    private readonly target: DropTarget,
  ) {
    this.view = vscode.window.createTreeView('heatline.runs', { treeDataProvider: this, dragAndDropController: this, canSelectMany: true });
    const refresh = () => this.changed.fire();
    this.listeners = [store.onDidChange(refresh), opened.onDidChange(refresh), active.onDidChange(refresh), verb.onDidChangeRunning(refresh)];
  }

  async getChildren(element?: RunsItem): Promise<RunsItem[]> {
    if (element) return 'group' in element ? this.opened.list() : [];
    const runs = await this.store.list();
    return this.opened.list().length > 0 ? [...runs, OPENED] : runs;
  }

  getTreeItem(element: RunsItem): vscode.TreeItem {
    if ('group' in element) {
      const item = new vscode.TreeItem('Opened Files', vscode.TreeItemCollapsibleState.Expanded);
      item.id = 'opened';
      item.contextValue = 'openedFiles';
      return item;
    }
    return 'uri' in element ? this.fileItem(element) : this.runItem(element);
  }

  async handleDrop(_: RunsItem | undefined, data: vscode.DataTransfer): Promise<void> {
    await this.target.open(await filesOfDrop(data, this.target.dropFolder));
  }

  /** The selected runs, or the one a menu was opened on. */
  selection(clicked?: RunsItem, all?: readonly RunsItem[]): readonly StoredRun[] {
    return this.chosen(clicked, all).filter((item): item is StoredRun => 'manifest' in item);
  }

  /** The selected opened files, or the one a menu was opened on. */
  selectedFiles(clicked?: RunsItem, all?: readonly RunsItem[]): readonly OpenedFile[] {
    return this.chosen(clicked, all).filter((item): item is OpenedFile => 'uri' in item);
  }

  dispose(): void {
    for (const disposable of [...this.listeners, this.view, this.changed]) disposable.dispose();
  }

  private chosen(clicked?: RunsItem, all?: readonly RunsItem[]): readonly RunsItem[] {
    if (all?.length) return all;
    return clicked ? [clicked] : this.view.selection;
  }

  private fileItem(file: OpenedFile): vscode.TreeItem {
    const item = new vscode.TreeItem(file.uri.with({ query: '' }), vscode.TreeItemCollapsibleState.None);
    const parts = profileFiles(file.uri);
    const shown = this.active.profile?.uri.toString() === file.uri.toString();
    item.id = `file ${file.uri.toString()}`;
    item.label = path.basename(parts[0]);
    item.description = [parts.length > 1 ? `${parts.length} files` : '', folderOf(file.uri), ago(file.openedAt)].filter(Boolean).join(' · ');
    item.iconPath = new vscode.ThemeIcon('graph', shown ? new vscode.ThemeColor('heatline.heat6') : undefined);
    item.tooltip = parts.join('\n');
    item.contextValue = 'openedFile';
    item.accessibilityInformation = { label: `${item.label}, ${item.description}` };
    item.command = { title: 'Open', command: 'heatline.openFile', arguments: [file] };
    return item;
  }

  private runItem(run: StoredRun): vscode.TreeItem {
    const { manifest } = run;
    const item = new vscode.TreeItem(targetTitle(manifest.target));
    const recording = manifest.endedAt === 0 && this.verb.recordings.length > 0;
    const shown = this.active.profile?.uri.fsPath === run.file;
    item.id = run.file;
    item.description = [manifest.profilerLabel, seconds(run), ago(manifest.startedAt), outcome(run, recording)].filter(Boolean).join(' · ');
    item.iconPath = recording ? new vscode.ThemeIcon('loading~spin')
      : manifest.recording ? new vscode.ThemeIcon('flame', shown ? new vscode.ThemeColor('heatline.heat6') : undefined)
        : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.tooltip = new vscode.MarkdownString().appendText([
      manifest.target.file || manifest.target.url || targetTitle(manifest.target), `${manifest.profilerLabel}, ${new Date(manifest.startedAt).toLocaleString()}`, manifest.command.join(' '),
      ...(manifest.failure ? [manifest.failure] : []), ...manifest.notes,
    ].join('\n\n'));
    item.contextValue = recording ? 'recording' : manifest.recording ? 'run' : 'failedRun';
    item.accessibilityInformation = { label: `${targetTitle(manifest.target)}, ${item.description}` };
    if (manifest.recording) item.command = { title: 'Open', command: 'heatline.openRun', arguments: [run] };
    return item;
  }
}

/** Folder of a file, from the workspace where it is in it; '' for the workspace's own. */
function folderOf(uri: vscode.Uri): string {
  const folder = vscode.workspace.asRelativePath(vscode.Uri.file(path.dirname(uri.fsPath)), false);
  return vscode.workspace.workspaceFolders?.some((each) => each.uri.fsPath === folder) ? '' : folder;
}

function seconds({ manifest }: StoredRun): string {
  return manifest.endedAt > 0 ? `${((manifest.endedAt - manifest.startedAt) / 1000).toFixed(2)} s` : '';
}

function outcome({ manifest }: StoredRun, recording: boolean): string {
  if (recording) return 'recording';
  if (!manifest.recording) return 'no profile';
  if (manifest.stopped) return 'stopped';
  if (manifest.signal) return manifest.signal;
  return manifest.exitCode === 0 ? '' : `exit code ${manifest.exitCode ?? 'unknown'}`;
}

function ago(time: number): string {
  const minutes = Math.floor((Date.now() - time) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(time).toLocaleDateString();
}
