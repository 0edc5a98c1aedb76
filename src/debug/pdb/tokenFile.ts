import { readFile, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Folders that a listener may write its token to, the most likely first; the helper chooses by the same rules. */
export function tokenFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const home = os.homedir();
  const caches = process.platform === 'win32'
    ? [env.LOCALAPPDATA, path.join(home, 'AppData', 'Local')]
    : [env.XDG_RUNTIME_DIR, env.XDG_CACHE_HOME, path.join(home, '.cache')];
  return [...new Set(caches.filter((folder): folder is string => !!folder))].map((folder) => path.join(folder, 'heatline'));
}

/** The token of the listener on `port`, from the file that it has written for its own user; undefined when there is none. */
export async function tokenOfListener(port: number, env?: NodeJS.ProcessEnv): Promise<string | undefined> {
  let newest: { readonly token: string; readonly time: number } | undefined;
  for (const folder of tokenFolders(env)) {
    const file = path.join(folder, `pdb-${port}.token`);
    const info = await stat(file).catch(() => undefined);
    const token = info && (await readFile(file, 'utf8').catch(() => '')).trim();
    // A file of an earlier listener on the same port may be left in another folder.
    if (info && token && (!newest || info.mtimeMs > newest.time)) newest = { token, time: info.mtimeMs };
  }
  return newest?.token;
}
