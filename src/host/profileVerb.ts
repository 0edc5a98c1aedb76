import path from 'node:path';
import * as vscode from 'vscode';
import { targetTitle } from '../profilers/commandLine.ts';
import { finishRun } from '../profilers/finishRun.ts';
import { profilerById } from '../profilers/index.ts';
import type { OptionValue } from '../profilers/options.ts';
import { prepareRun } from '../profilers/prepare.ts';
import { ProblemError } from '../profilers/problem.ts';
import { requireProcess } from '../profilers/processTarget.ts';
import type { Profiler, ProfilerContext } from '../profilers/profiler.ts';
import type { RunManifest } from '../profilers/run.ts';
import { isLaunched, kindOf, type Target } from '../profilers/target.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { currentFile } from './currentFile.ts';
import { fileTarget, programOf, scopeOf } from './fileTarget.ts';
import type { LaunchMemory } from './launchInputs.ts';
import { log } from './log.ts';
import type { MachineWatch } from './machineWatch.ts';
import { presentRun, type ProfileOutcome } from './presentRun.ts';
import type { Problems } from './problems.ts';
import { noProfiler, ProfilerPicker, type ProfilerChoice } from './profilerPicker.ts';
import { BACK } from './quickPick.ts';
import { Recording } from './recorder.ts';
import type { Running, RunningProfile } from './running.ts';
import type { RunStore, StoredRun } from './runStore.ts';
import { buildSettings, profilerOptions, targetSettings } from './settings.ts';
import type { TargetName, TargetPicker } from './targetPicker.ts';
import { runTasksBefore } from './tasksBefore.ts';
import { requireTrust } from './trust.ts';

export interface ProfileRequest {
  /** Any target, not the current file: asked for where it is not named. */
  readonly from?: TargetName;
  /** Ask for profiler and options first; for a file also for arguments, directory and environment. */
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

type Progress = vscode.Progress<{ message: string }>;

/** The main job: from a target to its profile, heat and viewer. */
export class ProfileVerb {
  private readonly picker: ProfilerPicker;

  constructor(
    private readonly places: Places, private readonly store: RunStore, private readonly memory: LaunchMemory,
    private readonly active: ActiveProfile, private readonly problems: Problems, private readonly running: Running, private readonly targets: TargetPicker,
    private readonly watch: MachineWatch,
  ) {
    this.picker = new ProfilerPicker(memory, problems, (target, signal) => this.contextOf(target, undefined, signal));
  }

  get onDidChangeRunning(): vscode.Event<void> {
    return this.running.onDidChange;
  }

  get recordings(): readonly RunningProfile[] {
    return this.running.list;
  }

  /** Profiles a target and shows the result. Problems are shown to the person; the outcome is undefined then. */
  async profile(invokedOn: unknown, request: ProfileRequest = {}): Promise<ProfileOutcome | undefined> {
    for (let next = request; ;) {
      try {
        await requireTrust();
        this.problems.clear();
        const chosen = await this.choose(invokedOn, next);
        if (!chosen) return undefined;
        const { target, profiler, options } = chosen;
        // Whatever goes wrong from here on can be tried with another profiler.
        next = { target, profiler: profiler.id, options };
        const run = await vscode.window.withProgress(
          { location: vscode.ProgressLocation.Notification, title: `Profiling ${targetTitle(target)}`, cancellable: true },
          (progress, token) => this.record(target, profiler, options, progress, token),
        );
        return await presentRun(run, this.active);
      } catch (error) {
        const instead = await this.problems.show(error);
        if (!instead) return undefined;
        next = { ...next, profiler: instead, options: undefined };
      }
    }
  }

  /** Stops what is recording; asks which when there are several. */
  async stop(): Promise<void> {
    const { recordings } = this;
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
    const { pythonFolder, agent } = this.places;
    return { read: profilerOptions(scope, options), pythonFolder, agent, log: (line) => log().info(line) };
  }

