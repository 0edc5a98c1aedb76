import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { FunctionKind, text, type Profile } from '../../core/profile.ts';
import { StringTable } from '../../core/columns.ts';
import { applySymbols } from './apply.ts';
import { readElf, virtualAddress, type ElfFile } from './elf.ts';
import { MissingToolError, addr2line, goAddr2line, llvmSymbolizer, lookUp, type Position, type Symbolizer } from './lookup.ts';
import type { ObjectSymbols, SymbolNote, SymbolTable } from './table.ts';

export interface SymbolizeOptions {
  /** Cancels: running tools are killed and the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Told how many binaries are done, of how many. */
  readonly progress?: (done: number, total: number) => void;
  /** When the profile was recorded, in milliseconds since 1970: binaries changed later are left alone, with a note. */
  readonly recordedAt?: number;
  /** Where a binary of the profile lies on this machine (containers, remote builds); its own path by default. */
  readonly locate?: (object: string) => string;
}

/** Binaries that are looked up at the same time. */
const CONCURRENCY = 2;
/** Where distributions put debug information that was split off (gdb's debug-file-directory). */
const DEBUG_FOLDER = '/usr/lib/debug';

/**
 * Looks up the source lines of all native addresses in the profile, one batch for each binary, and gives the profile with
 * them and the table to keep. Binaries without debug information, or gone, get a note instead. Never throws for a binary it
 * cannot read; rejects only when cancelled.
 */
export async function symbolize(profile: Profile, options: SymbolizeOptions = {}): Promise<{ profile: Profile; table: SymbolTable }> {
  const waiting = [...addressesOf(profile)];
  const total = waiting.length;
  const strings = new StringTable();
  const objects: ObjectSymbols[] = [];
  const notes: SymbolNote[] = [];
  let done = 0;
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [object, addresses] = next;
      const found = await lookUpObject(object, addresses, options);
      if ('reason' in found) notes.push(found);
      else objects.push(tableOf(found, strings));
      if ('warning' in found && found.warning !== undefined) notes.push({ object, reason: found.warning });
      options.progress?.(++done, total);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  options.signal?.throwIfAborted();
  const byName = (a: { object: string }, b: { object: string }) => (a.object < b.object ? -1 : a.object > b.object ? 1 : 0);
  const table: SymbolTable = { version: 1, strings: strings.strings, objects: objects.sort(byName), notes: notes.sort(byName) };
  return { profile: applySymbols(profile, table), table };
}

/** The distinct addresses of native frames by object, sorted. Objects that are no files ([vdso], //anon) have none. */
function addressesOf(profile: Profile): Map<string, number[]> {
  const { frames, functions } = profile;
  const sets = new Map<string, Set<number>>();
  for (let frame = 0; frame < frames.length; frame++) {
    const func = frames.func[frame];
    const object = text(profile, functions.object[func]);
    if (frames.address[frame] < 0 || functions.kind[func] === FunctionKind.Kernel || !path.isAbsolute(object)) continue;
    let set = sets.get(object);
    if (!set) sets.set(object, (set = new Set()));
    set.add(frames.address[frame]);
  }
  return new Map([...sets].map(([object, set]) => [object, [...set].sort((a, b) => a - b)]));
}

interface Found {
  readonly object: string;
  readonly addresses: readonly number[];
  readonly virtual: readonly number[];
  readonly chains: readonly (readonly Position[])[];
  readonly go: boolean;
  /** What went wrong although something was found. */
  readonly warning?: string;
}

