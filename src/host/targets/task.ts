import path from 'node:path';
import * as vscode from 'vscode';
import { commandTarget } from '../../profilers/commandTarget.ts';
import { ProblemError } from '../../profilers/problem.ts';
import { plainWords, shellCommand, shellWord } from '../../profilers/shellLine.ts';
import type { Target } from '../../profilers/target.ts';
import { substitute } from '../../profilers/variables.ts';
import { variableSources } from '../variables.ts';
import type { TargetSource } from './targetSource.ts';

/** Tasks, as `Tasks: Run Task` lists them: those that run a process or a shell line. */
export const taskSource: TargetSource = {
  id: 'task', label: '$(tools) Task...', detail: 'A task of tasks.json, or one that an extension found: a build, a benchmark, a script.',
  async choose(name) {
    const all = (await vscode.tasks.fetchTasks()).filter(isRunnable);
    const wanted = name === undefined ? all : all.filter((task) => task.name === name);
    if (wanted.length === 0) {
      throw new ProblemError({
        code: 'no-task', message: name === undefined ? 'There is no task that can be profiled.' : `There is no task ${name} that can be profiled.`,
        why: 'Add one of type process or shell to .vscode/tasks.json.', remedies: [],
      });
    }
    const task = name !== undefined && wanted.length === 1 ? wanted[0] : await ask(wanted);
    return task && taskTarget(task);
  },
  nameOf: ({ title }) => title,
};

/** Tasks of ours profile already, and those that an extension runs inside itself start no process. */
function isRunnable(task: vscode.Task): boolean {
  return !task.definition.type.startsWith('heatline') && (task.execution instanceof vscode.ProcessExecution || task.execution instanceof vscode.ShellExecution);
}

async function ask(tasks: readonly vscode.Task[]): Promise<vscode.Task | undefined> {
  const items = tasks.map((task) => ({ label: task.name, description: task.source, detail: task.detail ?? commandOf(task), task }));
  items.sort((a, b) => Number(b.description === 'Workspace') - Number(a.description === 'Workspace'));
  return (await vscode.window.showQuickPick(items, { title: 'Profile a task', placeHolder: 'Choose a task', matchOnDescription: true, matchOnDetail: true }))?.task;
}

function commandOf({ execution }: vscode.Task): string {
  if (execution instanceof vscode.ProcessExecution) return [execution.process, ...execution.args].join(' ');
  return execution instanceof vscode.ShellExecution ? shellLineOf(execution) : '';
}

function shellLineOf(execution: vscode.ShellExecution): string {
  if (execution.commandLine) return execution.commandLine;
  // Quoted by the person's own choice is kept together whatever it holds.
  return [execution.command ?? '', ...(execution.args ?? [])].map((word) => (typeof word === 'string' ? shellWord(word) : shellWord(word.value))).join(' ');
}

async function taskTarget(task: vscode.Task): Promise<Target> {
  const folder = typeof task.scope === 'object' ? task.scope : vscode.workspace.workspaceFolders?.[0];
  const settings = vscode.workspace.getConfiguration('tasks', folder?.uri);
  const sources = variableSources(folder, settings.get<unknown[]>('inputs') ?? []);
  const execution = task.execution as vscode.ProcessExecution | vscode.ShellExecution;
  const base = sources.folder?.path ?? process.cwd();
  const { cwd, env } = await substitute({ cwd: execution.options?.cwd ?? '', env: execution.options?.env ?? {} }, sources);
  const where = path.resolve(base, cwd);
  const target = execution instanceof vscode.ProcessExecution
    ? await commandTarget(await substitute([execution.process, ...execution.args], sources), { cwd: where, env })
    : await shellTarget(await substitute(shellLineOf(execution), sources), execution.options, where, env);
  const tasksBefore = dependenciesOf(task.name, settings.get<unknown[]>('tasks') ?? []);
  return { ...target, title: task.name, ...(tasksBefore.length > 0 ? { tasksBefore } : {}) };
}

/** A line that needs no shell is run without one, so that the program in it is what is profiled. */
async function shellTarget(line: string, options: vscode.ShellExecutionOptions | undefined, cwd: string, env: Target['env']): Promise<Target> {
  const words = plainWords(line);
  const direct = words && (await commandTarget(words, { cwd, env }).catch(() => undefined));
  if (direct) return direct;
  const [shell, ...args] = shellCommand(options?.executable ?? (vscode.env.shell || '/bin/sh'), line, options?.shellArgs);
  return { ...(await commandTarget([shell], { cwd, env })), args };
}

/** The tasks that tasks.json wants before this one; what extensions find has none. */
function dependenciesOf(name: string, entries: readonly unknown[]): string[] {
  const entry = entries.find((each) => (each as { label?: unknown } | null)?.label === name) as { dependsOn?: unknown } | undefined;
  const dependsOn = entry?.dependsOn;
  return (Array.isArray(dependsOn) ? dependsOn : [dependsOn]).filter((each): each is string => typeof each === 'string');
}
