import * as vscode from 'vscode';
import { optionText, type OptionValue, type ProfilerOption, type ReadOption } from '../profilers/options.ts';
import type { Profiler } from '../profilers/profiler.ts';
import { kindOf, type TargetTraits } from '../profilers/target.ts';
import { editOption, plainText } from './optionEditors.ts';
import { answerOf, BACK, separator } from './quickPick.ts';
import { profilerOptions } from './settings.ts';

/** Options that differ from their settings, for one run. */
export type ChangedOptions = Readonly<Record<string, OptionValue>>;

const SETTING: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('settings-gear'), tooltip: 'Open Setting' };
const RESET: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('discard'), tooltip: 'Reset All to Their Settings' };
const RESET_ONE: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('discard'), tooltip: 'Reset to Its Setting' };

/** What the person may change about a profiler for one run. */
export function shownOptions(profiler: Profiler, target: TargetTraits): readonly ProfilerOption[] {
  return profiler.options.filter(({ hidden, attaching }) => !hidden && (!attaching || kindOf(target) === 'process'));
}

interface OptionItem extends vscode.QuickPickItem {
  /** Absent: the row that runs it. */
  readonly option?: ProfilerOption;
}

/**
 * Shows a profiler's options with their values until the person runs it, goes back, or leaves. `scope` is where settings are looked up.
 * @returns the changed options, and whether it is to be run with them; undefined when the person left
 */
export async function askOptions(profiler: Profiler, target: TargetTraits, scope: vscode.Uri, before: ChangedOptions): Promise<{ readonly options: ChangedOptions; readonly then: 'run' | typeof BACK } | undefined> {
  let changed = before;
  for (let last: string | undefined; ;) {
    const read = profilerOptions(scope, changed);
    const pick = vscode.window.createQuickPick<OptionItem>();
    const rows: OptionItem[] = shownOptions(profiler, target).map((option) => optionItem(option, read, option.setting in changed));
    Object.assign(pick, {
      title: `Options of ${profiler.label} for this run`, placeholder: 'Choose an option to change it', matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true,
      buttons: [vscode.QuickInputButtons.Back, ...(Object.keys(changed).length > 0 ? [RESET] : [])],
      items: [{ label: `$(play) Profile with ${profiler.label}`, alwaysShow: true }, separator('options'), ...rows],
    });
    pick.activeItems = rows.filter(({ option }) => option?.setting === last);
    const answer = await answerOf(pick);
    if (!answer) return undefined;
    if (answer.kind === 'button') {
      if (answer.button === vscode.QuickInputButtons.Back) return { options: changed, then: BACK };
      changed = {};
      continue;
    }
    const { option } = answer.item;
    if (!option) return { options: changed, then: 'run' };
    last = option.setting;
    if (answer.kind === 'item') changed = withValue(changed, option, await editOption(option, read, profiler.label), scope);
    else if (answer.button === RESET_ONE) changed = without(changed, option.setting);
    else {
      await vscode.commands.executeCommand('workbench.action.openSettings', `heatline.${option.setting}`);
      return undefined;
    }
  }
}

function optionItem(option: ProfilerOption, read: ReadOption, isChanged: boolean): OptionItem {
  const value = optionText(option, read<OptionValue>(option));
  const unit = option.kind === 'number' && option.unit ? ` ${option.unit}` : '';
  return {
    label: option.label, description: `${value === '' ? 'none' : value}${unit}${isChanged ? '  $(edit) changed for this run' : ''}`, detail: plainText(option.description),
    buttons: isChanged ? [RESET_ONE, SETTING] : [SETTING], option,
  };
}

/** A value that equals the setting's is no change. */
function withValue(changed: ChangedOptions, option: ProfilerOption, value: OptionValue | undefined, scope: vscode.Uri): ChangedOptions {
  if (value === undefined) return changed;
  const configured = profilerOptions(scope)<OptionValue>(option);
  return JSON.stringify(configured) === JSON.stringify(value) ? without(changed, option.setting) : { ...changed, [option.setting]: value };
}

function without(changed: ChangedOptions, setting: string): ChangedOptions {
  return Object.fromEntries(Object.entries(changed).filter(([name]) => name !== setting));
}
