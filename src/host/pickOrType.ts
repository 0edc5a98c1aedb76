import * as vscode from 'vscode';
import { separator } from './quickPick.ts';

export interface PickOrType<T> {
  readonly title: string;
  readonly placeholder: string;
  /** What is done with typed text, as its row says: `Run`. */
  readonly verb: string;
  /** Offered below what is typed: the last ones. */
  readonly last: readonly (vscode.QuickPickItem & { readonly value: T })[];
  /** Offered at the end. */
  readonly more?: readonly (vscode.QuickPickItem & { readonly value: T })[];
  /** Typed text as a value. @throws Error that says what is wrong with it */
  parse(text: string): T;
}

interface Row<T> extends vscode.QuickPickItem {
  readonly value?: T;
}

/** Asks for one of the last answers or a new one, which is typed; undefined when the person backed out. */
export async function pickOrType<T>({ title, placeholder, verb, last, more = [], parse }: PickOrType<T>): Promise<T | undefined> {
  const pick = vscode.window.createQuickPick<Row<T>>();
  Object.assign(pick, { title, placeholder, matchOnDescription: true, ignoreFocusOut: true });
  const typed = (text: string): Row<T>[] => {
    if (!text.trim()) return [];
    try {
      return [{ label: `$(play) ${verb} ${text.trim()}`, alwaysShow: true, value: parse(text.trim()) }];
    } catch (error) {
      return [{ label: `$(warning) ${(error as Error).message}`, alwaysShow: true }];
    }
  };
  const show = () => {
    const rows: Row<T>[] = [...typed(pick.value), ...(last.length > 0 ? [separator('last')] : []), ...last, ...(more.length > 0 ? [separator('other')] : []), ...more];
    pick.items = rows.length > 0 ? rows : [{ label: `$(edit) ${placeholder}`, alwaysShow: true }];
  };
  pick.onDidChangeValue(show);
  show();
  // A row without a value only says what is wrong: the question stays.
  const accepted = new Promise<T | undefined>((resolve) => {
    pick.onDidAccept(() => {
      const value = pick.selectedItems[0]?.value;
      if (value !== undefined) resolve(value);
    });
    pick.onDidHide(() => resolve(undefined));
  });
  pick.show();
  try {
    return await accepted;
  } finally {
    pick.dispose();
  }
}
