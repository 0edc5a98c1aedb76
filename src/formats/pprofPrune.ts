import { PatternError } from './pprofPattern.ts';
import { WholeMatch } from './pprofRegexp.ts';
import type { PprofTables } from './pprofTables.ts';

/** Parentheses that belong to a name and do not begin its arguments. */
const RESERVED = /\(anonymous namespace\)|operator\(\)|\(/g;

/** A function's name without its arguments, as patterns mean it. */
export function simpleName(name: string): string {
  const plain = name.startsWith('.') ? name.slice(1) : name;
  for (const match of plain.matchAll(RESERVED)) if (match[0] === '(') return plain.slice(0, match.index);
  return plain;
}

/**
 * The frames that the writer of a profile wants left out, such as those of the profiler itself: from a function that matches
 * drop_frames and not keep_frames inwards, but never from the outermost frame of a stack on.
 * Source: github.com/google/pprof, profile/prune.go, RemoveUninteresting.
 */
export class PprofPruning {
  /** Lines of each location that are left out, from the innermost; all of them mean the location is left out. */
  private readonly dropped: Int32Array;

  /** @throws PatternError */
  constructor(private readonly tables: PprofTables) {
    const drop = new WholeMatch(tables.text(tables.dropFrames));
    const keep = tables.keepFrames > 0 ? new WholeMatch(tables.text(tables.keepFrames)) : undefined;
    const known = new Map<string, boolean>();
    const matches = (name: string) => {
      let found = known.get(name);
      if (found === undefined) {
        const simple = simpleName(name);
        found = drop.test(simple) && !keep?.test(simple);
        known.set(name, found);
      }
      return found;
    };
    this.dropped = new Int32Array(tables.locationIds.length);
    for (let location = 0; location < this.dropped.length; location++) {
      const first = tables.lineFirst.data[location];
      for (let line = tables.lineFirst.data[location + 1] - 1; line >= first; line--) {
        const func = tables.lineFunction.data[line];
        const name = func < 0 ? '' : tables.text(tables.functionName.data[func]);
        if (name === '' || !matches(name)) continue;
        this.dropped[location] = line - first + 1;
        break;
      }
    }
  }

  /**
   * First line of a location that is shown. Where all of it would be left out it stays whole, for `cut` then decides by the
   * stack.
   */
  firstLine(location: number): number {
    const { lineFirst } = this.tables;
    const first = lineFirst.data[location] + this.dropped[location];
    return first === lineFirst.data[location + 1] ? lineFirst.data[location] : first;
  }

  /** How many of the locations of a stack, innermost first, are left out. */
  cut(locations: Int32Array, count: number): number {
    const { lineFirst } = this.tables;
    let user = false;
    for (let i = count - 1; i >= 0; i--) {
      const location = locations[i];
      if (this.dropped[location] === 0) {
        user = true;
      } else if (user) {
        return this.dropped[location] === lineFirst.data[location + 1] - lineFirst.data[location] ? i + 1 : i;
      }
    }
    return 0;
  }
}

/** The pruning that a profile asks for, or why it cannot be done; undefined when it asks for none. */
export function pruningOf(tables: PprofTables): PprofPruning | string | undefined {
  if (tables.text(tables.dropFrames) === '') return undefined;
  try {
    return new PprofPruning(tables);
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}
