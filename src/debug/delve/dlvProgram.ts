import { stat } from 'node:fs/promises';
import path from 'node:path';
import { findGoProgram } from '../../profilers/go/installedProgram.ts';
import { INSTALL_DLV, installRemedy } from '../../profilers/install.ts';
import { findProgram, runProcess } from '../../profilers/process.ts';
import type { Remedy } from '../../profilers/problem.ts';
import { fault } from '../fault.ts';

/** A dlv that was found. */
export interface DlvProgram {
  readonly file: string;
  /** `1.27.2`; empty where it does not say. */
  readonly version: string;
}

/** One whose version is being asked for. */
export interface LocatedDlv {
  readonly file: string;
  readonly version: Promise<string>;
}

/** The command that installs the newest dlv, as a person types it. */
export const INSTALL = INSTALL_DLV.join(' ');

const versions = new Map<string, Promise<string>>();

/**
 * The dlv of a configuration, or else one on PATH or in Go's own folder of programs.
 * @throws ProblemError `delve-no-dlv`
 */
export async function findDlv(named: string | undefined, cwd: string, env: NodeJS.ProcessEnv): Promise<DlvProgram> {
  const { file, version } = await locateDlv(named, cwd, env);
  return { file, version: await version };
}

/** As `findDlv`, without waiting for what it says of itself. @throws ProblemError `delve-no-dlv` */
export async function locateDlv(named: string | undefined, cwd: string, env: NodeJS.ProcessEnv): Promise<LocatedDlv> {
  const file = await locate(named, cwd, env);
  if (!file && named) {
    const settings: Remedy[] = [{ kind: 'setting', label: 'Open Settings', setting: 'heatline.debug.dlv.path' }];
    throw fault('delve-no-dlv', `The debugger ${named} was not found.`, 'Correct "dlv" of the debug configuration, or the setting heatline.debug.dlv.path.', undefined, settings);
  }
  if (!file) throw fault('delve-no-dlv', 'dlv, the debugger for Go, was not found.', `Install it: ${INSTALL}`, undefined, await installRemedy('dlv'));
  // It may be replaced by a newer one while we run.
  const which = `${file} ${(await stat(file)).mtimeMs}`;
  let version = versions.get(which);
  if (!version) versions.set(which, (version = versionOf(file)));
  return { file, version };
}

async function locate(named: string | undefined, cwd: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (named) return findProgram(/[\\/]/.test(named) ? path.resolve(cwd, named) : named, env);
  return findGoProgram('dlv', env);
}

async function versionOf(file: string): Promise<string> {
  const { stdout } = await runProcess(file, ['version']).catch(() => ({ stdout: '' }));
  return /^Version: *([\d.]+)/m.exec(stdout)?.[1] ?? '';
}

/** Whether a version such as `1.20.2` is at least another. */
export function atLeast(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((each) => each.split('.').map(Number));
  for (let at = 0; at < b.length; at++) if ((a[at] ?? 0) !== b[at]) return (a[at] ?? 0) > b[at];
  return true;
}
