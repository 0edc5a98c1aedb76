import * as vscode from 'vscode';
import type { Debugger } from './debugger.ts';

/** What VS Code gives a command of the menus of Variables and Watch. */
export interface ClickedValue {
  readonly sessionId?: string;
  readonly variable?: { readonly name: string; readonly value: string; readonly evaluateName?: string };
}

const SCHEME = 'heatline-value';

/** Shows values in full that the views shorten, in an editor that cannot be changed and need not be saved. */
export class WholeValues implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private shown = 0;
  private readonly disposables = [
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
  ];

  constructor(private readonly debuggers: readonly Debugger[]) {}

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? 'This value was of a debugging session that has ended.';
  }

  async show({ variable }: ClickedValue = {}): Promise<void> {
    const session = vscode.debug.activeDebugSession;
    const own = this.debuggers.find(({ type }) => type === session?.type);
    if (!variable || !session || !own) {
      void vscode.window.showInformationMessage('Choose a variable of a session that is stopped, by its menu in the Variables view.');
      return;
    }
    const name = variable.evaluateName ?? variable.name;
    const text = variable.evaluateName ? await wholeText(session, variable.evaluateName) : variable.value;
    // Its ending makes the colours of the language.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name.replace(/[\\/?#\s]+/g, ' ').slice(0, 60)}${own.ending}`, query: String(++this.shown) });
    this.texts.set(uri.toString(), text);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}

async function wholeText(session: vscode.DebugSession, expression: string): Promise<string> {
  const item = vscode.debug.activeStackItem;
  const frameId = item && 'frameId' in item && item.session.id === session.id ? item.frameId : undefined;
  try {
    return ((await session.customRequest('evaluate', { expression, frameId, context: 'clipboard' })) as { result: string }).result;
  } catch (error) {
    return `${expression} has no value to show: ${error instanceof Error ? error.message : String(error)}`;
  }
}
