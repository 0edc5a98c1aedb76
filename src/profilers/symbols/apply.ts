import { expandFrames, type ResolvedFrame } from '../../core/expand.ts';
import { FunctionKind, text, type Profile } from '../../core/profile.ts';
import type { SymbolTable } from './table.ts';

/** Names that stand for "no name": perf's and addr2line's. */
const NO_NAME = new Set(['', '??', '[unknown]']);

/**
 * The profile with its addresses turned into functions and lines as the table knows them, inlined functions included.
 * Frames that the table does not know stay as they are; weights never change. Addresses become ELF virtual addresses.
 */
export function applySymbols(profile: Profile, table: SymbolTable): Profile {
  const rows = new Map(table.objects.map((object) => [object.object, { object, row: new Map(object.addresses.map((address, row) => [address, row])) }]));
  const { frames, functions } = profile;
  const address = frames.address.slice();
  const kind = functions.kind.slice();
  const resolved: (readonly ResolvedFrame[] | undefined)[] = [];
  let found = false;
  for (let frame = 0; frame < frames.length; frame++) {
    const func = frames.func[frame];
    const symbols = rows.get(text(profile, functions.object[func]));
    const row = symbols?.row.get(frames.address[frame]);
    resolved.push(undefined);
    if (!symbols || row === undefined) continue;
    found = true;
    if (symbols.object.go && kind[func] === FunctionKind.Native) kind[func] = FunctionKind.Go;
    if (symbols.object.virtual[row] >= 0) address[frame] = symbols.object.virtual[row];
    const chain = positions(symbols.object.frames[row], table.strings);
    if (chain.length === 0) continue;
    const name = text(profile, functions.name[func]);
    const outer = chain[chain.length - 1];
    if (NO_NAME.has(outer.name)) {
      if (outer.line === 0) continue;
      chain[chain.length - 1] = { ...outer, name };
    }
    resolved[frame] = chain;
  }
  if (!found) return profile;
  const moved: Profile = { ...profile, frames: { ...frames, address }, functions: { ...functions, kind } };
  return expandFrames(moved, frames.inlined.includes(1) ? withoutInlining(profile, resolved) : resolved);
}

function positions(columns: readonly number[], strings: readonly string[]): ResolvedFrame[] {
  const chain: ResolvedFrame[] = [];
  for (let at = 0; at + 2 < columns.length; at += 3) {
    const [name, file, line] = columns.slice(at, at + 3);
    chain.push({ name: name < 0 ? '' : strings[name], file: file < 0 ? '' : strings[file], line });
  }
  return chain;
}

/**
 * For profiles that carry inlined frames of their own (perf script without --no-inline): each frame takes only its own
 * position out of the chain of its address, so that nothing is inlined twice.
 */
function withoutInlining(profile: Profile, resolved: readonly (readonly ResolvedFrame[] | undefined)[]): (readonly ResolvedFrame[] | undefined)[] {
  const { frames, functions } = profile;
  return resolved.map((chain, frame) => {
    if (!chain) return undefined;
    if (frames.inlined[frame] === 0) return chain.slice(-1);
    const name = text(profile, functions.name[frames.func[frame]]);
    const own = chain.find((position) => position.name === name || position.name.startsWith(`${name}(`));
    return own ? [own] : undefined;
  });
}
