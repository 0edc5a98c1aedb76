import path from 'node:path';
import * as vscode from 'vscode';
import type { ActiveProfile } from '../host/activeProfile.ts';
import type { ProfileVerb } from '../host/profileVerb.ts';
import type { RunStore, StoredRun } from '../host/runStore.ts';

/** The list of runs, the newest first. */
export class RunsTree implements vscode.TreeDataProvider<StoredRun>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<StoredRun>;
  private readonly listeners: vscode.Disposable[];

  constructor(private readonly store: RunStore, private readonly active: ActiveProfile, private readonly verb: ProfileVerb) {
    this.view = vscode.window.createTreeView('heatline.runs', { treeDataProvider: this, canSelectMany: true });
    const refresh = () => this.changed.fire();
    this.listeners = [store.onDidChange(refresh), active.onDidChange(refresh), verb.onDidChangeRunning(refresh)];
  }

  getChildren(element?: StoredRun): Promise<StoredRun[]> {
    return element ? Promise.resolve([]) : this.store.list();
  }

  getTreeItem(run: StoredRun): vscode.TreeItem {
    const { manifest } = run;
    const item = new vscode.TreeItem(path.basename(manifest.target.file));
    const recording = manifest.endedAt === 0 && this.verb.recordings.length > 0;
    const shown = this.active.profile?.uri.fsPath === run.file;
    item.id = run.file;
    item.description = [manifest.profilerLabel, seconds(run), ago(manifest.startedAt), outcome(run, recording)].filter(Boolean).join(' · ');
    item.iconPath = recording ? new vscode.ThemeIcon('loading~spin')
      : manifest.recording ? new vscode.ThemeIcon('flame', shown ? new vscode.ThemeColor('charts.orange') : undefined)
        : new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.tooltip = new vscode.MarkdownString().appendText([
      manifest.target.file, `${manifest.profilerLabel}, ${new Date(manifest.startedAt).toLocaleString()}`, manifest.command.join(' '),
      ...(manifest.failure ? [manifest.failure] : []), ...manifest.notes,
    ].join('\n\n'));
    item.contextValue = recording ? 'recording' : manifest.recording ? 'run' : 'failedRun';
    item.accessibilityInformation = { label: `${path.basename(manifest.target.file)}, ${item.description}` };
    if (manifest.recording) item.command = { title: 'Open', command: 'heatline.openRun', arguments: [run] };
    return item;
  }

  /** The selected runs, or the one a menu was opened on. */
  selection(clicked?: StoredRun, all?: readonly StoredRun[]): readonly StoredRun[] {
    if (all?.length) return all;
    return clicked ? [clicked] : this.view.selection;
  }

  dispose(): void {
    for (const disposable of [...this.listeners, this.view, this.changed]) disposable.dispose();
  }
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