  private async choose(invokedOn: unknown, request: ProfileRequest): Promise<(ProfilerChoice & { readonly target: Target }) | undefined> {
    for (;;) {
      const target = request.target ?? (request.from ? await this.targets.choose(request.from) : await this.currentTarget(invokedOn));
      if (!target) return undefined;
      const canGoBack = request.from !== undefined && request.from.source === undefined;
      const choice = await this.chooseProfiler(target, request, canGoBack);
      if (choice === BACK) continue;
      if (!choice) return undefined;
      const isFile = !request.target && !request.from && kindOf(target) === 'file';
      if (!isFile || !(request.ask || targetSettings(scopeOf(target)).ask)) return { ...choice, target };
      const inputs = await this.memory.askInputs(scopeOf(target));
      return inputs && { ...choice, target: { ...target, ...inputs } };
    }
  }

  private async chooseProfiler(target: Target, request: ProfileRequest, canGoBack: boolean): Promise<ProfilerChoice | typeof BACK | undefined> {
    const { profiler: id, options = {} } = request;
    if (id === undefined) {
      if (request.ask || (request.from && !request.options)) return this.picker.choose(target, canGoBack);
      const profiler = this.memory.profiler(target);
      if (!profiler) throw noProfiler(target);
      return { profiler, options };
    }
    const profiler = profilerById(id);
    if (profiler && profiler.suits(target) > 0) return { profiler, options };
    throw new ProblemError({ code: 'profiler-does-not-apply', message: `The profiler ${id} does not apply to ${targetTitle(target)}.`, why: 'Choose another one.', remedies: [] });
  }

  private async currentTarget(invokedOn: unknown): Promise<Target> {
    const uri = await programOf(await currentFile(invokedOn));
    return fileTarget(uri, this.memory.inputs(uri));
  }

  private contextOf(target: Target, options: ProfileRequest['options'], signal: AbortSignal): ProfilerContext {
    return { ...this.context(scopeOf(target), options), signal };
  }

  private async record(target: Target, profiler: Profiler, options: ProfileRequest['options'], progress: Progress, token: vscode.CancellationToken): Promise<StoredRun> {
    const abort = new AbortController();
    const cancelBuild = token.onCancellationRequested(() => abort.abort(new vscode.CancellationError()));
    const context = this.contextOf(target, options, abort.signal);
    const scope = scopeOf(target);
    if (target.pid !== undefined) requireProcess(target.pid);
    await runTasksBefore(target, token, (name) => progress.report({ message: `running the task ${name}` }));
    const { file, manifest, plan } = await prepareRun(target, profiler, {
      context, options, runsFolder: this.store.folder, step: (message) => progress.report({ message }),
      build: { settings: buildSettings(scope), cacheFolder: this.places.buildCache, log: context.log, signal: abort.signal },
      save: (kept, content) => this.store.save({ file: kept, manifest: content }),
    });
    const { startedAt } = manifest;
    cancelBuild.dispose();
    log().info(`${plan.cwd}> ${plan.command.join(' ')}`);
    const recording = await Recording.start(plan, path.dirname(file), profiler, targetTitle(target), this.places.launcher, scope);
    const machine = this.watch.duringRun();
    this.running.add(recording);
    const stops = isLaunched(target) ? 'stops the program and keeps the profile' : 'ends it with the profile so far';
    const tick = () => progress.report({ message: `${Math.round((Date.now() - startedAt) / 1000)} s with ${profiler.label}; cancel ${stops}` });
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
    }
    const { status } = end;
    const finished: RunManifest = {
      ...manifest, startedAt: status?.startedAt ?? startedAt, endedAt: status?.endedAt ?? Date.now(), exitCode: status?.code ?? null,
      signal: status?.signal ?? null, stopped: end.stopped, notes: [...manifest.notes, ...shortages],
    };
    progress.report({ message: 'reading the profile' });
    const save = (kept: RunManifest) => this.store.save({ file, manifest: kept });
    return { file, manifest: await finishRun(file, finished, profiler, { ...context, signal: undefined }, status?.error, save) };
  }
}
