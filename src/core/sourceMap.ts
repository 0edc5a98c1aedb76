/** Where sources of another machine are on this one: folder there -> folder here. */
export type SourceMap = Readonly<Record<string, string>>;

/** Parts of a path apart by either slash; a trailing one is nothing. */
function parts(path: string): string[] {
  const words = path.split(/[\\/]/);
  while (words.length > 1 && words.at(-1) === '') words.pop();
  return words;
}

/**
 * The places here for a path of the profile, by the map: the longest folder first, undefined when none holds it. Folders match whole parts only, so that
 * `/src` does not hold `/srcs/a.c`; slashes of both kinds are equal, for the profile may come from Windows.
 */
export function mapPath(path: string, map: SourceMap): string | undefined {
  const words = parts(path);
  let best: { length: number; local: string } | undefined;
  for (const [remote, local] of Object.entries(map)) {
    const prefix = parts(remote);
    const root = prefix.length === 1 && prefix[0] === '';
    const length = root ? 1 : prefix.length;
    if (remote === '' || typeof local !== 'string' || length > words.length || length <= (best?.length ?? 0)) continue;
    if (prefix.every((word, index) => word === words[index])) best = { length, local };
  }
  if (!best) return undefined;
  const rest = words.slice(best.length);
  return [best.local.replace(/[\\/]+$/, ''), ...rest].join('/') || '/';
}

/**
 * The mapping that makes `remote` lead to `local`: what is left of both without their common end. Undefined when not even the file's name is the same, when
 * a path is not absolute, or when the file stands right below the root.
 */
export function suggestMapping(remote: string, local: string): { remote: string; local: string } | undefined {
  const absolute = (path: string) => /^(?:[A-Za-z]:)?[\\/]/.test(path);
  if (!absolute(remote) || !absolute(local)) return undefined;
  const there = parts(remote);
  const here = parts(local);
  let common = 0;
  // A folder below the root stays: the root would map every header and library too.
  while (common < Math.min(there.length, here.length) - 2 && there.at(-1 - common) === here.at(-1 - common)) common++;
  if (common === 0) return undefined;
  const folder = (words: readonly string[]) => words.slice(0, words.length - common).join('/') || '/';
  return { remote: folder(there), local: folder(here) };
}
