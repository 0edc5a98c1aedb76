import type { DebugProtocol } from '@vscode/debugprotocol';
import type * as vscode from 'vscode';
import type { NamePlace } from '../../debug/namePlace.ts';
import type { TriedTool } from '../../profilers/ability.ts';
import type { RunningProcess } from '../../profilers/processList.ts';
import type { TestItem } from '../../profilers/tests/testItem.ts';
import type { LaunchInputs } from '../launchInputs.ts';

/** A session of a debug adapter that runs inside the extension host. */
export interface InlineSession {
  onDidSendMessage(listener: (message: object) => void): vscode.Disposable;
  handleMessage(message: DebugProtocol.ProtocolMessage): void;
  dispose(): void;
}

/** A button below the message of a start that failed. */
export interface WayOut {
  readonly label: string;
  run(configuration: vscode.DebugConfiguration, folder: vscode.WorkspaceFolder | undefined): Promise<unknown>;
}

/** What one of our debuggers has of its own inside VS Code; what they share is in debugging.ts. */
export interface Debugger {
  /** Of debug configurations: `pdb`. */
  readonly type: string;
  /** VS Code's id of the language of its files. */
  readonly language: string;
  /** The language for a person. */
  readonly title: string;
  /** The ending of its files, with the dot. */
  readonly ending: string;
  /** What a person is told where there is no test at the cursor. */
  readonly whereTestsAre: string;
  /** Its code is a file of its own (esbuild.mjs), read when the first session starts: an extension that only profiles does without. */
  newSession(): Promise<InlineSession>;
  /** What is started for a file where there is no launch.json. Undefined: the person backed out. @throws ProblemError */
  fileConfiguration(file: vscode.Uri, inputs: LaunchInputs): Promise<vscode.DebugConfiguration | undefined>;
  /** One test of an open file. `env`: the variables of programs in this folder. */
  testConfiguration(document: vscode.TextDocument, item: TestItem, env: Readonly<Record<string, string>>): vscode.DebugConfiguration;
  /** What `${command:TestAtCursor}` stands for. */
  testName(document: vscode.TextDocument, item: TestItem): string;
  /** What a configuration leaves out, from the settings. */
  defaults(configuration: vscode.DebugConfiguration, scope: vscode.Uri | undefined): Record<string, unknown>;
  /** Completes a configuration whose variables were replaced: what needs the real paths. */
  complete(configuration: vscode.DebugConfiguration, folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration>;
  /** What a new launch.json begins with. */
  initialConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]>;
  /** What is offered under the debugger's name in the list of configurations. */
  offeredConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]>;
  /** The names whose values are shown beside the lines while the program stands on a line (0-based). */
  namesAbove(text: string, stopped: number): readonly NamePlace[];
  /** Whether a process is likely one of its programs: those are offered first. */
  suits(process: RunningProcess): boolean | Promise<boolean>;
  /** What mends a start that failed with this code. */
  waysOut(code: string): readonly WayOut[];
  /** Whether the program that it debugs with is here. */
  check?(): Promise<TriedTool>;
  /** A program is about to start, for the first time or again. */
  starting?(configuration: vscode.DebugConfiguration): void;
  /** An event of the adapter that VS Code does not know. */
  hears?(session: vscode.DebugSession, event: string, body: unknown): void;
  dispose?(): void;
}

/** Arguments and environment as a configuration has them: only where there are any. */
export function givenInputs({ args, env }: Pick<LaunchInputs, 'env'> & Partial<LaunchInputs>): { args?: string[]; env?: Record<string, string> } {
  return { ...(args && args.length > 0 ? { args: [...args] } : {}), ...(Object.keys(env).length > 0 ? { env: { ...env } } : {}) };
}
