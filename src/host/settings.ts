import os from 'node:os';
import * as vscode from 'vscode';
import type { SourceMap } from '../core/sourceMap.ts';
import { DEFAULTS as DELVE_DEFAULTS, type CommonConfiguration } from '../debug/delve/configuration.ts';
import { DEFAULTS, type DebugConsole } from '../debug/pdb/configuration.ts';
import type { TerminalKind } from '../debug/terminalOrder.ts';
import type { BuildSettings } from '../profilers/build.ts';
import { PROFILERS } from '../profilers/index.ts';
import { optionReader, type OptionValue, type ReadOption } from '../profilers/options.ts';

/** What heat is measured by. */
export type HeatMetric = 'self' | 'total';

export interface HeatSettings {
  readonly enabled: boolean;
  /** Share of the profile's total, 0 to 1, below which nothing is shown. */
  readonly threshold: number;
  readonly metric: HeatMetric;
  readonly inline: boolean;
}

export interface TargetSettings {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pythonPath: string;
  readonly ask: boolean;
}

/** What debug configurations of Python leave out, by the names they have there. */
export interface DebugSettings {
  readonly console: TerminalKind;
  readonly debugger: DebugConsole;
  readonly justMyCode: boolean;
  readonly skip: readonly string[];
  readonly subProcess: boolean;
  readonly allThreads: boolean;
  readonly showReturnValue: boolean;
}

/** What debug configurations of Go leave out, by the names they have there. */
export interface DelveSettings extends Pick<CommonConfiguration, 'dlv' | 'dlvFlags' | 'hideSystemGoroutines' | 'showGlobalVariables' | 'showRegisters' | 'showCommands' | 'stackTraceDepth'> {
  readonly console: TerminalKind;
  readonly buildFlags: readonly string[];
}

export type OpenViewer = 'beside' | 'active' | 'never';

function configuration(scope?: vscode.Uri): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('heatline', scope);
}

export function targetSettings(scope: vscode.Uri): TargetSettings {
  const values = configuration(scope);
  return {
    program: values.get('program', ''), args: values.get<string[]>('args', []), cwd: values.get('cwd', ''),
    env: values.get<Record<string, string>>('env', {}), pythonPath: values.get('python.path', ''), ask: values.get('askBeforeRun', false),
  };
}

export function buildSettings(scope: vscode.Uri): BuildSettings {
  const values = configuration(scope);
  return {
    cCompiler: values.get('c.compiler', 'cc'), cppCompiler: values.get('cpp.compiler', 'c++'),
    cFlags: values.get<string[]>('c.flags', []), cppFlags: values.get<string[]>('cpp.flags', []),
    go: values.get('go.path', 'go'), goFlags: values.get<string[]>('go.buildFlags', []),
  };
}

export function debugSettings(scope?: vscode.Uri): DebugSettings {
  const values = vscode.workspace.getConfiguration('heatline.debug', scope);
  return {
    console: values.get<TerminalKind>('console', DEFAULTS.console), debugger: values.get<DebugConsole>('debugger', DEFAULTS.debugger), justMyCode: values.get('justMyCode', DEFAULTS.justMyCode),
    skip: values.get<string[]>('skip', []), subProcess: values.get('subProcess', DEFAULTS.subProcess), allThreads: values.get('allThreads', DEFAULTS.allThreads),
    showReturnValue: values.get('showReturnValue', DEFAULTS.showReturnValue),
  };
}

export function delveSettings(scope?: vscode.Uri): DelveSettings {
  const values = vscode.workspace.getConfiguration('heatline.debug', scope);
  const [dlv, dlvFlags] = [values.get('dlv.path', ''), values.get<string[]>('dlv.flags', [])];
  const own = <Name extends keyof typeof DELVE_DEFAULTS>(name: Name) => values.get<(typeof DELVE_DEFAULTS)[Name]>(`dlv.${name}`, DELVE_DEFAULTS[name]);
  return {
    console: values.get<TerminalKind>('console', DEFAULTS.console), buildFlags: configuration(scope).get<string[]>('go.buildFlags', []), ...(dlv ? { dlv } : {}), ...(dlvFlags.length > 0 ? { dlvFlags } : {}),
    hideSystemGoroutines: own('hideSystemGoroutines'), showGlobalVariables: own('showGlobalVariables'), showRegisters: own('showRegisters'), showCommands: own('showCommands'), stackTraceDepth: own('stackTraceDepth'),
  };
}

/** Reads profilers' options from the settings, with what was changed for one run. */
export function profilerOptions(scope?: vscode.Uri, changed?: Readonly<Record<string, OptionValue>>): ReadOption {
  const values = configuration(scope);
  return optionReader((name) => values.get(name), changed);
}

/** Every setting of profilers' options as it is, by name, for a program that has no editor to ask. */
export function optionSettings(scope: vscode.Uri): Record<string, unknown> {
  const values = configuration(scope);
  return Object.fromEntries(PROFILERS.flatMap(({ options }) => options).map(({ setting }) => [setting, values.get(setting)]));
}

/** Folders of other machines and containers -> folders here, with the usual variables replaced. */
export function sourceMap(): SourceMap {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const replaced = (value: string) => value.replaceAll('${workspaceFolder}', folder).replaceAll('${userHome}', os.homedir());
  return Object.fromEntries(Object.entries(configuration().get<Record<string, string>>('sourceMap', {})).map(([remote, local]) => [remote, replaced(String(local))]));
}

export function heatSettings(): HeatSettings {
  const values = configuration();
  return {
    enabled: values.get('heat.enabled', true), threshold: values.get('heat.threshold', 0.5) / 100,
    metric: values.get<HeatMetric>('heat.metric', 'self'), inline: values.get('heat.inline', true),
  };
}

/** Whether tests get their "Profile" and "Debug". */
export function testLensSetting(scope: vscode.Uri): boolean {
  return configuration(scope).get('testLenses', true);
}

export function openViewerSetting(): OpenViewer {
  return configuration().get<OpenViewer>('openViewer', 'beside');
}

/** Changes a setting where the person set it last: in the workspace if it stands there, else for the user. */
export async function updateSetting(name: string, value: unknown): Promise<void> {
  const values = configuration();
  const inWorkspace = values.inspect(name)?.workspaceValue !== undefined;
  await values.update(name, value, inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global);
}
