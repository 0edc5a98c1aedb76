// Watches debugging sessions of VS Code from inside of its extension host: what adapter and editor say to each other.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Message {
  readonly type: 'request' | 'response' | 'event';
  readonly command?: string;
  readonly event?: string;
  readonly success?: boolean;
  readonly message?: string;
  readonly arguments?: Record<string, unknown>;
  readonly body?: Record<string, unknown>;
}

interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly line: number;
  readonly source?: { readonly path?: string };
}

export interface Stop {
  readonly session: vscode.DebugSession;
  readonly threadId: number;
  readonly reason: string;
  readonly frames: readonly StackFrame[];
}

/** Waits for a condition, looked at again and again. @throws Error that names what it waited for */
export async function until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false, milliseconds = 60_000): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Everything that is said in sessions of a type while it lives. */
export class DebugRecorder implements vscode.Disposable {
  readonly sessions: vscode.DebugSession[] = [];
  readonly said: (Message & { readonly session: vscode.DebugSession; readonly fromEditor: boolean })[] = [];
  private readonly ended = new Set<string>();
  private taken = 0;
  private readonly disposables: vscode.Disposable[];

  constructor(type: 'pdb' | 'delve') {
    this.disposables = [
      vscode.debug.registerDebugAdapterTrackerFactory(type, {
        createDebugAdapterTracker: (session) => {
          this.sessions.push(session);
          const note = (fromEditor: boolean) => (message: Message) => void this.said.push({ ...message, session, fromEditor });
          // VS Code tells nobody of the end of a session that did not begin.
          return { onWillReceiveMessage: note(true), onDidSendMessage: note(false), onWillStopSession: () => void this.ended.add(session.id), onExit: () => void this.ended.add(session.id) };
        },
      }),
      vscode.debug.onDidTerminateDebugSession(({ id }) => this.ended.add(id)),
    ];
  }

  events(name: string): Record<string, unknown>[] {
    return this.said.filter(({ event }) => event === name).map(({ body }) => body ?? {});
  }

  requests(name: string): Record<string, unknown>[] {
    return this.said.filter(({ fromEditor, command }) => fromEditor && command === name).map((each) => each.arguments ?? {});
  }

  /** The text of the program and of the console so far. */
  output(): string {
    return this.events('output').map(({ output }) => output as string).join('');
  }

  /** The next stop that has not been waited for. */
  async stop(): Promise<Stop> {
    const at = await until('a stop', () => {
      const index = this.said.findIndex(({ event }, place) => place >= this.taken && event === 'stopped');
      return index < 0 ? undefined : { index };
    }).catch((error: Error) => {
      const refused = this.said.filter(({ type, success }) => type === 'response' && success === false).map(({ command, message }) => `${command}: ${message}`);
      throw new Error([error.message, `${this.sessions.length} sessions`, ...refused, this.output()].join('\n'));
    });
    this.taken = at.index + 1;
    const { session, body } = this.said[at.index];
    const { threadId, reason } = body as { threadId: number; reason: string };
    const { stackFrames: frames } = (await session.customRequest('stackTrace', { threadId })) as { stackFrames: StackFrame[] };
    return { session, threadId, reason, frames };
  }

  /** What the Debug Console answers to a line typed while this frame is chosen. */
  async type({ session, frames }: Stop, expression: string): Promise<string> {
    return ((await session.customRequest('evaluate', { expression, context: 'repl', frameId: frames[0].id })) as { result: string }).result;
  }

  /** Names and values of the first scope of the innermost frame. */
  async locals({ session, frames }: Stop): Promise<Record<string, string>> {
    const { scopes } = (await session.customRequest('scopes', { frameId: frames[0].id })) as { scopes: { variablesReference: number }[] };
    const { variables } = (await session.customRequest('variables', { variablesReference: scopes[0].variablesReference })) as { variables: { name: string; value: string }[] };
    return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  }

  /** Ends every session that is still there, and forgets what was said. */
  async reset(): Promise<void> {
    // Those that an adapter announced are the workbench's: extensions are not told of them.
    await vscode.commands.executeCommand('workbench.debug.viewlet.action.removeAllBreakpoints');
    await vscode.debug.stopDebugging();
    await until('the end of every session', () => this.sessions.every(({ id }) => this.ended.has(id)));
    this.sessions.length = this.said.length = this.taken = 0;
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  }

  async allEnded(): Promise<void> {
    await until('the end of every session', () => this.sessions.length > 0 && this.sessions.every(({ id }) => this.ended.has(id)));
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}

/** The file of a frame, on this machine. In a remote window the editor's side spells its path as an address. */
export function fileOf({ source }: StackFrame): string | undefined {
  const { path = '' } = source ?? {};
  return /^[a-z][\w+.-]+:\/\//.test(path) ? vscode.Uri.parse(path).path : path;
}

/** A breakpoint on the line (of the file as it is on disk) that contains `text`. */
export async function breakAt(uri: vscode.Uri, text: string): Promise<vscode.SourceBreakpoint> {
  const document = await vscode.workspace.openTextDocument(uri);
  const line = document.getText().split('\n').findIndex((each) => each.includes(text));
  assert.notEqual(line, -1, `there is no line with ${text}`);
  const breakpoint = new vscode.SourceBreakpoint(new vscode.Location(uri, new vscode.Position(line, 0)));
  vscode.debug.addBreakpoints([breakpoint]);
  return breakpoint;
}

/** Shows numbers as hexadecimal ones and again as decimal ones, and looks at a local variable each time. */
export async function showsHexadecimal(recorder: DebugRecorder, stop: Stop, name: string, decimal: string, hexadecimal: string): Promise<void> {
  await vscode.commands.executeCommand('heatline.debug.showHexadecimal');
  try {
    assert.ok(recorder.events('invalidated').some(({ areas }) => (areas as string[])[0] === 'variables'));
    assert.equal((await recorder.locals(stop))[name], hexadecimal);
  } finally {
    await vscode.commands.executeCommand('heatline.debug.showDecimal');
  }
  assert.equal((await recorder.locals(stop))[name], decimal);
  await until('the frame', () => vscode.debug.activeStackItem);
}
