import type { Finding, Profile } from './profile.ts';
import { text } from './profile.ts';

/** Findings of one kind. */
export interface KindCount {
  readonly kind: string;
  readonly severity: Finding['severity'];
  /** Findings, each counted once. */
  readonly findings: number;
  /** How often they happened. */
  readonly count: number;
  readonly bytes: number;
}

/** Order of findings: as people read them (the gravest first, misuse of memory before its loss), or by a number, the greatest first. */
export type FindingSort = 'severity' | 'count' | 'bytes';

const GRAVITY: Readonly<Record<Finding['severity'], number>> = { error: 0, warning: 1, info: 2 };

/** Rows of the findings in an order. Equal ones stay as the tool wrote them. */
export function sortFindings(findings: readonly Finding[], sort: FindingSort): Int32Array {
  const compare: Record<FindingSort, (a: Finding, b: Finding) => number> = {
    severity: (a, b) => GRAVITY[a.severity] - GRAVITY[b.severity] || Number(a.bytes > 0) - Number(b.bytes > 0) || b.bytes - a.bytes || b.count - a.count,
    count: (a, b) => b.count - a.count,
    bytes: (a, b) => b.bytes - a.bytes,
  };
  const order = Int32Array.from(findings, (_, row) => row);
  return order.sort((a, b) => compare[sort](findings[a], findings[b]) || a - b);
}

/** Counts by kind, the gravest and then the most frequent first. */
export function kindCounts(findings: Iterable<Finding>): KindCount[] {
  const kinds = new Map<string, KindCount>();
  for (const { kind, severity, count, bytes } of findings) {
    const known = kinds.get(kind);
    kinds.set(kind, known
      ? { ...known, findings: known.findings + 1, count: known.count + count, bytes: known.bytes + bytes, severity: GRAVITY[severity] < GRAVITY[known.severity] ? severity : known.severity }
      : { kind, severity, findings: 1, count, bytes });
  }
  return [...kinds.values()].sort((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity] || b.findings - a.findings || (a.kind < b.kind ? -1 : 1));
}

/** Whether every word (lower case) occurs in the finding's message, kind, thread or the names and files of its stacks. */
export function findingMatches(profile: Profile, finding: Finding, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const parts = [finding.message, finding.kind, finding.thread];
  for (const { label, frames } of finding.stacks) {
    parts.push(label);
    for (const frame of frames) {
      const func = profile.frames.func[frame];
      const { name, object } = profile.functions;
      parts.push(text(profile, name[func]), text(profile, profile.frames.file[frame]), text(profile, object[func]));
    }
  }
  const hay = parts.join('\n').toLowerCase();
  return words.every((word) => hay.includes(word));
}

/** Code that stands between a program and its checker: Valgrind's replacements of malloc and its interceptors. */
const CHECKER = /(^|\/)(vg_replace_\w+|hg_intercepts|drd_\w+_intercepts|shared_\w+)\.c$|\/vgpreload_/;

/** The frame a person wants to see first: the innermost with a source line that is not the checker's own; -1 without any. */
export function placeOfFinding(profile: Profile, finding: Finding): number {
  const frames = finding.stacks[0]?.frames ?? new Int32Array(0);
  const { file, line, func } = profile.frames;
  let otherwise = -1;
  for (const frame of frames) {
    if (otherwise < 0) otherwise = frame;
    const name = text(profile, file[frame]);
    if (name !== '' && line[frame] > 0 && !CHECKER.test(name) && !CHECKER.test(text(profile, profile.functions.object[func[frame]]))) return frame;
  }
  return otherwise;
}
