import * as vscode from 'vscode';
import { log } from '../log.ts';

/** What the session says when the console's `u`, `d` or `w` has chosen a frame. */
interface SelectedFrame {
  readonly threadId: number;
  readonly frameId: number;
}

interface Frame {
  readonly id: number;
  readonly line: number;
  readonly column: number;
  readonly presentationHint?: string;
  readonly source?: { readonly path?: string; readonly presentationHint?: string };
}

/** Milliseconds for the workbench to focus a frame. */
const PATIENCE = 3000;

/**
 * Brings the editor to the frame that the console has chosen. There is no call that focuses a frame: VS Code's own commands go up and down the stack from the
 * focused one, past frames that it shows subdued. Such a frame is shown in the editor only.
 */
export class SelectedFrames {
  private last: Promise<void> = Promise.resolve();

  /** Follows, one after the other: a command that has not been shown yet must not be overtaken. */
  follow(session: vscode.DebugSession, wanted: SelectedFrame): void {
    this.last = this.last.then(() => show(session, wanted)).catch((error: unknown) => log().warn(`The frame that the console chose could not be shown: ${String(error)}`));
  }
}

async function show(session: vscode.DebugSession, { threadId, frameId }: SelectedFrame): Promise<void> {
  const { stackFrames: frames } = (await session.customRequest('stackTrace', { threadId })) as { stackFrames: readonly Frame[] };
  const target = frames.findIndex(({ id }) => id === frameId);
  if (target < 0) return;
  let at = focusedIndex(session, frames);
  if (at < 0 || isSubdued(frames[target])) return reveal(frames[target]);
  while (at !== target) {
    const changed = nextFocus();
    await vscode.commands.executeCommand(at < target ? 'workbench.action.debug.callStackDown' : 'workbench.action.debug.callStackUp');
    await changed;
    const next = focusedIndex(session, frames);
    // Nothing moved, or away from where we want to be: someone else has chosen.
    if (next < 0 || next === at || Math.abs(next - target) >= Math.abs(at - target)) return;
    at = next;
  }
}

function focusedIndex(session: vscode.DebugSession, frames: readonly Frame[]): number {
  const item = vscode.debug.activeStackItem;
  if (!item || item.session.id !== session.id || !('frameId' in item)) return -1;
  return frames.findIndex(({ id }) => id === item.frameId);
}

/** Resolves when the workbench has focused another frame, or does not. */
function nextFocus(): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      listener.dispose();
      resolve();
    };
    const timer = setTimeout(done, PATIENCE);
    const listener = vscode.debug.onDidChangeActiveStackItem(done);
  });
}

/** Frames that VS Code's commands pass over. */
function isSubdued({ presentationHint, source }: Frame): boolean {
  const hint = presentationHint ?? source?.presentationHint;
  return hint === 'deemphasize' || hint === 'subtle';
}

async function reveal({ source, line, column }: Frame): Promise<void> {
  if (!source?.path) return;
  const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await vscode.window.showTextDocument(sourceUri(source.path), { selection: new vscode.Range(at, at), preserveFocus: true, preview: true });
}

/** A path as VS Code hands it to extensions: in a remote window it is an address. */
function sourceUri(path: string): vscode.Uri {
  return /^[a-z][\w+.-]+:\/\//i.test(path) ? vscode.Uri.parse(path) : vscode.Uri.file(path);
}
