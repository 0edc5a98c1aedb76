import * as vscode from 'vscode';

/** What a person did in a quick pick. */
export type PickAnswer<T> =
  | { readonly kind: 'item'; readonly item: T }
  | { readonly kind: 'itemButton'; readonly item: T; readonly button: vscode.QuickInputButton }
  | { readonly kind: 'button'; readonly button: vscode.QuickInputButton };

/** Shows a quick pick until the person chooses or presses a button, and disposes it; undefined when they backed out. */
export async function answerOf<T extends vscode.QuickPickItem>(pick: vscode.QuickPick<T>): Promise<PickAnswer<T> | undefined> {
  try {
    return await new Promise<PickAnswer<T> | undefined>((resolve) => {
      pick.onDidAccept(() => {
        const item = pick.selectedItems[0];
        if (item) resolve({ kind: 'item', item });
      });
      pick.onDidTriggerItemButton(({ item, button }) => resolve({ kind: 'itemButton', item, button }));
      pick.onDidTriggerButton((button) => resolve({ kind: 'button', button }));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

/** The person went back to the question before. */
export const BACK = Symbol('back');

/** A line between groups of items. */
export function separator(label: string): vscode.QuickPickItem & { kind: vscode.QuickPickItemKind.Separator } {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
