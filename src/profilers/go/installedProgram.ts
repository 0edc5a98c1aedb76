import path from 'node:path';
import { findProgram } from '../process.ts';

/** A program that `go install` has built, or another on PATH: Go's own folders of programs are not always on it. Undefined where there is none. */
export async function findGoProgram(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const onPath = await findProgram(name, env);
  if (onPath) return onPath;
  const home = env.HOME ?? env.USERPROFILE;
  for (const folder of [env.GOBIN, ...(env.GOPATH ?? '').split(path.delimiter).filter(Boolean).map((each) => path.join(each, 'bin')), home && path.join(home, 'go', 'bin')]) {
    const found = folder && (await findProgram(path.join(folder, name), env));
    if (found) return found;
  }
  return undefined;
}
