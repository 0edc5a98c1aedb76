import * as vscode from 'vscode';
import { ProblemError } from '../profilers/problem.ts';
import type { Target } from '../profilers/target.ts';
import { answerOf, separator } from './quickPick.ts';
import type { Recent } from './recent.ts';
import type { TargetSource } from './targets/targetSource.ts';

const QUESTION = 'target';
/** Earlier choices that are offered again. */
const OFFERED = 4;

/** An earlier choice: its source's id and its name there. */
interface Remembered {
  readonly source: string;
  readonly name: string;
}

/** What is to be profiled, when that is known already: a source, and the name of a target there. */
export interface TargetName {
  readonly source?: string;
  readonly name?: string;
}

interface TargetItem extends vscode.QuickPickItem {
  readonly source: TargetSource;
  readonly name?: string;
}

/** Asks what is to be profiled: one of the last targets, or by one of the sources. */
export class TargetPicker {
  constructor(private readonly sources: readonly TargetSource[], private readonly recent: Recent) {}

  /** undefined when the person backed out. @throws ProblemError of the source, or when there is no such source */
  async choose(known: TargetName = {}): Promise<Target | undefined> {
    const item = known.source === undefined ? await this.ask() : { source: this.named(known.source), name: known.name };
    if (!item) return undefined;
    const target = await item.source.choose(item.name);
    const name = target && item.source.nameOf?.(target);
    if (name !== undefined) await this.recent.add<Remembered>(QUESTION, { source: item.source.id, name });
    return target;
  }

  private async ask(): Promise<TargetItem | undefined> {
    const pick = vscode.window.createQuickPick<TargetItem>();
    const last = this.recent.list<Remembered>(QUESTION).slice(0, OFFERED).flatMap(({ source: id, name }): TargetItem[] => {
      const source = this.sources.find((each) => each.id === id);
      if (!source) return [];
      const [icon] = source.label.split(' ', 1);
      return [{ label: `${icon} ${name}`, description: source.label.slice(icon.length + 1).replace(/\.\.\.$/, '').toLowerCase(), source, name }];
    });
    const all = this.sources.map((source): TargetItem => ({ label: source.label, description: source.description?.(), detail: source.detail, source }));
    Object.assign(pick, {
      title: 'Profile', placeholder: 'Choose what to profile', matchOnDescription: true, matchOnDetail: true,
      items: last.length > 0 ? [separator('last'), ...last, separator('targets'), ...all] : all,
    });
    const answer = await answerOf(pick);
    return answer && 'item' in answer ? answer.item : undefined;
  }

  private named(id: string): TargetSource {
    const source = this.sources.find((each) => each.id === id);
    if (source) return source;
    throw new ProblemError({ code: 'no-source', message: `${id} is no kind of target.`, why: `There are ${this.sources.map((each) => each.id).join(', ')}.`, remedies: [] });
  }
}
