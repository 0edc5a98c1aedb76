import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { findDlv } from '../../../debug/delve/dlvProgram.ts';
import type { BuildFailure, LostSources } from '../../../debug/delve/surroundings.ts';
import { namesAbove } from '../../../debug/goNames.ts';
import type { TriedTool } from '../../../profilers/ability.ts';
import { readExecutable } from '../../../profilers/executable.ts';
import type { RunningProcess } from '../../../profilers/processList.ts';
import type { TestItem } from '../../../profilers/tests/testItem.ts';
import { asProblem } from '../../problems.ts';
import { PlaceDiagnostics } from '../../placeDiagnostics.ts';
import { delveSettings } from '../../settings.ts';
import type { Debugger, InlineSession, WayOut } from '../debugger.ts';
import { ChosenSources } from './chosenSources.ts';
import { benchmarkOnly, fileConfiguration, initialConfigurations, offeredConfigurations, testConfiguration, TYPE } from './configurations.ts';

/** Members that name a file or a folder. */
const PATHS = ['output', 'coreFile', 'traceDir'] as const;

const SHOW_PROBLEMS: WayOut = { label: 'Show Problems', run: async () => vscode.commands.executeCommand('workbench.actions.view.problems') };

/** Go, with dlv. */
export class DelveDebugger implements Debugger {
  readonly type = TYPE;
  readonly language = 'go';
  readonly title = 'Go';
  readonly ending = '.go';
  readonly whereTestsAre = 'Put the cursor into a test, sub-test or benchmark of a x_test.go file.';
  readonly fileConfiguration = fileConfiguration;
  readonly testConfiguration = testConfiguration;
  readonly initialConfigurations = initialConfigurations;
  readonly offeredConfigurations = offeredConfigurations;
  readonly namesAbove = namesAbove;
  private readonly sources: ChosenSources;
  private readonly complaints = new PlaceDiagnostics('heatline go build', 'go');

  constructor(memory: vscode.Memento) {
    this.sources = new ChosenSources(memory);
  }

  async newSession(): Promise<InlineSession> {
    const { DelveSession } = await import('../../../debug/delve/session.ts');
    return new DelveSession();
  }

  /** The pattern of `go test -run`, or -bench. */
  testName(_document: vscode.TextDocument, { id }: TestItem): string {
    return id;
  }

  defaults({ request, mode }: vscode.DebugConfiguration, scope: vscode.Uri | undefined): Record<string, unknown> {
    const { console, buildFlags, ...common } = delveSettings(scope);
    if (request !== 'launch') return common;
    const isBuilt = mode === undefined || mode === 'auto' || mode === 'debug' || mode === 'test';
    return { console, ...(isBuilt && buildFlags.length > 0 ? { buildFlags } : {}), ...common };
  }

  async complete(given: vscode.DebugConfiguration, folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration> {
    const base = folder?.uri.fsPath;
    const rules = this.sources.rules(given);
    const configuration: vscode.DebugConfiguration = { ...given, ...(rules ? { substitutePath: rules } : {}) };
    // ${command:TestAtCursor} may be a benchmark, which -run does not find.
    if (typeof configuration.run === 'string' && /^\^?Benchmark/.test(configuration.run) && !configuration.bench) Object.assign(configuration, benchmarkOnly(configuration.run));
    if (base === undefined) return configuration;
    for (const name of PATHS) if (isText(configuration[name])) configuration[name] = path.resolve(base, configuration[name]);
    if (isText(configuration.cwd)) configuration.cwd = path.resolve(base, configuration.cwd);
    if (isText(configuration.program)) configuration.program = await programPath(configuration.program, base);
    // An import path is looked up, and the sources of a running program are looked for, in the folder's module.
    if (configuration.request === 'attach' || (isText(configuration.program) && !path.isAbsolute(configuration.program))) configuration.cwd ||= base;
    return configuration;
  }

  /** The name says nothing: a Go program is called what its package is called. Its own file tells. */
  async suits({ pid }: RunningProcess): Promise<boolean> {
    return process.platform === 'linux' && (await readExecutable(`/proc/${pid}/exe`))?.isGo === true;
  }

  waysOut(code: string): readonly WayOut[] {
    return code === 'delve-build' ? [SHOW_PROBLEMS] : [];
  }

  async check(): Promise<TriedTool> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const own = { id: TYPE, label: 'Debugging Go', question: 'Where does a Go program stand, and with what values?' };
    try {
      const { file, version } = await findDlv(delveSettings(folder).dlv, folder?.fsPath ?? os.homedir(), process.env);
      return { profiler: { ...own, cost: `dlv ${version || 'of an unknown version'}: ${file}` }, suits: true, problem: undefined };
    } catch (error) {
      return { profiler: { ...own, cost: '' }, suits: true, problem: asProblem(error) };
    }
  }

  /** What an earlier build complained of may be mended. */
  starting({ request }: vscode.DebugConfiguration): void {
    if (request === 'launch') this.complaints.clear();
  }

  hears(session: vscode.DebugSession, event: string, body: unknown): void {
    if (event === 'chooseSources') void this.sources.ask(session, body as LostSources);
    if (event === 'buildFailed') this.complaints.show((body as BuildFailure).places.map((place) => ({ ...place, severity: 'error' })));
  }

  dispose(): void {
    this.complaints.dispose();
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Relative to the folder, unless it is an import path: those name nothing there. */
async function programPath(program: string, base: string): Promise<string> {
  const file = path.resolve(base, program);
  if (/^\.{1,2}(?:[\\/]|$)/.test(program)) return file;
  return (await stat(file).catch(() => undefined)) ? file : program;
}
