import path from 'node:path';
import * as vscode from 'vscode';
import { targetTitle } from '../profilers/commandLine.ts';
import { finishRun } from '../profilers/finishRun.ts';
import { profilerById } from '../profilers/index.ts';
import type { OptionValue } from '../profilers/options.ts';
import { prepareRun } from '../profilers/prepare.ts';
import { ProblemError } from '../profilers/problem.ts';
import type { Profiler, ProfilerContext } from '../profilers/profiler.ts';
import { readManifest, RUN_EXTENSION, type RunManifest } from '../profilers/run.ts';
import { identifyFile, type Target } from '../profilers/target.ts';
import type { LineCost } from '../protocol/engine.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { currentFile, languageIdOf } from './currentFile.ts';
import type { LaunchMemory } from './launchInputs.ts';
import { log } from './log.ts';
import type { MachineWatch } from './machineWatch.ts';
import type { Problems } from './problems.ts';
import { lineText, type OpenProfile } from './profiles.ts';
import { selectedInterpreter } from './python.ts';
import { Recording } from './recorder.ts';
import type { RunStore, StoredRun } from './runStore.ts';
import { buildSettings, openViewerSetting, profilerOptions, targetSettings } from './settings.ts';
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

export interface ProfileRequest {
  /** Ask for profiler, arguments, directory and environment first. */
  readonly ask?: boolean;
  /** Profiler id; the remembered or best one when absent. */
  readonly profiler?: string;
  /** Run this target again as it was; the source is built afresh. */
  readonly target?: Target;
  /** Options changed for this run alone, by setting. */
  readonly options?: Readonly<Record<string, OptionValue>>;
}

interface Places {
  readonly launcher: string;
  readonly pythonFolder: string;
  readonly agent: string;
  readonly buildCache: string;
}

/** The main job: from a file to its profile, heat and viewer. */
export class ProfileVerb implements vscode.Disposable {
  private readonly running = new Set<Recording>();
  private readonly runningChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeRunning = this.runningChanged.event;

  constructor(
    private readonly places: Places, private readonly store: RunStore, private readonly memory: LaunchMemory,
    private readonly active: ActiveProfile, private readonly problems: Problems, private readonly watch: MachineWatch,
  ) {}

  get recordings(): readonly Recording[] {
    return [...this.running];
  }

  /** Profiles a file and shows the result. Problems are shown to the person; the outcome is undefined then. */
  async profile(invokedOn: unknown, request: ProfileRequest = {}): Promise<ProfileOutcome | undefined> {
    let profiler = request.profiler;
    for (;;) {
      try {
        return await this.attempt(invokedOn, { ...request, profiler });
      } catch (error) {
        profiler = await this.problems.show(error);
        if (!profiler) return undefined;
      }
    }
  }

  /** Stops what is recording; asks which when there are several. */
  async stop(): Promise<void> {
    const recordings = this.recordings;
    if (recordings.length === 0) {
      void vscode.window.showInformationMessage('Nothing is being profiled.');
      return;
    }
    const chosen = recordings.length === 1
      ? recordings[0]
      : (await vscode.window.showQuickPick(recordings.map((recording) => ({ label: recording.title, recording })), { title: 'Stop profiling' }))?.recording;
    await chosen?.stop();
  }

  /** What profilers are told here: settings of the place, with what was changed for one run. */
  context(scope?: vscode.Uri, options?: ProfileRequest['options']): ProfilerContext {
    return { read: profilerOptions(scope, options), pythonFolder: this.places.pythonFolder, agent: this.places.agent, log: (line) => log().info(line) };
  }

  dispose(): void {
    for (const recording of this.running) void recording.stop();
    this.runningChanged.dispose();
  }

