import path from 'node:path';
import { findProgram, runProcess } from '../../profilers/process.ts';
import { fault } from '../fault.ts';

/** A dlv that was found. */
export interface DlvProgram {
  readonly file: string;
  /** `1.27.2`; empty where it does not say. */
  readonly version: string;
}

export const INSTALL = 'go install github.com/go-delve/delve/cmd/dlv@latest';

const versions = new Map<string, Promise<string>>();

/**
 * The dlv of a configuration, or else one on PATH or in Go's own folder of programs.
 * @throws ProblemError `delve-no-dlv`
 */
export async function findDlv(named: string | undefined, cwd: string, env: NodeJS.ProcessEnv): Promise<DlvProgram> {
  const file = await locate(named, cwd, env);
  if (!file) {
    throw fault('delve-no-dlv', named ? `The debugger ${named} was not found.` : 'dlv, the debugger for Go, was not found.', named ? 'Correct "dlv" of the debug configuration, or the setting heatline.debug.dlv.path.' : `Install it: ${INSTALL}`);
  }
  let version = versions.get(file);
  if (!version) versions.set(file, (version = versionOf(file)));
  return { file, version: await version };
}

async function locate(named: string | undefined, cwd: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (named) return findProgram(/[\\/]/.test(named) ? path.resolve(cwd, named) : named, env);
  const onPath = await findProgram('dlv', env);
  if (onPath) return onPath;
  // Where `go install` puts it, which is not always on PATH.
  const home = env.HOME ?? env.USERPROFILE;
  for (const folder of [env.GOBIN, ...(env.GOPATH ?? '').split(path.delimiter).filter(Boolean).map((each) => path.join(each, 'bin')), home && path.join(home, 'go', 'bin')]) {
    const found = folder && (await findProgram(path.join(folder, 'dlv'), env));
    if (found) return found;
  }
  return undefined;
}

async function versionOf(file: string): Promise<string> {
  const { stdout } = await runProcess(file, ['version']);
  return /^Version: *([\d.]+)/m.exec(stdout)?.[1] ?? '';
}

/** Whether a version such as `1.20.2` is at least another. */
export function atLeast(version: string, wanted: string): boolean {
  const [a, b] = [version, wanted].map((each) => each.split('.').map(Number));
  for (let at = 0; at < b.length; at++) if ((a[at] ?? 0) !== b[at]) return (a[at] ?? 0) > b[at];
  return true;
}
