/** Questions about what a checker found, and their answers. */
import type { FindingSort, KindCount } from '../core/findingList.ts';
import type { Finding } from '../core/profile.ts';

export interface FindingQuery {
  /** Case-insensitive; words apart by blanks must all occur in message, kind, thread or stacks. '' = all. */
  readonly search: string;
  /** Only this kind; '' = all. */
  readonly kind: string;
  readonly sort: FindingSort;
  readonly from: number;
  readonly count: number;
}

/** A frame of a finding's stack. */
export interface FindingFrame {
  readonly func: number;
  readonly name: string;
  /** '' when unknown. */
  readonly file: string;
  /** 0 when unknown. */
  readonly line: number;
  readonly object: string;
}

export interface FindingRow {
  readonly finding: number;
  readonly kind: string;
  readonly message: string;
  readonly severity: Finding['severity'];
  readonly count: number;
  readonly bytes: number;
  readonly thread: string;
  /** Where it is: the innermost frame in the program's own source; null without any frame. */
  readonly place: FindingFrame | null;
}

export interface FindingSlice {
  /** Findings that match search and kind. */
  readonly matching: number;
  /** By kind, of those that match the search. */
  readonly kinds: readonly KindCount[];
  readonly rows: readonly FindingRow[];
}

export interface FindingDetail {
  readonly row: FindingRow;
  readonly stacks: readonly {
    /** What the stack shows; '' for where the finding is. */
    readonly label: string;
    readonly frames: readonly FindingFrame[];
    /** Frames left out of a very deep stack. */
    readonly left: number;
  }[];
}
