/** A filter of dlv's own interface (api.ListGoroutinesFilter). */
export interface GoroutineFilter {
  readonly Kind: number;
  readonly Negated: boolean;
  readonly Arg: string;
}

/** Numbers of api.GoroutineField (service/api/types.go), and the words that stand for them behind `goroutines -with`. */
const KINDS: Readonly<Record<string, number>> = { curloc: 1, userloc: 2, goloc: 3, startloc: 4, label: 5, running: 6, user: 7 };
/** Kinds that have no argument. */
const BARE = new Set(['running', 'user']);

/**
 * The filters of `goroutineFilters`, written as behind dlv's `goroutines`: `-with userloc main.go -without label job`. Options of its printing are passed over, as dlv's DAP does.
 * Undefined where a filter is none that both dlvs know.
 */
export function goroutineFilters(text: string, hidesSystem: boolean): GoroutineFilter[] | undefined {
  const filters: GoroutineFilter[] = [];
  const words = text.split(/\s+/).filter(Boolean);
  for (let at = 0; at < words.length; at++) {
    const isWith = words[at] === '-w' || words[at] === '-with';
    const isWithout = words[at] === '-wo' || words[at] === '-without';
    const kind = words[at + 1];
    if (words[at] === '-chan') return undefined;
    if (!isWith && !isWithout) continue;
    if (!Object.hasOwn(KINDS, kind ?? '')) return undefined;
    at++;
    filters.push({ Kind: KINDS[kind], Negated: isWithout, Arg: BARE.has(kind) ? '' : words[++at] ?? '' });
  }
  if (hidesSystem) filters.push({ Kind: KINDS.user, Negated: false, Arg: '' });
  return filters;
}
