import { stat } from 'node:fs/promises';
import { text, type Profile } from '../core/profile.ts';
import { withoutLegacyFrames } from '../formats/gperftoolsFrames.ts';
import { symbolize, type SymbolTable } from '../profilers/symbols/index.ts';

/** True when a profile has addresses and no function has a name: what gperftools writes, and pprof for programs that were not asked for symbols. */
export function hasOnlyAddresses(profile: Profile): boolean {
  const { functions, frames } = profile;
  for (let func = 0; func < functions.length; func++) if (!/^\[(?:unknown|no stack)\]$/.test(text(profile, functions.name[func]))) return false;
  return frames.address.some((address) => address >= 0);
}

/**
 * Names and lines for a profile that has only addresses, from the debug information of the binaries on this machine. Those that are younger
 * than the profile's file are left alone. Afterwards frames are left out that can be told by their names only.
 */
export async function lookUpNames(profile: Profile, file: string): Promise<{ profile: Profile; table: SymbolTable }> {
  const { mtimeMs } = await stat(file);
  const found = await symbolize(profile, { recordedAt: mtimeMs });
  return { ...found, profile: withoutLegacyFrames(found.profile) };
}
