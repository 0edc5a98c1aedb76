import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { readElf } from './symbols/elf.ts';
import { runProcess } from './process.ts';

/** Names of the libraries that can do a thing, the best first; behind them a version may follow. */
export const LIBRARIES = { cpu: ['libprofiler.so', 'libtcmalloc_and_profiler.so'], heap: ['libtcmalloc.so', 'libtcmalloc_and_profiler.so'] } as const;

/** Where libraries are beside what the loader's cache knows. */
const FOLDERS = ['/usr/local/lib', '/usr/local/lib64', '/usr/lib', '/usr/lib64', '/lib', '/lib64'];

/** The path of a library by one of these names, for programs of this kind of processor (`machine`, ELF's number; undefined: any); undefined when there is none. */
export async function findLibrary(names: readonly string[], machine: number | undefined): Promise<string | undefined> {
  const own = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter(Boolean);
  const candidates = [...(await cachedLibraries()), ...(await librariesIn([...own, ...(await withArchitectures(FOLDERS))]))];
  for (const name of names) {
    for (const file of candidates) {
      const base = path.basename(file);
      if (base !== name && !(base.startsWith(`${name}.`) && /^[\d.]+$/.test(base.slice(name.length)))) continue;
      const elf = await readElf(file).catch(() => undefined);
      if (elf && (machine === undefined || elf.machine === machine)) return file;
    }
  }
  return undefined;
}

/** What the loader's cache knows: `ldconfig -p`, which is often not on a person's PATH. */
async function cachedLibraries(): Promise<string[]> {
  const PATH = [process.env.PATH ?? '', '/sbin', '/usr/sbin'].join(path.delimiter);
  const { stdout } = await runProcess('ldconfig', ['-p'], { timeout: 5000, env: { ...process.env, PATH } }).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/ => (\/.+)$/gm)].map(([, file]) => file);
}

async function librariesIn(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map(async (folder) => (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('lib')).map((name) => path.join(folder, name))));
  return found.flat();
}

/** Each folder, and those of processors below it: `x86_64-linux-gnu`. */
async function withArchitectures(folders: readonly string[]): Promise<string[]> {
  const below = await Promise.all(folders.map(async (folder) => {
    const names = (await readdir(folder).catch(() => [])).filter((name) => /-linux-/.test(name)).map((name) => path.join(folder, name));
    return [folder, ...names];
  }));
  const all: string[] = [];
  for (const folder of below.flat()) if (await access(folder).then(() => true, () => false)) all.push(folder);
  return all;
}
