import { lstat, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Folders that a listener may have written its token to, in the order of the helper's tokens.py. */
export function tokenFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const home = os.homedir();
  const own = { darwin: path.join(home, 'Library', 'Caches'), win32: env.LOCALAPPDATA || path.join(home, 'AppData', 'Local') };
  const cache = env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : own[process.platform as keyof typeof own] ?? path.join(home, '.cache');
  const runtime = env.XDG_RUNTIME_DIR && path.isAbsolute(env.XDG_RUNTIME_DIR) ? [env.XDG_RUNTIME_DIR] : [];
  return [...runtime, cache].map((folder) => path.join(folder, 'heatline'));
}

/** The token of the listener on `port`, from the file that it has written for its own user; undefined when there is none that only its owner can read. */
export async function tokenOfListener(port: number, env?: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of tokenFolders(env)) {
    const file = path.join(folder, `pdb-${port}.token`);
    const info = await lstat(file).catch(() => undefined);
    if (!info?.isFile() || (process.getuid && (info.uid !== process.getuid() || (info.mode & 0o077) !== 0))) continue;
    const token = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (token) return token;
  }
  return undefined;
}
