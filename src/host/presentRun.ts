import * as vscode from 'vscode';
import { targetTitle } from '../profilers/commandLine.ts';
import type { LineCost } from '../protocol/engine.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { lineText, type OpenProfile } from './profiles.ts';
import type { StoredRun } from './runStore.ts';
import { openViewerSetting } from './settings.ts';
import { isProfileEditor, PROFILE_EDITOR } from './viewers.ts';

/** What "profile" came to, for whoever invoked the command from code. */
export interface ProfileOutcome {
  /** The run's file, to be opened again. */
  readonly run: string;
  readonly profiler: string;
  readonly event: string;
  readonly unit: string;
  readonly total: number;
  readonly exitCode: number | null;
  /** The costliest lines by self cost. */
  readonly top: readonly (LineCost & { readonly text: string })[];
}

/** Heat and viewer for a finished run, and a word when the program failed. */
export async function presentRun(run: StoredRun, active: ActiveProfile): Promise<ProfileOutcome> {
  const uri = vscode.Uri.file(run.file);
  const profile = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'Reading the profile' }, () => active.show(uri));
  await openViewer(uri);
  const { exitCode, signal, stopped, target } = run.manifest;
  const name = targetTitle(target);
  if (!stopped && (signal || exitCode !== 0)) {
    const ended = signal ? `was ended by ${signal}` : exitCode === null ? 'ended in an unknown way' : `ended with exit code ${exitCode}`;
    void vscode.window.showWarningMessage(`${name} ${ended}. Its profile was kept.`, 'Show Terminal').then((choice) => {
      if (choice) void vscode.commands.executeCommand('workbench.action.terminal.focus');
    });
  }
  return outcomeOf(run, profile, active);
}

async function outcomeOf(run: StoredRun, profile: OpenProfile, active: ActiveProfile): Promise<ProfileOutcome> {
  const { overview } = profile.session;
  const event = active.eventOf(profile);
  const lines = overview.events.length > 0 ? await profile.session.ask('hottestLines', { event, count: 10 }) : [];
  const top = await Promise.all(lines.map(async (line) => {
    const file = await profile.sources.locate(line.file);
    return { ...line, file: file ?? line.file, text: file ? await lineText(file, line.line) : '' };
  }));
  return {
    run: run.file, profiler: run.manifest.profiler, event: overview.events[event]?.name ?? '', unit: overview.events[event]?.unit ?? 'count',
    total: overview.events[event]?.total ?? 0, exitCode: run.manifest.exitCode, top,
  };
}

/** Opens the viewer where the person wants it. */
export async function openViewer(uri: vscode.Uri): Promise<void> {
  const where = openViewerSetting();
  if (where === 'never') return;
  const viewColumn = where === 'beside' ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  const open = vscode.window.tabGroups.all.flatMap((group) => group.tabs).find((tab) => tab.input instanceof vscode.TabInputCustom && isProfileEditor(tab.input.viewType));
  await vscode.commands.executeCommand('vscode.openWith', uri, PROFILE_EDITOR, {
    // Viewers gather in one group instead of splitting the window with every run.
    viewColumn: where === 'beside' && open ? open.group.viewColumn : viewColumn, preserveFocus: where === 'beside', preview: false,
  });
}
