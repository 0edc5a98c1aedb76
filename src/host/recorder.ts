import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { ORDER_FILE, readStatus, type LaunchOrder, type LaunchStatus } from '../profilers/launch.ts';
import { isRunning } from '../profilers/process.ts';
import { identityOf } from '../profilers/processIdentity.ts';
import type { Plan, Profiler } from '../profilers/profiler.ts';
import { stopProfiler } from '../profilers/stopping.ts';
import { log } from './log.ts';

/** Type of the tasks that run profilers. Tasks that people write are of type `heatline`; these are made for one run and never listed. */
const TASK_TYPE = 'heatline-run';

export interface RecordingEnd {
  readonly status: LaunchStatus | undefined;
  readonly stopped: boolean;
}

/**
 * Runs a plan in a terminal that the person sees and can type into, as a task, so that it has a real terminal of its own, is listed
 * among the tasks and keeps its output. `stop` ends it early with the profile so far.
 */
export class Recording {
  private stopping: Promise<void> | undefined;
  private ended = false;

  private constructor(
    readonly title: string, private readonly folder: string, private readonly profiler: Profiler,
    private readonly execution: vscode.TaskExecution, private readonly taskEnd: Promise<void>,
  ) {}

  /** Starts the plan. `launcher` is the bundled launcher program. */
  static async start(plan: Plan, folder: string, profiler: Profiler, title: string, launcher: string, scope: vscode.Uri): Promise<Recording> {
    const order: LaunchOrder = { command: plan.command, cwd: plan.cwd, env: plan.env, title, owner: await identityOf(process.pid) };
    await writeFile(path.join(folder, ORDER_FILE), JSON.stringify(order));
    const process_ = new vscode.ProcessExecution(process.execPath, [launcher, folder], { cwd: plan.cwd, env: { ELECTRON_RUN_AS_NODE: '1' } });
    const task = new vscode.Task(
      { type: TASK_TYPE, run: path.basename(folder) }, vscode.workspace.getWorkspaceFolder(scope) ?? vscode.TaskScope.Global, `Profile ${title}`, 'Heatline', process_, [],
    );
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Shared, echo: false, showReuseMessage: true, focus: false };
    // Listen before it starts: a program may have ended before executeTask resolves.
    const taskEnd = new Promise<void>((resolve) => {
      const listener = vscode.tasks.onDidEndTask((event) => {
        if (event.execution.task.definition.run !== task.definition.run) return;
        listener.dispose();
        resolve();
      });
    });
    return new Recording(title, folder, profiler, await vscode.tasks.executeTask(task), taskEnd);
  }

  /** Resolves when the profiler has ended, by itself or not. */
  async end(): Promise<RecordingEnd> {
    await this.taskEnd;
    this.ended = true;
    const status = await readStatus(this.folder);
    // The terminal may be gone while the program is not: closed with the program still in it, or the launcher killed.
    if (status?.pid !== undefined && status.endedAt === undefined && (await isRunning(status.pid))) await this.endOrphan(status.pid);
    await this.stopping;
    return { status: await readStatus(this.folder), stopped: this.stopping !== undefined };
  }

  /** Asks the profiler to end with what it has, more firmly every few seconds. */
  stop(): Promise<void> {
    return (this.stopping ??= this.doStop());
  }

  private async doStop(): Promise<void> {
    const pid = await this.waitForPid();
    if (pid === undefined) return this.execution.terminate();
    await stopProfiler(this.profiler, pid, this.folder, { hasEnded: () => this.ended, log: (line) => log().info(`${this.title}: ${line}`) });
    if (!this.ended && (await isRunning(pid))) this.execution.terminate();
  }

  private async waitForPid(): Promise<number | undefined> {
    for (let waited = 0; waited < 50 && !this.ended; waited++) {
      const status = await readStatus(this.folder);
      if (status) return status.pid;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return undefined;
  }

  private async endOrphan(pid: number): Promise<void> {
    log().warn(`the terminal of ${this.title} was closed; ending process ${pid}`);
    await stopProfiler(this.profiler, pid, this.folder, { kill: false });
  }
}
