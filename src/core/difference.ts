import { functionCosts } from './functions.ts';
import type { Profile } from './profile.ts';
import { text } from './profile.ts';

/** One profile's side of a comparison. */
export interface Side {
  readonly profile: Profile;
  /** Row in its events. */
  readonly event: number;
}

/** A function in both profiles, or in one: the other row is -1 then and its cost 0. */
export interface FunctionChange {
  readonly beforeFunc: number;
  readonly afterFunc: number;
  readonly before: number;
  readonly after: number;
  readonly change: number;
}

/**
 * Compares two profiles function by function, the largest change first (in either direction). Lines are not looked at: code above a
 * function may have grown. Functions are the same when name, file and object are; what is left over when name and
 * base name of the file are; and at last when the name is, where it is the only one left on both sides (another build folder,
 * a library moved). Several alike (lambdas of one file) pair up in the order in which they stand there.
 *
 * `normalize` scales the costs of `after` to the total of `before`, so that runs of different lengths compare by shares.
 */
export function functionChanges(before: Side, after: Side, by: 'self' | 'total', normalize: boolean): FunctionChange[] {
  const left = costsOf(before, by);
  const right = costsOf(after, by);
  const scale = normalize ? normalScale(before, after) : 1;
  const partner = matchFunctions(before.profile, [...left.keys()], after.profile, [...right.keys()]);
  const changes: FunctionChange[] = [];
  const add = (beforeFunc: number, afterFunc: number) => {
    const [old, now] = [left.get(beforeFunc) ?? 0, (right.get(afterFunc) ?? 0) * scale];
    changes.push({ beforeFunc, afterFunc, before: old, after: now, change: now - old });
  };
  const matched = new Set<number>();
  for (const func of left.keys()) {
    const other = partner.get(func) ?? -1;
    if (other >= 0) matched.add(other);
    add(func, other);
  }
  for (const func of right.keys()) if (!matched.has(func)) add(-1, func);
  return changes.sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || b.after - a.after || a.beforeFunc - b.beforeFunc || a.afterFunc - b.afterFunc);
}

/** What costs of `after` are multiplied by to compare shares; 1 when either total is not positive. */
export function normalScale(before: Side, after: Side): number {
  const [old, now] = [before.profile.totals[before.event], after.profile.totals[after.event]];
  return old > 0 && now > 0 ? old / now : 1;
}

/** Cost by function row, of functions that have any. */
function costsOf({ profile, event }: Side, by: 'self' | 'total'): Map<number, number> {
  const costs = functionCosts(profile, event);
  const present = new Map<number, number>();
  for (let func = 0; func < profile.functions.length; func++) if (costs.self[func] !== 0 || costs.total[func] !== 0) present.set(func, costs[by][func]);
  return present;
}

/** Row of `after` for rows of `before`. */
function matchFunctions(before: Profile, olds: readonly number[], after: Profile, news: readonly number[]): Map<number, number> {
  const partner = new Map<number, number>();
  let [left, right] = [olds, news];
  const passes: readonly (readonly [(profile: Profile, func: number) => string, boolean])[] = [
    [(profile, func) => JSON.stringify([nameOf(profile, func), fileOf(profile, func), text(profile, profile.functions.object[func])]), false],
    [(profile, func) => JSON.stringify([nameOf(profile, func), baseName(fileOf(profile, func) || text(profile, profile.functions.object[func]))]), false],
    [nameOf, true],
  ];
  for (const [keyOf, onlyUnique] of passes) {
    const groups = grouped(after, right, keyOf);
    const taken = new Set<number>();
    for (const [key, rows] of grouped(before, left, keyOf)) {
      const others = groups.get(key);
      if (!others || (onlyUnique && (rows.length > 1 || others.length > 1))) continue;
      for (let i = 0; i < Math.min(rows.length, others.length); i++) {
        partner.set(rows[i], others[i]);
        taken.add(others[i]);
      }
    }
    left = left.filter((func) => !partner.has(func));
    right = right.filter((func) => !taken.has(func));
  }
  return partner;
}

function grouped(profile: Profile, rows: readonly number[], keyOf: (profile: Profile, func: number) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const func of rows) {
    const key = keyOf(profile, func);
    const group = groups.get(key);
    if (group) group.push(func);
    else groups.set(key, [func]);
  }
  for (const group of groups.values()) if (group.length > 1) group.sort((a, b) => profile.functions.line[a] - profile.functions.line[b] || a - b);
  return groups;
}

function nameOf(profile: Profile, func: number): string {
  return text(profile, profile.functions.name[func]);
}

function fileOf(profile: Profile, func: number): string {
  return text(profile, profile.functions.file[func]);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
