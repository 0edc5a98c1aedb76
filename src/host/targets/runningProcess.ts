import * as vscode from 'vscode';
import { formatQuantity } from '../../core/quantities.ts';
import { listProcesses, type RunningProcess } from '../../profilers/processList.ts';
import { processTarget } from '../../profilers/processTarget.ts';
import { asProblem } from '../problems.ts';
import { ProblemError } from '../../profilers/problem.ts';
import { answerOf } from '../quickPick.ts';
import type { TargetSource } from './targetSource.ts';

const REFRESH: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('refresh'), tooltip: 'Look Again' };

/** A process that runs already. It is looked at and goes on. */
export const runningProcessSource: TargetSource = {
  id: 'process', label: '$(server-process) Running Process...', detail: 'A process of this machine, watched for a while; it goes on as if nothing were.',
  async choose(name) {
    if (name !== undefined && !/^[1-9]\d*$/.test(name)) throw new ProblemError({ code: 'no-process', message: `${name} is no process id.`, why: 'A process is named by its number.', remedies: [] });
    const pid = name === undefined ? await ask() : Number(name);
    return pid === undefined ? undefined : processTarget(pid);
  },
};

interface ProcessItem extends vscode.QuickPickItem {
  readonly pid: number;
}

async function ask(): Promise<number | undefined> {
  if (process.platform === 'win32') {
    throw new ProblemError({ code: 'no-process-list', message: 'Running processes can be profiled on Linux and macOS.', why: 'Open the folder there, or in WSL.', remedies: [] });
  }
  for (let filter = ''; ;) {
    const pick = vscode.window.createQuickPick<ProcessItem>();
    Object.assign(pick, {
      title: 'Profile a running process', placeholder: 'Type a name, a process id, a user or a part of the command line', matchOnDescription: true, matchOnDetail: true, busy: true, value: filter,
      buttons: [REFRESH], ignoreFocusOut: true,
    });
    // The list takes a moment: how busy each is takes two looks.
    const filled = listProcesses([process.pid]).then((processes) => Object.assign(pick, { items: processes.filter(isOthers).map(itemOf), busy: false }));
    let failed: unknown;
    filled.catch((error: unknown) => {
      failed = error;
      pick.hide();
    });
    pick.onDidChangeValue((value) => (filter = value));
    const answer = await answerOf(pick);
    if (failed) throw new ProblemError({ ...asProblem(failed), message: 'The processes of this machine cannot be listed.' });
    if (answer?.kind !== 'button') return answer?.item.pid;
  }
}

/** Our own programs, which run others in terminals, are not what anybody looks for. */
function isOthers({ command }: RunningProcess): boolean {
  return !/\bdist[\\/](launcher\.cjs|agent\.cjs|cli\.js|task\.js)\b/.test(command);
}

function itemOf({ pid, name, command, user, cpu, memory }: RunningProcess): ProcessItem {
  return { label: name, description: `${pid} · ${user} · ${cpu.toFixed(1)} % · ${formatQuantity(memory, 'bytes')}`, detail: command, pid };
}
