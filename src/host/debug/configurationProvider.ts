import type * as vscode from 'vscode';
import { activeUri } from '../currentFile.ts';
import type { LaunchMemory } from '../launchInputs.ts';
import type { Problems } from '../problems.ts';
import { requireTrust } from '../trust.ts';
import type { Debugger } from './debugger.ts';
import { debuggedFile } from './debuggedFile.ts';

/** Completes debug configurations of one debugger: from nothing at all (F5 on a file) to one of launch.json that leaves out the usual. */
export class Configurations implements vscode.DebugConfigurationProvider {
  constructor(private readonly own: Debugger, private readonly memory: LaunchMemory, private readonly problems: Problems) {}

  provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    return this.own.initialConfigurations(folder);
  }

  /** Before variables are replaced. Undefined starts nothing: why was shown. */
  resolveDebugConfiguration(folder: vscode.WorkspaceFolder | undefined, given: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    return this.orSay(async () => {
      await requireTrust();
      const isEmpty = !given.type && !given.request && !given.name;
      const configuration = isEmpty ? await this.ofFileInFront(given) : { ...given, type: given.type || this.own.type };
      return configuration && withDefaults(configuration, this.own.defaults(configuration, folder?.uri ?? activeUri()));
    });
  }

  /** After variables were replaced. */
  resolveDebugConfigurationWithSubstitutedVariables(folder: vscode.WorkspaceFolder | undefined, given: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    return this.orSay(() => this.own.complete(given, folder));
  }

  private async ofFileInFront(given: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    const { file } = await debuggedFile([this.own]);
    const made = await this.own.fileConfiguration(file, this.memory.inputs(file));
    return made && { ...given, ...made };
  }

  private async orSay(make: () => Promise<vscode.DebugConfiguration | undefined>): Promise<vscode.DebugConfiguration | undefined> {
    try {
      return await make();
    } catch (error) {
      // The message waits for a click; the start does not.
      void this.problems.show(error);
      return undefined;
    }
  }
}

function withDefaults(configuration: vscode.DebugConfiguration, defaults: Record<string, unknown>): vscode.DebugConfiguration {
  return { ...defaults, ...Object.fromEntries(Object.entries(configuration).filter(([, value]) => value !== undefined)) } as vscode.DebugConfiguration;
}
