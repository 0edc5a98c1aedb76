import { access } from 'node:fs/promises';
import path from 'node:path';
import { runProcess } from '../../profilers/process.ts';
import { parseBuildRecord, type BuildRecord } from './buildRecord.ts';
import type { SubstitutePath } from './configuration.ts';
import { modulesNear, type LocalModule } from './goModules.ts';
import type { RpcClient } from './rpcClient.ts';
import type { LostSources } from './surroundings.ts';

/** What was found out about where the program's sources are here. */
export interface SourcePlaces {
  readonly rules: readonly SubstitutePath[];
  /** The program's own sources, when nobody knows where they are here. */
  readonly lost?: LostSources;
}

/** Compares where a program was built with the modules in and around a folder. `rpc`: of a dlv whose program is stopped. */
export async function findSources(rpc: RpcClient, folder: string): Promise<SourcePlaces> {
  const [record, modules] = await Promise.all([buildRecordOf(rpc), modulesNear(folder)]);
  const own = record && modules.filter((each) => record.modules.some(({ name, version }) => name === each.name && (version === '(devel)' || version === '' || name === record.modules[0].name)));
  const rules: SubstitutePath[] = [];
  let lost: LostSources | undefined;
  for (const name of new Set(own?.map((each) => each.name))) {
    const built = await rootOf(rpc, name, record as BuildRecord);
    if (built === undefined) continue;
    const places = (own as LocalModule[]).filter((each) => each.name === name).map((each) => each.folder);
    if (places.includes(built)) continue;
    if (places.length === 1) rules.push({ from: places[0], to: built });
    else lost = { folder: built, module: name, candidates: places };
  }
  const main = record?.modules[0].name;
  if (!lost && !rules.some(({ to }) => to === main) && !own?.some(({ name }) => name === main)) lost = await lostMain(rpc, main);
  return { rules: [...rules, ...(await librariesOf(rpc, record))], ...(lost ? { lost } : {}) };
}

async function buildRecordOf(rpc: RpcClient): Promise<BuildRecord | undefined> {
  const answer = await rpc.call<{ Variable: { value: string } }>('Eval', {
    Scope: { GoroutineID: -1 }, Expr: 'runtime.modinfo', Cfg: { FollowPointers: true, MaxVariableRecurse: 1, MaxStringLen: 1 << 20, MaxArrayValues: 0, MaxStructFields: 0 },
  }).catch(() => undefined);
  return answer && parseBuildRecord(answer.Variable.value);
}

/** The file of a function as it was built. */
async function fileOf(rpc: RpcClient, name: string): Promise<string | undefined> {
  const answer = await rpc.call<{ Locations: readonly { readonly file: string }[] | null }>('FindLocation', { Scope: { GoroutineID: -1 }, Loc: name }).catch(() => undefined);
  return answer?.Locations?.[0]?.file;
}

/** The folder where a module was built: `/src/app`, or the module's name for a program built with -trimpath. */
async function rootOf(rpc: RpcClient, module: string, record: BuildRecord): Promise<string | undefined> {
  if (isWithin(record.main, module)) {
    const file = await fileOf(rpc, 'main.main');
    const root = file && without(folderOf(file), record.main.slice(module.length));
    if (root !== undefined && root !== '') return root;
  }
  const quoted = module.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const { Funcs } = await rpc.call<{ Funcs: readonly string[] | null }>('ListFunctions', { Filter: `^${quoted}(/[^.]*)?\\.[A-Za-z(]` }).catch(() => ({ Funcs: null }));
  for (const name of Funcs?.slice(0, 20) ?? []) {
    const slash = name.lastIndexOf('/', name.search(/[([]|$/));
    const importPath = name.slice(0, name.indexOf('.', Math.max(slash, 0)));
    const file = await fileOf(rpc, name);
    const root = file && isWithin(importPath, module) ? without(folderOf(file), importPath.slice(module.length)) : undefined;
    if (root) return root;
  }
  return undefined;
}

function isWithin(importPath: string, module: string): boolean {
  return importPath === module || importPath.startsWith(`${module}/`);
}

/** A folder as a program of any system has it, with its own kind of slashes. */
function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'), 0));
}

/** `folder` without `ending` (`/cmd/app`) at its end; undefined when it ends otherwise. */
function without(folder: string, ending: string): string | undefined {
  return folder.replaceAll('\\', '/').endsWith(ending) ? folder.slice(0, folder.length - ending.length) : undefined;
}

const exists = (file: string) => access(file).then(() => true, () => false);

async function lostMain(rpc: RpcClient, module: string | undefined): Promise<LostSources | undefined> {
  const file = await fileOf(rpc, 'main.main');
  if (!file || /_testmain\.go$/.test(file) || (path.isAbsolute(file) && (await exists(file)))) return undefined;
  return { folder: folderOf(file), ...(module === undefined ? {} : { module }), candidates: [] };
}

/** Rules for the standard library and the module cache, where they are elsewhere here. The standard library only of the same Go: its lines differ. */
async function librariesOf(rpc: RpcClient, record: BuildRecord | undefined): Promise<SubstitutePath[]> {
  const file = await fileOf(rpc, 'runtime.main');
  if (!file || (path.isAbsolute(file) && (await exists(file)))) return [];
  const [here, version] = await Promise.all([goFolders(), rpc.call<{ TargetGoVersion: string }>('GetVersion').catch(() => undefined)]);
  if (!here) return [];
  const isSameGo = version?.TargetGoVersion.split(' ').includes(here.version) ?? false;
  const built = without(file.replaceAll('\\', '/'), '/src/runtime/proc.go');
  if (built !== undefined) {
    const { Sources } = await rpc.call<{ Sources: readonly string[] | null }>('ListSources', { Filter: '[/\\\\]pkg[/\\\\]mod[/\\\\][^@]+@' }).catch(() => ({ Sources: null }));
    const cache = Sources?.map((each) => /^(.*?[/\\]pkg[/\\]mod)[/\\]/.exec(each)?.[1]).find((each) => each !== undefined);
    return [...(isSameGo ? [{ from: here.root, to: file.slice(0, built.length) }] : []), ...(cache === undefined || cache === here.cache ? [] : [{ from: here.cache, to: cache }])];
  }
  // Built with -trimpath: files are called by package, and every module by its name and version.
  const modules = record?.modules.filter(({ version: each }) => each.startsWith('v')) ?? [];
  const cached = modules.map(({ name, version: each }) => ({ from: path.join(here.cache, `${onDisk(name)}@${onDisk(each)}`), to: `${name}@${each}` }));
  return isSameGo ? [...cached, ...(await standardPackages(rpc)).map((name) => ({ from: path.join(here.root, 'src', name), to: name }))] : cached;
}

/** The first words of the standard library's import paths: `net` of `net/http`. */
async function standardPackages(rpc: RpcClient): Promise<string[]> {
  const { Sources } = await rpc.call<{ Sources: readonly string[] | null }>('ListSources', { Filter: '^[a-z0-9]+/' }).catch(() => ({ Sources: null }));
  return [...new Set(Sources?.map((each) => each.slice(0, each.indexOf('/'))))];
}

/** The module cache writes capitals as `!` and the small letter, for file systems that do not know them apart. */
function onDisk(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

async function goFolders(): Promise<{ readonly root: string; readonly cache: string; readonly version: string } | undefined> {
  const answer = await runProcess('go', ['env', 'GOROOT', 'GOMODCACHE', 'GOVERSION']).catch(() => undefined);
  const [root, cache, version] = answer?.stdout.split(/\r?\n/) ?? [];
  return root && cache && version ? { root, cache, version } : undefined;
}
