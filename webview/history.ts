/** Where a person has been, with a way back and forth, as in a browser. Immutable. */
export interface History<T> {
  readonly entries: readonly T[];
  /** Entry shown now; -1 when there is none. */
  readonly at: number;
}

/** Older entries are forgotten beyond this many. */
const LONGEST = 100;

export const NO_HISTORY: History<never> = { entries: [], at: -1 };

/** Goes to a new place: what lay ahead is forgotten. Visiting the present place again changes nothing. */
export function visit<T>(history: History<T>, place: T): History<T> {
  if (history.entries[history.at] === place) return history;
  const entries = [...history.entries.slice(0, history.at + 1), place].slice(-LONGEST);
  return { entries, at: entries.length - 1 };
}

/** Takes the present place's position, for moves that are too small to go back through one by one. */
export function replace<T>(history: History<T>, place: T): History<T> {
  if (history.at < 0) return visit(history, place);
  return { entries: [...history.entries.slice(0, history.at), place], at: history.at };
}

export function canGo<T>(history: History<T>, steps: number): boolean {
  return history.at + steps >= 0 && history.at + steps < history.entries.length;
}

/** Goes back (-1) or forth (1); the same history when there is nothing there. */
export function go<T>(history: History<T>, steps: number): History<T> {
  return canGo(history, steps) ? { entries: history.entries, at: history.at + steps } : history;
}

export function present<T>(history: History<T>): T | undefined {
  return history.entries[history.at];
}
