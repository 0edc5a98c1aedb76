import * as vscode from 'vscode';
import type { TriedTool } from '../../profilers/ability.ts';
import type { LaunchMemory } from '../launchInputs.ts';
import type { Problems } from '../problems.ts';
import { pickProcess } from '../processPicker.ts';
import { targetSettings } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { Configurations } from './configurationProvider.ts';
import { debuggedFile, debuggedTest } from './debuggedFile.ts';
import type { Debugger } from './debugger.ts';
import { HostedSession } from './hostedSession.ts';
import { InlineValues } from './inlineValues.ts';
import { SelectedFrames } from './selectedFrame.ts';
import { showStartFailure } from './startFailures.ts';
import { WholeValues, type ClickedValue } from './wholeValue.ts';

/** What VS Code gives a command of the menu of a session, thread or frame. */
export interface ClickedCall {
  readonly sessionId?: string;
}

/** Debugging in VS Code: sessions, configurations, and what the workbench has no button for. */
export class Debugging implements vscode.Disposable {
  private readonly sessions = new Map<HostedSession, vscode.DebugSession>();
  private readonly selected = new SelectedFrames();
  private readonly values: WholeValues;
  private isHexadecimal = false;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly debuggers: readonly Debugger[], private readonly memory: LaunchMemory, private readonly problems: Problems) {
    this.values = new WholeValues(debuggers);
    this.disposables = [
      ...debuggers.flatMap((own) => [
        vscode.debug.registerDebugAdapterDescriptorFactory(own.type, { createDebugAdapterDescriptor: (session) => this.adapter(own, session) }),
        vscode.debug.registerDebugConfigurationProvider(own.type, new Configurations(own, memory, problems)),
        vscode.debug.registerDebugConfigurationProvider(own.type, { provideDebugConfigurations: (folder) => own.offeredConfigurations(folder) }, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
        vscode.languages.registerInlineValuesProvider({ language: own.language }, new InlineValues((text, line) => own.namesAbove(text, line))),
        { dispose: () => own.dispose?.() },
      ]),
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => this.hear(session, event, body)),
      this.values,
    ];
  }

  /** Starts the file that is in front, or that a menu was opened on. Resolves to whether a session began. */
  async debugFile(invokedOn?: unknown): Promise<boolean> {
    return this.orSay(false, async () => {
      await requireTrust();
      const { own, file } = await debuggedFile(this.debuggers, invokedOn);
      return this.start(file, await own.fileConfiguration(file, this.memory.inputs(file)));
    });
  }

  /** Debugs the test at a line (0-based) of a file; by default at the cursor. */
  async debugTest(invokedOn?: unknown, line?: number): Promise<boolean> {
    return this.orSay(false, async () => {
      await requireTrust();
      const { own, file, document, item } = await debuggedTest(this.debuggers, invokedOn, line);
      return this.start(file, own.testConfiguration(document, item, targetSettings(file).env));
    });
  }

  /** For `${command:TestAtCursor}` of a configuration: the test as its runner calls it. Undefined starts nothing. */
  testAtCursor(configuration?: unknown): Promise<string | undefined> {
    return this.orSay(undefined, async () => {
      const { own, document, item } = await debuggedTest(this.of(configuration));
      return own.testName(document, item);
    });
  }

  /** For `${command:PickProcess}` of a configuration: a process id. Undefined starts nothing. */
  pickProcess(configuration?: unknown): Promise<string | undefined> {
    return this.orSay(undefined, async () => {
      const [own, ...others] = this.of(configuration);
      const title = others.length > 0 ? 'Attach to a running program' : `Attach to a running ${own.title} program`;
      return (await pickProcess({ title, first: async (process) => (await Promise.all([own, ...others].map((each) => each.suits(process)))).includes(true) }))?.toString();
    });
  }

  /** Shows whole numbers of every session as hexadecimal ones, or no longer. */
  toggleHexadecimal(): void {
    this.isHexadecimal = !this.isHexadecimal;
    void vscode.commands.executeCommand('setContext', 'heatline.debug.hexadecimal', this.isHexadecimal);
    for (const session of this.sessions.keys()) session.refresh();
  }

  /** The session that a menu of the call stack was opened on, else the one in front. */
  session(clicked?: ClickedCall): vscode.DebugSession | undefined {
    return [...this.sessions.values()].find(({ id }) => id === clicked?.sessionId) ?? vscode.debug.activeDebugSession;
  }

  /** Whether the debuggers that need a program of their own have it here. */
  async check(): Promise<readonly TriedTool[]> {
    return (await Promise.all(this.debuggers.map((each) => each.check?.()))).filter((each) => each !== undefined);
  }

  showWholeValue(clicked?: ClickedValue): Promise<void> {
    return this.values.show(clicked);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** VS Code asks for the adapter of a session. */
  private async adapter(own: Debugger, session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    await requireTrust();
    const { configuration, workspaceFolder } = session;
    const hosted = new HostedSession(await own.newSession(), {
      isHexadecimal: () => this.isHexadecimal,
      begins: () => own.starting?.(configuration),
      failed: (failure) => void showStartFailure(failure, own.waysOut(failure.code), configuration, workspaceFolder),
      ended: (ended) => this.sessions.delete(ended),
    });
    this.sessions.set(hosted, session);
    return new vscode.DebugAdapterInlineImplementation(hosted);
  }

  private hear(session: vscode.DebugSession, event: string, body: unknown): void {
    const own = this.debuggers.find(({ type }) => type === session.type);
    if (own && event === 'selectedFrame') this.selected.follow(session, body as { threadId: number; frameId: number });
    else own?.hears?.(session, event, body);
  }

  /** The debugger of a configuration, which VS Code gives the commands of its variables; all where it gives none. */
  private of(configuration: unknown): readonly Debugger[] {
    const { type } = (configuration ?? {}) as { type?: unknown };
    const own = this.debuggers.filter((each) => each.type === type);
    return own.length > 0 ? own : this.debuggers;
  }

  private async start(file: vscode.Uri, configuration: vscode.DebugConfiguration | undefined): Promise<boolean> {
    return configuration !== undefined && vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), configuration);
  }

  private async orSay<T>(nothing: T, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      void this.problems.show(error);
      return nothing;
    }
  }
}
