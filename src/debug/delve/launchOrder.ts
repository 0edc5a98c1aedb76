import { stat } from 'node:fs/promises';
import path from 'node:path';
import { environmentOf, flag, mergedEnvironment, mustBeFolder, optionalText, words, wrong } from '../configurationChecks.ts';
import { fault } from '../fault.ts';
import type { TerminalKind } from '../terminalOrder.ts';
import { DEFAULTS, type CommonConfiguration, type LaunchConfiguration } from './configuration.ts';
import { findDlv, type DlvProgram } from './dlvProgram.ts';

/** A launch configuration, checked: how dlv is started. */
export interface LaunchOrder {
  readonly title: string;
  readonly dlv: DlvProgram;
  /** dlv's subcommand with its own options, without those of the server: `['debug', '--wd', '/work', '.']`. */
  readonly command: readonly string[];
  /** Behind `--`. */
  readonly args: readonly string[];
  /** dlv's own working folder: that of the package, so that the go command finds its module. */
  readonly dlvCwd: string;
  /** Of the program. */
  readonly cwd: string;
  /** Differences from the adapter's environment; null takes a variable away. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly console: TerminalKind;
}

/** Checks a configuration as far as that is possible before anything runs. @throws ProblemError that names the member, and what it must be */
export async function launchOrder(configuration: LaunchConfiguration): Promise<LaunchOrder> {
  const mode = configuration.mode ?? 'debug';
  const program = optionalText(configuration, 'program');
  if (!program) throw fault('delve-nothing', 'The debug configuration names nothing to run.', 'Say in "program" which package, file or binary is debugged.');
  const base = optionalText(configuration, 'cwd');
  const file = path.resolve(base ?? '', program);
  const info = await stat(file).catch(() => undefined);
  if (!info) throw fault('delve-no-file', `${file} does not exist.`, 'Correct "program" of the debug configuration.');
  const dlvCwd = info.isDirectory() ? file : path.dirname(file);
  const cwd = path.resolve(base ?? dlvCwd);
  await mustBeFolder(cwd);
  const env = await environmentOf(configuration, cwd);
  const dlv = await findDlv(optionalText(configuration, 'dlv'), cwd, mergedEnvironment(env));
  if (mode !== 'debug' && mode !== 'test' && mode !== 'exec') throw wrong('mode', mode, '"debug", "test" or "exec"');
  const what = mode === 'exec' ? file : '.';
  return {
    title: path.basename(file), dlv, command: [mode, what, '--wd', cwd], args: words(configuration, 'args'), dlvCwd, cwd, env,
    console: (configuration.console ?? DEFAULTS.console) as TerminalKind,
  };
}

/** What dlv's DAP is told of how values and goroutines are shown (LaunchAttachCommonConfig in service/dap/types.go). */
export function sharedSettings(configuration: CommonConfiguration): Record<string, unknown> {
  const { goroutineFilters, showPprofLabels, stackTraceDepth, maxStringLen, maxArrayValues, substitutePath } = configuration;
  const given = { goroutineFilters, showPprofLabels, stackTraceDepth, maxStringLen, maxArrayValues, substitutePath };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    stopOnEntry: flag(configuration, 'stopOnEntry'), hideSystemGoroutines: flag(configuration, 'hideSystemGoroutines', DEFAULTS.hideSystemGoroutines),
    showGlobalVariables: flag(configuration, 'showGlobalVariables'), showRegisters: flag(configuration, 'showRegisters'),
  };
}
