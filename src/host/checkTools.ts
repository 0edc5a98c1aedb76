import * as vscode from 'vscode';
import { abilityOf, tryProfilers, type Ability, type TriedTool } from '../profilers/ability.ts';
import { mendingCommands, ProblemError } from '../profilers/problem.ts';
import type { ProfilerContext } from '../profilers/profiler.ts';
import type { Problems } from './problems.ts';

interface Row extends vscode.QuickPickItem {
  readonly tried?: TriedTool;
}

/**
 * "Check Tools": for each profiler and debugger whether it can run here, or what is missing and the command that mends it; choosing one that cannot run shows its ways out.
 * Resolves with what was found, for whoever invoked the command from code.
 */
export async function checkTools(context: ProfilerContext, debuggers: () => Promise<readonly TriedTool[]>, problems: Problems): Promise<readonly Ability[]> {
  const tried = (await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Checking the tools', cancellable: false }, () => Promise.all([tryProfilers(context), debuggers()]),
  )).flat();
  void choose(tried, problems);
  return tried.map(abilityOf);
}

async function choose(tried: readonly TriedTool[], problems: Problems): Promise<void> {
  const missing = tried.filter(({ problem }) => problem);
  const usable = tried.filter(({ problem }) => !problem);
  const heading = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const rows: Row[] = [
    ...(missing.length > 0 ? [heading(`${missing.length} cannot run here: choose one to mend it`)] : []), ...missing.map(missingRow),
    ...(usable.length > 0 ? [heading(`${usable.length} can run here`)] : []), ...usable.map(usableRow),
  ];
  const chosen = await vscode.window.showQuickPick(rows, { title: 'Heatline: Check Tools', placeHolder: 'Profilers and debuggers on this machine', matchOnDescription: true, matchOnDetail: true });
  if (chosen?.tried?.problem) await problems.show(new ProblemError(chosen.tried.problem));
}

function missingRow(tried: TriedTool): Row {
  const problem = tried.problem!;
  const [command] = mendingCommands(problem);
  return { label: `$(warning) ${tried.profiler.label}`, description: problem.message, detail: command ? `Mend it with: ${command}` : problem.why, tried };
}

function usableRow(tried: TriedTool): Row {
  return { label: `$(pass) ${tried.profiler.label}`, description: tried.profiler.cost, detail: tried.profiler.question, tried };
}
