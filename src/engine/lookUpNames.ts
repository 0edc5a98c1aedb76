import { stat } from 'node:fs/promises';
import type { Profile } from '../core/profile.ts';
import { withoutLegacyFrames } from '../formats/gperftoolsFrames.ts';
import { symbolize, type SymbolTable } from '../profilers/symbols/index.ts';

/**
 * Names and lines for a profile that has only addresses, from the debug information of the binaries on this machine. Those that are younger
 * than the profile's file are left alone. Afterwards frames are left out that can be told by their names only.
 */
export async function lookUpNames(profile: Profile, file: string): Promise<{ profile: Profile; table: SymbolTable }> {
  const { mtimeMs } = await stat(file);
  const found = await symbolize(profile, { recordedAt: mtimeMs });
  return { ...found, profile: withoutLegacyFrames(found.profile) };
}
