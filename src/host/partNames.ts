/** `callgrind.out.PID`, and after it `.PART` for each dump, `-THREAD` for each thread: what they share is the run. */
const CALLGRIND_PART = /^(.*\/)?(callgrind\.out\.\d+)(?:\.\d+)?(?:-\d+)?$/;

/**
 * Puts paths (with forward slashes) together that are parts of one profile by their names: the dumps and threads of one callgrind
 * run in one folder. Parts stand in the order of their numbers, groups in that of their first path.
 */
export function groupParts(paths: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const each of paths) {
    const found = CALLGRIND_PART.exec(each);
    const key = found ? `${found[1] ?? ''}${found[2]}` : each;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map((group) => group.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
}
