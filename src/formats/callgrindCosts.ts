import type { ProfileBuilder } from '../core/builder.ts';
import type { EventDefinition } from './callgrindEvents.ts';
import { eventColumn } from './callgrindEvents.ts';

type Column = ReturnType<ProfileBuilder['lineCosts']>;

/** What a column of the file adds to an event of the profile. */
interface Share {
  readonly self: Column;
  readonly calls: Column;
  readonly factor: number;
}

/** The events of one part: maps the columns of its cost lines to the events of the profile, and checks the part's sum. */
export class CallgrindCosts {
  /** Number of columns of a cost line. */
  length = 0;
  private names: string[] = [];
  private shares: Share[][] = [];
  private sums: number[] = [];
  private stated: number[] | undefined;
  private summary: number[] | undefined;

  constructor(private readonly builder: ProfileBuilder, private readonly file: string) {}

  /** Takes an `events:` line. `definitions` are the `event:` lines before it. */
  setEvents(names: string[], definitions: readonly EventDefinition[], creator: string): void {
    this.names = names;
    this.length = names.length;
    this.sums = names.map(() => 0);
    this.shares = names.map((name) => {
      const label = definitions.find((definition) => definition.name === name)?.label;
      const { info, scale } = eventColumn(name, label, creator);
      return [this.share(this.builder.event(info), scale)];
    });
    for (const { name, label, formula } of definitions) {
      const terms = formula?.filter((term) => names.includes(term.event));
      if (!terms?.length || names.includes(name)) continue;
      const event = this.builder.event({ name, unit: 'count', label: label ?? name });
      for (const { factor, event: base } of terms) this.shares[names.indexOf(base)].push(this.share(event, factor));
    }
  }

  private share(event: number, factor: number): Share {
    return { self: this.builder.lineCosts(event), calls: this.builder.edgeCosts(event), factor };
  }

  /** Adds self cost in file column `column` to a row of `ProfileBuilder.graphLine`. */
  addSelf(row: number, column: number, cost: number): void {
    this.sums[column] += cost;
    const shares = this.shares[column];
    for (let i = 0; i < shares.length; i++) shares[i].self.add(row, cost * shares[i].factor);
  }

  /** Adds the inclusive cost of calls to a row of `ProfileBuilder.edge`. */
  addCall(row: number, column: number, cost: number): void {
    const shares = this.shares[column];
    for (let i = 0; i < shares.length; i++) shares[i].calls.add(row, cost * shares[i].factor);
  }

  /** Takes the numbers of a `totals:` line; `(null)`, which valgrind writes for an empty execution tree, is nothing. */
  setTotals(values: readonly string[]): void {
    this.stated = numbers(values);
  }

  /** Takes the numbers of a `summary:` line, which count only when there are no totals. */
  setSummary(values: readonly string[]): void {
    this.summary = numbers(values);
  }

  /** Whether a `totals:` line was there, in whatever shape. */
  get hasTotals(): boolean {
    return this.stated !== undefined;
  }

  /**
   * Ends a part: how its costs differ from the sum it states, for people; undefined when they agree. `trustSummary`: a
   * `summary:` line counts when there is no `totals:`. Valgrind's is the sum, other writers put something close to it.
   */
  endPart(trustSummary: boolean): string | undefined {
    const stated = this.stated ?? (trustSummary ? this.summary : undefined);
    const differences: string[] = [];
    for (let column = 0; column < this.length; column++) {
      const sum = this.sums[column];
      if (Math.abs(sum) > Number.MAX_SAFE_INTEGER) this.warnRounded();
      if (!stated) continue;
      // Zeros at the end are left out, as on cost lines.
      const total = stated[column] ?? 0;
      const more = sum - total;
      if (Math.abs(more) <= 1e-9 * Math.abs(sum)) continue;
      differences.push(`${this.names[column]} adds up to ${sum}, ${Math.abs(more)} ${more > 0 ? 'more' : 'less'} than the ${total} it states`);
    }
    this.sums.fill(0);
    this.stated = this.summary = undefined;
    return differences.length > 0 ? `${this.file}: ${differences.join('; ')}` : undefined;
  }

  warnRounded(): void {
    this.builder.warn(`${this.file}: counts above 2^53 occur and are rounded`);
  }
}

function numbers(values: readonly string[]): number[] {
  const found = values.map(Number);
  return found.some((value) => !Number.isFinite(value)) ? [] : found;
}
