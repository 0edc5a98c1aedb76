import * as vscode from 'vscode';
import { formatQuantity } from '../core/quantities.ts';
import { listProcesses, type RunningProcess } from '../profilers/processList.ts';
import { ProblemError } from '../profilers/problem.ts';
import { asProblem } from './problems.ts';
import { answerOf, separator } from './quickPick.ts';

const REFRESH: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('refresh'), tooltip: 'Look Again' };

interface ProcessItem extends vscode.QuickPickItem {
  readonly pid: number;
}

export interface ProcessQuestion {
  readonly title: string;
  /** Which are offered first; all others follow. */
  readonly first?: (process: RunningProcess) => boolean | Promise<boolean>;
}

/**
 * Asks for a running process; undefined when the person backed out.
 * @throws ProblemError where processes cannot be listed
 */
export async function pickProcess({ title, first }: ProcessQuestion): Promise<number | undefined> {
  if (process.platform === 'win32') {
    throw new ProblemError({ code: 'no-process-list', message: 'Running processes can be listed on Linux and macOS.', why: 'Open the folder there, or in WSL.', remedies: [] });
  }
  for (let filter = ''; ;) {
    const pick = vscode.window.createQuickPick<ProcessItem>();
    Object.assign(pick, {
      title, placeholder: 'Type a name, a process id, a user or a part of the command line', matchOnDescription: true, matchOnDetail: true, busy: true, value: filter,
      buttons: [REFRESH], ignoreFocusOut: true,
    });
    // The list takes a moment: how busy each is takes two looks.
    const filled = listProcesses([process.pid]).then(async (processes) => Object.assign(pick, { items: await itemsOf(processes.filter(isOthers), first), busy: false }));
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

async function itemsOf(processes: readonly RunningProcess[], first: ProcessQuestion['first'] = () => false): Promise<(ProcessItem | vscode.QuickPickItem)[]> {
  const isPreferred = await Promise.all(processes.map(first));
  const [preferred, rest] = [true, false].map((wanted) => processes.filter((_, index) => isPreferred[index] === wanted));
  return [...preferred.map(itemOf), ...(preferred.length > 0 && rest.length > 0 ? [separator('other')] : []), ...rest.map(itemOf)];
}

function itemOf({ pid, name, command, user, cpu, memory }: RunningProcess): ProcessItem {
  return { label: name, description: `${pid} · ${user} · ${cpu.toFixed(1)} % · ${formatQuantity(memory, 'bytes')}`, detail: command, pid };
}
