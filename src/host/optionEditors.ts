import * as vscode from 'vscode';
import { optionText, parseOption, type ChoiceOption, type ListOption, type OptionValue, type ProfilerOption, type ReadOption } from '../profilers/options.ts';
import { log } from './log.ts';

/** Asks for a new value of an option; undefined when the person backed out. A toggle is turned over without asking. */
export async function editOption(option: ProfilerOption, read: ReadOption, title: string): Promise<OptionValue | undefined> {
  switch (option.kind) {
    case 'toggle':
      return !read(option);
    case 'choice':
      return editChoice(option, read(option), title);
    case 'list':
      return editList(option, read, title);
    default:
      return editTyped(option, read<OptionValue>(option), title);
  }
}

/** An option's description without its Markdown, for places that show plain text. */
export function plainText(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/`#([^#`]+)#`/g, '$1').replace(/[`*]/g, '').replace(/\s+/g, ' ').trim();
}

async function editTyped(option: ProfilerOption, value: OptionValue, title: string): Promise<OptionValue | undefined> {
  const unit = option.kind === 'number' && option.unit ? ` (${option.unit})` : '';
  const typed = await vscode.window.showInputBox({
    title: `${title}: ${option.label}${unit}`, prompt: plainText(option.description), value: optionText(option, value), ignoreFocusOut: true,
    validateInput(text) {
      try {
        parseOption(option, text);
        return undefined;
      } catch (error) {
        // Here the option is called by its label; its setting's name is for settings and command lines.
        return (error as Error).message.replace(option.setting, option.label);
      }
    },
  });
  return typed === undefined ? undefined : parseOption(option, typed);
}

async function editChoice(option: ChoiceOption, value: string, title: string): Promise<string | undefined> {
  const items = Object.entries(option.choices).map(([name, meaning]) => ({ label: name, detail: plainText(meaning), description: name === value ? 'as it is' : undefined, name }));
  const chosen = await vscode.window.showQuickPick(items, { title: `${title}: ${option.label}`, placeHolder: plainText(option.description), ignoreFocusOut: true });
  return chosen?.name;
}

interface ListItem extends vscode.QuickPickItem {
  readonly value: string;
}

async function editList(option: ListOption, read: ReadOption, title: string): Promise<readonly string[] | undefined> {
  const pick = vscode.window.createQuickPick<ListItem>();
  Object.assign(pick, { title: `${title}: ${option.label}`, placeholder: `${plainText(option.description)} Type to add others.`, canSelectMany: true, matchOnDetail: true, ignoreFocusOut: true });
  const items = new Map<string, ListItem>();
  const add = (value: string, detail?: string) => items.set(value, { label: value, detail, value });
  // Whatever is drawn anew loses its marks, so these are put back each time.
  const draw = (marked: ReadonlySet<string>) => {
    const typed = pick.value.trim();
    const rows = [...items.values()];
    if (typed && !items.has(typed)) rows.unshift({ label: typed, description: 'as typed', alwaysShow: true, value: typed });
    pick.items = rows;
    pick.selectedItems = rows.filter(({ value }) => marked.has(value));
  };
  const marks = () => new Set(pick.selectedItems.map(({ value }) => value));
  for (const value of read(option)) add(value);
  draw(new Set(read(option)));
  pick.onDidChangeValue(() => {
    const marked = marks();
    // What was typed and marked stays when the next one is typed.
    for (const value of marked) if (!items.has(value)) add(value);
    draw(marked);
  });
  if (option.suggest) {
    pick.busy = true;
    option.suggest(read).then((suggestions) => {
      const marked = marks();
      for (const { value, detail } of suggestions) add(value, plainText(detail));
      draw(marked);
    }, (error: unknown) => log().warn(`${option.setting}: ${String(error)}`)).finally(() => (pick.busy = false));
  }
  try {
    return await new Promise((resolve) => {
      // Where nothing is suggested, typed text filters nothing: it is meant.
      pick.onDidAccept(() => resolve([...new Set([...marks(), ...(option.suggest || !pick.value.trim() ? [] : [pick.value.trim()])])]));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}
