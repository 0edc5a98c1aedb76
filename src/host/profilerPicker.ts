import * as vscode from 'vscode';
import { targetTitle } from '../profilers/commandLine.ts';
import { profilerById, profilersFor } from '../profilers/index.ts';
import { ProblemError, type Problem } from '../profilers/problem.ts';
import type { Profiler, ProfilerContext } from '../profilers/profiler.ts';
import type { Target, TargetTraits } from '../profilers/target.ts';
import { scopeOf } from './fileTarget.ts';
import type { LaunchMemory } from './launchInputs.ts';
import { askOptions, shownOptions, type ChangedOptions } from './optionsPicker.ts';
import { asProblem, type Problems } from './problems.ts';
import { answerOf, BACK, separator } from './quickPick.ts';

export interface ProfilerChoice {
  readonly profiler: Profiler;
  readonly options: ChangedOptions;
}

const OPTIONS: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('settings'), tooltip: 'Options for This Run...' };

interface ProfilerItem extends vscode.QuickPickItem {
  readonly profiler: Profiler;
}

/** Asks which profiler, with what each answers and costs, and with which options. */
export class ProfilerPicker {
  constructor(private readonly memory: LaunchMemory, private readonly problems: Problems, private readonly contextOf: (target: Target, signal: AbortSignal) => ProfilerContext) {}

  /**
   * Resolves with the choice, with BACK when the person wants another target (only with `canGoBack`), with undefined when they left.
   * @throws ProblemError when no profiler applies
   */
  async choose(target: Target, canGoBack: boolean): Promise<ProfilerChoice | typeof BACK | undefined> {
    const last = this.memory.profiler(target);
    if (!last) throw noProfiler(target);
    const order = [last, ...profilersFor(target).filter(({ id }) => id !== last.id)];
    const abort = new AbortController();
    const checks = new Checks(order, target, this.contextOf(target, abort.signal));
    const changed = new Map<string, ChangedOptions>();
    try {
      for (let active = last; ;) {
        const pick = vscode.window.createQuickPick<ProfilerItem>();
        Object.assign(pick, {
          title: `Profile ${targetTitle(target)} with`, placeholder: 'Choose a profiler', matchOnDescription: true, matchOnDetail: true, ignoreFocusOut: true,
          keepScrollPosition: true, buttons: canGoBack ? [vscode.QuickInputButtons.Back] : [],
        });
        const listening = checks.watch(() => draw(pick, target, order, checks, changed, pick.activeItems[0]?.profiler ?? active));
        const answer = await answerOf(pick);
        listening.dispose();
        if (!answer) return undefined;
        if (answer.kind === 'button') return BACK;
        const { profiler } = answer.item;
        active = profiler;
        let options = changed.get(profiler.id) ?? {};
        if (answer.kind === 'itemButton') {
          const asked = await askOptions(profiler, target, scopeOf(target), options);
          if (!asked) return undefined;
          options = asked.options;
          changed.set(profiler.id, options);
          if (asked.then === BACK) continue;
        }
        const problem = checks.problems.get(profiler.id);
        if (!problem) return await this.remember(target, { profiler, options });
        const instead = profilerById((await this.problems.show(new ProblemError(problem))) ?? '');
        return instead && (await this.remember(target, { profiler: instead, options: {} }));
      }
    } finally {
      abort.abort();
      checks.dispose();
    }
  }

  private async remember(target: Target, choice: ProfilerChoice): Promise<ProfilerChoice> {
    await this.memory.rememberProfiler(target, choice.profiler.id);
    return choice;
  }
}

/** Whether each profiler can run here: tried all at once, and told as it becomes known. */
class Checks implements vscode.Disposable {
  readonly problems = new Map<string, Problem>();
  pending: number;
  private readonly known = new vscode.EventEmitter<void>();

  constructor(profilers: readonly Profiler[], target: Target, context: ProfilerContext) {
    this.pending = profilers.length;
    for (const profiler of profilers) {
      // A check that fails by itself is a reason too.
      void Promise.resolve().then(() => profiler.preflight(target, context)).catch(asProblem).then((problem) => {
        if (problem) this.problems.set(profiler.id, problem);
        this.pending--;
        if (!context.signal?.aborted) this.known.fire();
      });
    }
  }

  /** Calls back now and with everything that becomes known. */
  watch(listener: () => void): vscode.Disposable {
    listener();
    return this.known.event(listener);
  }

  dispose(): void {
    this.known.dispose();
  }
}

/** Those that can run, then those that cannot with the reason. The list is shown at once; what is found out later moves its row. */
function draw(pick: vscode.QuickPick<ProfilerItem>, target: TargetTraits, order: readonly Profiler[], { problems, pending }: Checks, changed: ReadonlyMap<string, ChangedOptions>, active: Profiler): void {
  const usable = order.filter(({ id }) => !problems.has(id)).map((profiler) => profilerItem(profiler, target, changed.get(profiler.id)));
  const others = order.filter(({ id }) => problems.has(id)).map((profiler) => unusableItem(profiler, problems.get(profiler.id)!));
  pick.items = others.length > 0 ? [...usable, separator('cannot run here') as unknown as ProfilerItem, ...others] : usable;
  pick.busy = pending > 0;
  pick.activeItems = [usable.find(({ profiler }) => profiler === active) ?? usable[0] ?? others[0]];
}

function profilerItem(profiler: Profiler, target: TargetTraits, changed: ChangedOptions = {}): ProfilerItem {
  const count = Object.keys(changed).length;
  return {
    label: profiler.label, description: [profiler.cost, ...(count > 0 ? [`$(edit) ${count} changed for this run`] : [])].join('  '), detail: profiler.question,
    iconPath: new vscode.ThemeIcon('flame'), buttons: shownOptions(profiler, target).length > 0 ? [OPTIONS] : [], profiler,
  };
}

function unusableItem(profiler: Profiler, { message, why }: Problem): ProfilerItem {
  return { label: profiler.label, description: message, detail: why || profiler.question, iconPath: new vscode.ThemeIcon('circle-slash', new vscode.ThemeColor('disabledForeground')), profiler };
}

/** The problem of a target that no profiler applies to. */
export function noProfiler(target: Target): ProblemError {
  return new ProblemError({ code: 'no-profiler', message: `No profiler applies to ${targetTitle(target)}.`, why: 'Choose another target.', remedies: [] });
}
