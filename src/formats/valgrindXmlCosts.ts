import type { ProfileBuilder } from '../core/builder.ts';

/** Kinds of leaks as memcheck's summary calls them, in its order. */
const LEAKS: readonly (readonly [kind: string, name: string])[] = [
  ['Leak_DefinitelyLost', 'definitely lost'],
  ['Leak_IndirectlyLost', 'indirectly lost'],
  ['Leak_PossiblyLost', 'possibly lost'],
  ['Leak_StillReachable', 'still reachable'],
];

interface Leak {
  readonly kind: string;
  readonly stack: number;
  readonly direct: number;
  readonly indirect: number;
  readonly blocks: number;
}

const number = (text: string) => Number(text.replaceAll(',', ''));

/**
 * What findings weigh on the lines: how often errors happened, and how much leaked, by kind. The totals are those of memcheck's LEAK
 * SUMMARY, if the report holds all kinds (`--show-leak-kinds=all`).
 */
export class ValgrindXmlCosts {
  /** Of processes that are done with. */
  private readonly earlier: Leak[] = [];
  private leaks: Leak[] = [];
  private readonly errors: { stack: number; finding: number }[] = [];
  private lastRecord = 0;
  private records = '';

  /** Another process begins; its leaks add to those before. */
  process(): void {
    for (const leak of this.leaks) this.earlier.push(leak);
    this.leaks = [];
  }

  /** An error that is no leak, by its finding. */
  error(stack: number, finding: number): void {
    this.errors.push({ stack, finding });
  }

  /**
   * A leak of `bytes` in all. A block that keeps others from being freed says so: `128 (32 direct, 96 indirect) bytes in 1 blocks are definitely lost
   * in loss record 7 of 9`; the 96 are those of other records, of the kind that is indirectly lost, where these are shown.
   * @returns whether a leak check began anew: the costs of the one before are forgotten
   */
  leak(kind: string, message: string, stack: number, bytes: number, blocks: number): boolean {
    const [, record = '0', of = ''] = /loss record ([\d,]+) of ([\d,]+)/.exec(message) ?? [];
    const again = of !== '' && this.leaks.length > 0 && (number(record) <= this.lastRecord || of !== this.records);
    if (again) this.leaks = [];
    this.lastRecord = number(record);
    this.records = of;
    const parts = /\(([\d,]+)(?: \([+-][\d,]+\))? direct, ([\d,]+)(?: \([+-][\d,]+\))? indirect\)/.exec(message);
    const direct = parts ? Math.min(number(parts[1]), bytes) : bytes;
    this.leaks.push({ kind, stack, direct, indirect: bytes - direct, blocks });
    return again;
  }

  /** Gives the weights to the profile; `countOf` tells how often a finding happened. */
  finish(builder: ProfileBuilder, countOf: (finding: number) => number): void {
    if (this.errors.length > 0) {
      const event = builder.event({ name: 'errors', unit: 'count', label: 'Errors' });
      for (const { stack, finding } of this.errors) builder.addSelf(stack, event, countOf(finding));
    }
    this.process();
    const leaks = this.earlier;
    const indirectKind = LEAKS[1][0];
    const showsIndirect = leaks.some(({ kind }) => kind === indirectKind);
    const kinds = [...LEAKS, ...[...new Set(leaks.map(({ kind }) => kind))].filter((kind) => !LEAKS.some(([known]) => known === kind)).map((kind) => [kind, kind] as const)];
    for (const [kind, name] of kinds) {
      const own = leaks.filter((leak) => leak.kind === kind);
      // Without records of their own, blocks that are lost with others count where those were made.
      const implied = kind === indirectKind && !showsIndirect ? leaks.filter(({ indirect }) => indirect > 0) : [];
      if (own.length === 0 && implied.length === 0) continue;
      const label = name[0].toUpperCase() + name.slice(1);
      const bytes = builder.event({ name, unit: 'bytes', label });
      for (const { stack, direct } of own) builder.addSelf(stack, bytes, direct);
      for (const { stack, indirect } of implied) builder.addSelf(stack, bytes, indirect);
      if (own.length === 0) continue;
      const blocks = builder.event({ name: `${name} blocks`, unit: 'count', label: `${label} (blocks)` });
      for (const leak of own) builder.addSelf(leak.stack, blocks, leak.blocks);
    }
  }
}
