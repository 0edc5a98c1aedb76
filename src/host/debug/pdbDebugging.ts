import * as vscode from 'vscode';
import { ProblemError } from '../../profilers/problem.ts';
import type { RunningProcess } from '../../profilers/processList.ts';
import type { LaunchMemory } from '../launchInputs.ts';
import type { Problems } from '../problems.ts';
import { pickProcess } from '../processPicker.ts';
import { targetSettings } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { currentPythonFile, PdbConfigurations } from './configurationProvider.ts';
import { HostedSession } from './hostedSession.ts';
import { PythonInlineValues } from './inlineValues.ts';
import { fileConfiguration, offeredConfigurations, testConfiguration, TYPE } from './newConfigurations.ts';
import { SelectedFrames } from './selectedFrame.ts';
import { newPdbSession } from './sessionCode.ts';
import { showStartFailure } from './startFailures.ts';
import { WholeValues, type ClickedValue } from './wholeValue.ts';

/** Debugging Python in VS Code: sessions, configurations, and what the workbench has no button for. */
export class PdbDebugging implements vscode.Disposable, vscode.DebugAdapterDescriptorFactory {
  private readonly sessions = new Set<HostedSession>();
  private readonly selected = new SelectedFrames();
  private readonly values = new WholeValues();
  private isHexadecimal = false;
  private readonly disposables: vscode.Disposable[];

  /** `helper`: the folder of the Python helper. */
  constructor(private readonly helper: string, private readonly memory: LaunchMemory, private readonly problems: Problems) {
    const configurations = new PdbConfigurations(memory, problems);
    this.disposables = [
      vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, this),
      vscode.debug.registerDebugConfigurationProvider(TYPE, configurations),
      vscode.debug.registerDebugConfigurationProvider(TYPE, { provideDebugConfigurations: offeredConfigurations }, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
      vscode.languages.registerInlineValuesProvider({ language: 'python' }, new PythonInlineValues()),
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
        if (session.type === TYPE && event === 'selectedFrame') this.selected.follow(session, body as { threadId: number; frameId: number });
      }),
      this.values,
    ];
  }

  /** VS Code asks for the adapter of a session. */
  async createDebugAdapterDescriptor(session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    await requireTrust();
    const hosted = new HostedSession(
      await newPdbSession({ helper: this.helper }), () => this.isHexadecimal, (failure) => void showStartFailure(failure, session.configuration, session.workspaceFolder),
      (ended) => this.sessions.delete(ended),
    );
    this.sessions.add(hosted);
    return new vscode.DebugAdapterInlineImplementation(hosted);
  }

  /** Starts the Python file that is in front, or that a menu was opened on. Resolves to whether a session began. */
  async debugFile(invokedOn?: unknown): Promise<boolean> {
    return this.orSay(async () => {
      await requireTrust();
      const file = await currentPythonFile(invokedOn);
      return this.start(file, fileConfiguration(file, this.memory));
    });
  }

  /** Debugs the test at a line (0-based) of a file; by default at the cursor. */
  async debugTest(invokedOn?: unknown, line?: number): Promise<boolean> {
    return this.orSay(async () => {
      await requireTrust();
      const { document, at } = await testPlace(invokedOn, line);
      return this.start(document.uri, testConfiguration(document, at, targetSettings(document.uri).env));
    });
  }

  /** For `${command:TestAtCursor}`: pytest's node id. Undefined starts nothing. */
  async testAtCursor(): Promise<string | undefined> {
    try {
      const { document, at } = await testPlace();
      return (testConfiguration(document, at, {}).pytest as string[])[0];
    } catch (error) {
      void this.problems.show(error);
      return undefined;
    }
  }

  /** For `${command:PickProcess}`: a process id. Undefined starts nothing. */
  async pickProcess(): Promise<string | undefined> {
    try {
      return (await pickProcess({ title: 'Attach to a running Python program', first: isPython }))?.toString();
    } catch (error) {
      void this.problems.show(error);
      return undefined;
    }
  }

  /** Shows whole numbers of every session as hexadecimal ones, or no longer. */
  toggleHexadecimal(): void {
    this.isHexadecimal = !this.isHexadecimal;
    void vscode.commands.executeCommand('setContext', 'heatline.debug.hexadecimal', this.isHexadecimal);
    for (const session of this.sessions) session.refresh();
  }

  showWholeValue(clicked?: ClickedValue): Promise<void> {
    return this.values.show(clicked);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async start(file: vscode.Uri, configuration: vscode.DebugConfiguration): Promise<boolean> {
    return vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), configuration);
  }

  private async orSay(run: () => Promise<boolean>): Promise<boolean> {
    try {
      return await run();
    } catch (error) {
      void this.problems.show(error);
      return false;
    }
  }
}

/** The document and line (0-based) of a test to debug, the file saved. @throws ProblemError when there is no file */
async function testPlace(invokedOn?: unknown, line?: number): Promise<{ readonly document: vscode.TextDocument; readonly at: number }> {
  const document = await vscode.workspace.openTextDocument(await currentPythonFile(invokedOn));
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  const at = line ?? editor?.selection.active.line;
  if (at === undefined) throw new ProblemError({ code: 'no-test', message: 'There is no test at the cursor.', why: 'Open a test file of pytest and put the cursor into a test.', remedies: [] });
  return { document, at };
}

function isPython({ command }: RunningProcess): boolean {
  return /(^|\/)(python|pypy)[\d.]*(\s|$)/.test(command);
}
