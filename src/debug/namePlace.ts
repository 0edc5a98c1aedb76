/** A name that stands in a source file. Line and columns are 0-based, `end` is behind it; columns count UTF-16 units. */
export interface NamePlace {
  readonly name: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}
