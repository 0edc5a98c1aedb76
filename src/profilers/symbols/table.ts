/** What was found out about the addresses of one binary; the columns have equal length. */
export interface ObjectSymbols {
  /** The binary as the profile names it. */
  readonly object: string;
  /** Addresses as they stand in the profile. */
  readonly addresses: readonly number[];
  /** The ELF virtual address of each; -1 when it could not be told. */
  readonly virtual: readonly number[];
  /**
   * Source positions of each address, innermost first (several where code was inlined), as name, file, line, name, file,
   * line ...; names and files are indexes into `SymbolTable.strings`, -1 when unknown; line 0 is unknown.
   */
  readonly frames: readonly (readonly number[])[];
  /** Set for binaries of Go. */
  readonly go?: true;
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
