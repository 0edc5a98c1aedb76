/** One source-level position of an address: [function index, file index, line], indexes into `SymbolTable.strings`; -1 and 0 when unknown. */
export type SymbolFrame = readonly [name: number, file: number, line: number];

/** What was found out about the addresses of one binary. */
export interface ObjectSymbols {
  /** The binary as the profile names it. */
  readonly object: string;
  /** Look-up keys: `leaf` addresses were looked up as they are, others one byte earlier, at the call before the return. */
  readonly addresses: readonly number[];
  /** For each address its frames, innermost first; several when code was inlined; none when nothing is known. */
  readonly frames: readonly (readonly SymbolFrame[])[];
}

/** A binary whose addresses could not be turned into source lines, and why, in words for people. */
export interface SymbolNote {
  readonly object: string;
  readonly reason: string;
}

/**
 * Source positions of a profile's addresses. It is plain JSON and is kept beside the profile, so that a rebuilt binary does
 * not spoil an old run.
 */
export interface SymbolTable {
  readonly version: 1;
  readonly strings: readonly string[];
  readonly objects: readonly ObjectSymbols[];
  readonly notes: readonly SymbolNote[];
}
