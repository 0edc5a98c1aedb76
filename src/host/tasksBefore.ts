import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import { ProblemError } from '../profilers/problem.ts';
import type { Target } from '../profilers/target.ts';
import { runToEnd } from './taskRun.ts';

/**
 * Runs the tasks that a target wants first, one after the other, and looks whether its program is there then.
 * @throws ProblemError when a task is not there or fails, or when they leave no program; CancellationError when `token` is cancelled
 */
export async function runTasksBefore(target: Target, token: vscode.CancellationToken, step: (name: string) => void): Promise<void> {
  for (const name of target.tasksBefore ?? []) {
    step(name);
    await runTask(name, token);
  }
  if (target.program && !(await access(target.program).then(() => true, () => false))) {
    throw new ProblemError({
      code: 'no-program', message: `${target.program} is not there.`, why: target.tasksBefore?.length ? `${target.tasksBefore.join(', ')} did not make it.` : 'Build it first.', remedies: [],
    });
  }
}

async function runTask(name: string, token: vscode.CancellationToken): Promise<void> {
  const tasks = await vscode.tasks.fetchTasks();
  const task = tasks.find((each) => isCalled(each, name));
  if (!task) {
    throw new ProblemError({ code: 'no-task', message: `There is no task ${name}.`, why: 'It is to run before the program is profiled: add it to tasks.json, or take its name away.', remedies: [] });
  }
  const code = await runToEnd(task, token);
  // A watching task never ends.
  if (task.isBackground || code === 0) return;
  throw new ProblemError({
    code: 'task-failed', message: `The task ${name} failed${code === undefined ? '' : ` with exit code ${code}`}.`, why: 'It runs before the program is profiled; its terminal shows what it said.', remedies: [],
  });
}

/** Names are those of tasks.json, or `source: name` for tasks that extensions found. */
function isCalled(task: vscode.Task, name: string): boolean {
  if (name === '${defaultBuildTask}') return task.group?.isDefault === true && task.group.id === vscode.TaskGroup.Build.id;
  return task.name === name || `${task.source}: ${task.name}` === name;
}
