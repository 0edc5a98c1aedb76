import * as vscode from 'vscode';

/** Runs a task; resolves to its exit code, or to undefined when it ran no process. A background task is not waited for. @throws CancellationError when `token` is cancelled, which ends the task */
export async function runToEnd(task: vscode.Task, token: vscode.CancellationToken): Promise<number | undefined> {
  const ended = endOf(task, token);
  try {
    await vscode.tasks.executeTask(task);
    return task.isBackground ? undefined : await ended.code;
  } finally {
    ended.dispose();
  }
}

/** The exit code of a task, undefined when it ran no process; listened for before it starts, for it may end at once. */
function endOf(task: vscode.Task, token: vscode.CancellationToken): vscode.Disposable & { readonly code: Promise<number | undefined> } {
  const listeners: vscode.Disposable[] = [];
  const isIt = ({ execution }: { execution: vscode.TaskExecution }) => execution.task.name === task.name && execution.task.source === task.source;
  const code = new Promise<number | undefined>((resolve, reject) => {
    listeners.push(
      vscode.tasks.onDidEndTaskProcess((event) => isIt(event) && resolve(event.exitCode)),
      // The event of its process comes first, where it has one.
      vscode.tasks.onDidEndTask((event) => isIt(event) && setTimeout(() => resolve(undefined), 500)),
      token.onCancellationRequested(() => {
        vscode.tasks.taskExecutions.filter((execution) => isIt({ execution })).forEach((execution) => execution.terminate());
        reject(new vscode.CancellationError());
      }),
    );
  });
  code.catch(() => undefined);
  return { code, dispose: () => listeners.forEach((listener) => listener.dispose()) };
}
