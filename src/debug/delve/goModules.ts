import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A Go module of the workspace. */
export interface LocalModule {
  /** As go.mod says: `example.com/app`. */
  readonly name: string;
  readonly folder: string;
}

/** How deep below the workspace's folder modules are looked for. */
const DEPTH = 3;
/** Folders that are read at most: a workspace can be a whole disk. */
const MOST_FOLDERS = 2000;
/** Folders whose modules are not the person's own program. */
const PASSED_OVER = /^(\.|_|node_modules$|vendor$|testdata$)/;

/** The modules in a folder and a few levels below it, and the one that the folder lies in. */
export async function modulesNear(folder: string): Promise<LocalModule[]> {
  const found: LocalModule[] = [];
  let waiting = [folder];
  for (let depth = 0, seen = 0; depth <= DEPTH && waiting.length > 0 && seen < MOST_FOLDERS; depth++) {
    const next: string[] = [];
    for (const each of waiting.slice(0, MOST_FOLDERS - seen)) {
      seen++;
      const entries = await readdir(each, { withFileTypes: true }).catch(() => []);
      if (entries.some((entry) => entry.name === 'go.mod')) found.push(...(await moduleIn(each)));
      next.push(...entries.filter((entry) => entry.isDirectory() && !PASSED_OVER.test(entry.name)).map((entry) => path.join(each, entry.name)));
    }
    waiting = next;
  }
  for (let at = path.dirname(folder), below = folder; at !== below && !found.some((each) => each.folder === folder); below = at, at = path.dirname(at)) {
    const outer = await moduleIn(at);
    found.push(...outer);
    if (outer.length > 0) break;
  }
  return found;
}

async function moduleIn(folder: string): Promise<LocalModule[]> {
  const content = await readFile(path.join(folder, 'go.mod'), 'utf8').catch(() => '');
  const name = /^\s*module\s+(?:"([^"]+)"|(\S+))/m.exec(content);
  return name ? [{ name: name[1] ?? name[2], folder }] : [];
}
