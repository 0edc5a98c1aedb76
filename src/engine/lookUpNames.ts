import { stat } from 'node:fs/promises';
import type { Profile } from '../core/profile.ts';
import { symbolize, type SymbolTable } from '../profilers/symbols/index.ts';

/**
 * Names and lines for a profile that has only addresses, from the debug information of the binaries on this machine. Those that are younger
 * than the profile's file are left alone.
 */
export async function lookUpNames(profile: Profile, file: string): Promise<{ profile: Profile; table: SymbolTable }> {
  const { mtimeMs } = await stat(file);
  return symbolize(profile, { recordedAt: mtimeMs });
}