  private async attempt(invokedOn: unknown, request: ProfileRequest): Promise<ProfileOutcome | undefined> {
    await requireTrust();
    this.problems.clear();
    const uri = request.target ? vscode.Uri.file(request.target.file) : await programOf(await currentFile(invokedOn));
    const chosen = await this.choose(uri, request);
    if (!chosen) return undefined;
    const { profiler } = chosen;
    const title = targetTitle(chosen.target);
    const run = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Profiling ${title}`, cancellable: true },
      (progress, token) => this.record(chosen.target, profiler, request.options, uri, title, progress, token),
    );
    return run && (await this.present(run));
  }

  private async choose(uri: vscode.Uri, request: ProfileRequest): Promise<{ target: Target; profiler: Profiler } | undefined> {
    const target = request.target ?? (await this.targetOf(uri));
    const named = request.profiler ? profilerById(request.profiler) : undefined;
    if (request.profiler && (!named || named.suits(target) === 0)) {
      throw new ProblemError({
        code: 'profiler-does-not-apply', message: `The profiler ${request.profiler} does not apply to ${path.basename(uri.fsPath)}.`,
        why: 'Choose another one.', remedies: [],
      });
    }
    const ask = request.ask || (!request.target && targetSettings(uri).ask);
    const profiler = named ?? (request.ask ? await this.memory.askProfiler(target) : this.memory.profiler(target));
    if (!profiler) return undefined;
    if (!ask || request.target) return { target, profiler };
    const inputs = await this.memory.askInputs(uri);
    return inputs && { target: { ...target, ...inputs }, profiler };
  }

  /** The current file as a target, before it is built. */
  private async targetOf(uri: vscode.Uri): Promise<Target> {
    const settings = targetSettings(uri);
    const inputs = this.memory.inputs(uri);
    if (settings.program) {
      const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? path.dirname(uri.fsPath);
      const { language } = await identifyFile(uri.fsPath, languageIdOf(uri)).catch(() => ({ language: 'native' as const }));
      // A Python file is not what a program setting is about.
      if (language !== 'python') return { language: 'native', file: uri.fsPath, program: path.resolve(folder, settings.program), ...inputs };
    }
    const identified = await identifyFile(uri.fsPath, languageIdOf(uri));
    if (identified.language !== 'python') return { ...identified, file: uri.fsPath, ...inputs };
    const interpreter = settings.pythonPath || (await selectedInterpreter(uri));
    return { language: 'python', file: uri.fsPath, interpreter: interpreter ? [interpreter] : identified.interpreter ?? ['python3'], ...inputs };
  }

  private async record(
    target: Target, profiler: Profiler, options: ProfileRequest['options'], uri: vscode.Uri, title: string, progress: vscode.Progress<{ message: string }>, token: vscode.CancellationToken,
  ): Promise<StoredRun | undefined> {
    const abort = new AbortController();
    const cancelBuild = token.onCancellationRequested(() => abort.abort(new vscode.CancellationError()));
    const context: ProfilerContext = { ...this.context(uri, options), signal: abort.signal };
    const { file, manifest, plan } = await prepareRun(target, profiler, {
      context, options, runsFolder: this.store.folder, step: (message) => progress.report({ message }),
      build: { settings: buildSettings(uri), cacheFolder: this.places.buildCache, log: context.log, signal: abort.signal },
      save: (kept, content) => this.store.save({ file: kept, manifest: content }),
    });
    const { startedAt } = manifest;
    const folder = path.dirname(file);
    cancelBuild.dispose();
    log().info(`${plan.cwd}> ${plan.command.join(' ')}`);
    const recording = await Recording.start(plan, folder, profiler, title, this.places.launcher, uri);
    const machine = this.watch.duringRun();
    this.running.add(recording);
    this.runningChanged.fire();
    const tick = () => progress.report({ message: `${Math.round((Date.now() - startedAt) / 1000)} s with ${profiler.label}; cancel stops the program and keeps the profile` });
    tick();
    const ticking = setInterval(tick, 1000);
    const cancelRun = token.onCancellationRequested(() => void recording.stop());
    let end;
    let shortages: string[] = [];
    try {
      end = await recording.end();
    } finally {
      shortages = machine.notes();
      clearInterval(ticking);
      cancelRun.dispose();
      this.running.delete(recording);
      this.runningChanged.fire();
    }
    const status = end.status;
    const finished: RunManifest = {
      ...manifest, startedAt: status?.startedAt ?? startedAt, endedAt: status?.endedAt ?? Date.now(), exitCode: status?.code ?? null,
      signal: status?.signal ?? null, stopped: end.stopped, notes: [...manifest.notes, ...shortages],
    };
    progress.report({ message: 'reading the profile' });
    const save = (kept: RunManifest) => this.store.save({ file, manifest: kept });
    return { file, manifest: await finishRun(file, finished, profiler, { ...context, signal: undefined }, status?.error, save) };
  }

  /** Heat and viewer for a finished run, and a word when the program failed. */
  private async present(run: StoredRun): Promise<ProfileOutcome> {
    const uri = vscode.Uri.file(run.file);
    const profile = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Reading the profile' }, () => this.active.show(uri),
    );
    await openViewer(uri);
    const { exitCode, signal, stopped, target } = run.manifest;
    const name = targetTitle(target);
    if (!stopped && (signal || exitCode !== 0)) {
      const ended = signal ? `was ended by ${signal}` : exitCode === null ? 'ended in an unknown way' : `ended with exit code ${exitCode}`;
      void vscode.window.showWarningMessage(`${name} ${ended}. Its profile was kept.`, 'Show Terminal').then((choice) => {
        if (choice) void vscode.commands.executeCommand('workbench.action.terminal.focus');
      });
    }
    return this.outcome(run, profile);
  }

  private async outcome(run: StoredRun, profile: OpenProfile): Promise<ProfileOutcome> {
    const { overview } = profile.session;
    const event = this.active.eventOf(profile);
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

/** In front of a viewer, "the current file" is the one that was profiled. */
async function programOf(uri: vscode.Uri): Promise<vscode.Uri> {
  return uri.path.endsWith(RUN_EXTENSION) ? vscode.Uri.file((await readManifest(uri.fsPath)).target.file) : uri;
}

async function requireTrust(): Promise<void> {
  if (vscode.workspace.isTrusted) return;
  const choice = await vscode.window.showWarningMessage(
    'Heatline runs programs only in a workspace you trust. Profiles can be viewed without.', { modal: false }, 'Manage Workspace Trust',
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
  if (!vscode.workspace.isTrusted) throw new vscode.CancellationError();
}
