import * as vscode from 'vscode';

const SETTING = 'hideSystemGoroutines';

/** Shows the goroutines of Go's runtime in the call stacks, or hides them again: dlv's own `config`, so that it also knows what the console has set. */
export async function toggleSystemGoroutines(session: vscode.DebugSession | undefined): Promise<void> {
  const config = async (words: string) => ((await session?.customRequest('evaluate', { expression: `dlv config ${words}`, context: 'repl' })) as { result: string } | undefined)?.result;
  try {
    const hidden = /\btrue\b/.test((await config(`-list ${SETTING}`)) ?? '');
    await config(`${SETTING} ${!hidden}`);
  } catch (error) {
    void vscode.window.showInformationMessage(`System goroutines are shown or hidden while a program is debugged and stopped. ${error instanceof Error ? error.message : String(error)}`);
  }
}