async function lookUpObject(object: string, addresses: readonly number[], options: SymbolizeOptions): Promise<Found | SymbolNote> {
  const binary = options.locate?.(object) ?? object;
  const note = (reason: string): SymbolNote => ({ object, reason });
  let elf: ElfFile | undefined;
  try {
    const info = await stat(binary);
    if (!info.isFile()) return note('is not a file');
    if (options.recordedAt !== undefined && info.mtimeMs > options.recordedAt) return note('was changed after the recording, so its lines may have moved');
    elf = await readElf(binary);
  } catch (error) {
    return note((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'is not on this machine' : `cannot be read: ${(error as Error).message}`);
  }
  if (!elf) return note('is not an ELF binary');
  const loaded = elf;
  const virtual = addresses.map((address) => virtualAddress(loaded, address));
  const known = [...new Set(virtual.filter((address) => address >= 0))].sort((a, b) => a - b);
  if (known.length === 0) return note('its addresses cannot be told: record with call chains, or build with -no-pie');
  if (!(await hasDebugInformation(elf, binary))) {
    return note(isGo(elf) ? 'has no debug information: it was built with -ldflags=-s or -w' : 'has no debug information: it was built without -g, or stripped');
  }
  const missing: string[] = [];
  let best: Position[][] = [];
  for (const tool of isGo(elf) ? [llvmSymbolizer, goAddr2line, addr2line] : [addr2line, llvmSymbolizer]) {
    const chains = await tryTool(tool, binary, known, options.signal, missing);
    if (chains.length === 0) continue;
    if (best.length === 0 || hasLines(chains)) best = chains;
    // A tool that does not understand the debug information names functions at best; then the next one may know more.
    if (hasLines(chains)) break;
  }
  if (best.length === 0) {
    return note(missing.length > 0 ? `could not be looked up: ${missing.join(' and ')} not installed` : 'could not be looked up: the tools gave up on it');
  }
  const chainOf = new Map(best.map((chain, row) => [known[row], chain]));
  const chains = virtual.map((address) => chainOf.get(address) ?? []);
  const warning = hasLines(best) ? undefined : 'the tools found no lines in its debug information';
  return { object, addresses, virtual, chains, go: isGo(elf), ...(warning === undefined ? {} : { warning }) };
}

async function tryTool(tool: Symbolizer, binary: string, addresses: readonly number[], signal: AbortSignal | undefined, missing: string[]): Promise<Position[][]> {
  try {
    return await lookUp(tool, binary, addresses, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof MissingToolError) missing.push(tool.name);
    return [];
  }
}

function hasLines(chains: readonly (readonly Position[])[]): boolean {
  return chains.some((chain) => chain.some((position) => position.line > 0));
}

function isGo(elf: ElfFile): boolean {
  return elf.sections.some(({ name }) => name === '.gopclntab' || name === '.go.buildinfo');
}

/** Whether the binary, or a file split off from it that the tools find by themselves, has line information. */
async function hasDebugInformation(elf: ElfFile, binary: string): Promise<boolean> {
  if (elf.sections.some(({ name }) => name === '.debug_line' || name === '.zdebug_line')) return true;
  const candidates: string[] = [];
  if (elf.buildId && elf.buildId.length > 2) candidates.push(path.join(DEBUG_FOLDER, '.build-id', elf.buildId.slice(0, 2), `${elf.buildId.slice(2)}.debug`));
  if (elf.sections.some(({ name }) => name === '.gnu_debuglink')) {
    const folder = path.dirname(binary);
    // The link's own name is nearly always the binary's with `.debug`.
    const name = `${path.basename(binary)}.debug`;
    candidates.push(path.join(folder, name), path.join(folder, '.debug', name), path.join(DEBUG_FOLDER, folder, name));
  }
  for (const candidate of candidates) {
    try {
      await access(candidate);
      return true;
    } catch {
      // Look at the next one.
    }
  }
  return false;
}

function tableOf({ object, addresses, virtual, chains, go }: Found, strings: StringTable): ObjectSymbols {
  const index = (value: string) => (value === '' ? -1 : strings.intern(value));
  const frames = chains.map((chain) => chain.flatMap(({ name, file, line }) => [index(name), index(file), line]));
  return { object, addresses, virtual, frames, ...(go ? { go } : {}) };
}
