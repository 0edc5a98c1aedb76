import { text, type Profile } from '../core/profile.ts';

/** True when any function has a name. */
export function hasNames(profile: Profile): boolean {
  const { functions } = profile;
  for (let func = 0; func < functions.length; func++) if (!/^\[(?:unknown|no stack)\]$/.test(text(profile, functions.name[func]))) return true;
  return false;
}

/** True when a profile has addresses and no function has a name: what gperftools writes, and pprof for programs that were not asked for symbols. */
export function hasOnlyAddresses(profile: Profile): boolean {
  return !hasNames(profile) && profile.frames.address.some((address) => address >= 0);
}
