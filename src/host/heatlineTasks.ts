import * as vscode from 'vscode';
import { sendSignal } from '../profilers/process.ts';
import { identityOf } from '../profilers/processIdentity.ts';
import { taskWords, type HeatlineTaskDefinition } from '../profilers/taskDefinition.ts';
import type { ActiveProfile } from './activeProfile.ts';
import { activeUri } from './currentFile.ts';
import { log } from './log.ts';
import { presentRun } from './presentRun.ts';
import type { Problems } from './problems.ts';
import { pythonInterpreter } from './python.ts';
import type { Running, RunningProfile } from './running.ts';
import type { RunStore, StoredRun } from './runStore.ts';
import { buildSettings, optionSettings } from './settings.ts';
import { workspaceFolder } from './targets/program.ts';

const TASK_TYPE = 'heatline';

/** Milliseconds between two looks for the run of a task that has started. */
const LOOK = 500;

interface Started {
  readonly pid: number;
  readonly at: number;
  readonly profile: RunningProfile;
}

/** Tasks of type `heatline` in tasks.json: they profile in a terminal of their own, and their runs open like any other. */
export class HeatlineTasks implements vscode.Disposable, vscode.TaskProvider {
  private readonly started = new Map<vscode.TaskExecution, Started>();
  private readonly listeners: vscode.Disposable[];

  /** `program` is the bundled program that runs in the terminal. */
  constructor(
    private readonly program: string, private readonly buildCache: string, private readonly store: RunStore, private readonly active: ActiveProfile,
    private readonly problems: Problems, private readonly running: Running,
  ) {
    this.listeners = [
      vscode.tasks.registerTaskProvider(TASK_TYPE, this),
      vscode.tasks.onDidStartTaskProcess(({ execution, processId }) => isOurs(execution) && this.start(execution, processId)),
      vscode.tasks.onDidEndTaskProcess(({ execution }) => void this.end(execution)),
    ];
  }

  /** One that can be run as it is, and be configured to become another. */
  async provideTasks(): Promise<vscode.Task[]> {
    if (!vscode.workspace.isTrusted || activeUri()?.scheme !== 'file') return [];
    const definition: HeatlineTaskDefinition = { type: TASK_TYPE, program: '${file}' };
    return [await this.taskOf({ ...definition }, vscode.workspace.workspaceFolders?.[0] ?? vscode.TaskScope.Workspace, 'Profile the current file')];
  }

  /** Makes a task of tasks.json one that runs. */
  async resolveTask(task: vscode.Task): Promise<vscode.Task | undefined> {
    if (!vscode.workspace.isTrusted) return undefined;
    return this.taskOf(task.definition, task.scope ?? vscode.TaskScope.Workspace, task.name);
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  private async taskOf(definition: vscode.TaskDefinition, scope: vscode.WorkspaceFolder | vscode.TaskScope, name: string): Promise<vscode.Task> {
    const folder = typeof scope === 'object' ? scope.uri.fsPath : workspaceFolder();
    const where = vscode.Uri.file(folder);
    const words = taskWords(definition as unknown as HeatlineTaskDefinition, { folder, runs: this.store.folder, python: (await pythonInterpreter(where))?.[0] });
    const owner = await identityOf(process.pid);
    const settings = { options: optionSettings(where), build: buildSettings(where), cacheFolder: this.buildCache, owner };
    // In the definition's own folder, which the program changes to by itself: where a folder is missing, the program says so.
    const execution = new vscode.ProcessExecution(process.execPath, [this.program, ...words], { cwd: folder, env: { ELECTRON_RUN_AS_NODE: '1', HEATLINE_TASK: JSON.stringify(settings) } });
    const task = new vscode.Task(definition, scope, name, 'heatline', execution, []);
    task.presentationOptions = { echo: false };
    return task;
  }

  private start(execution: vscode.TaskExecution, pid: number): void {
    // Its program hands the interrupt on to the profiler, and keeps what there is.
    const profile = { title: execution.task.name, stop: async () => void sendSignal(pid, 'SIGINT') };
    const started = { pid, at: Date.now(), profile };
    this.started.set(execution, started);
    this.running.add(profile);
    void this.showRecording(execution, started);
  }

  /** The run is there once its program is built: then the list shows it. */
  private async showRecording(execution: vscode.TaskExecution, started: Started): Promise<void> {
    while (this.started.has(execution)) {
      if (await this.runOf(started)) return this.store.refresh();
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  private async end(execution: vscode.TaskExecution): Promise<void> {
    const started = this.started.get(execution);
    if (!started) return;
    this.started.delete(execution);
    this.running.delete(started.profile);
    this.store.refresh();
    // Without one, the terminal has said why.
    const run = await this.runOf(started);
    if (!run?.manifest.recording) return;
    log().info(`the task ${execution.task.name} left ${run.file}`);
    await presentRun(run, this.active).catch((error: unknown) => this.problems.show(error));
  }

  private async runOf({ pid, at }: Started): Promise<StoredRun | undefined> {
    // Process ids come again, after a while.
    return (await this.store.list()).find(({ manifest }) => manifest.recorder === pid && manifest.startedAt > at - 60_000);
  }
}

function isOurs({ task }: vscode.TaskExecution): boolean {
  return task.definition.type === TASK_TYPE;
}
