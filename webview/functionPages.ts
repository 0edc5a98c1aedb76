/** The rows of the function table that are at hand, fetched a page at a time as they come into sight. Pure. */
import type { FunctionQuery, FunctionRow, FunctionSlice } from '../src/protocol/engine.ts';

export type FunctionOrder = Pick<FunctionQuery, 'event' | 'sort' | 'descending' | 'search'>;

type Ask = (query: FunctionQuery) => Promise<FunctionSlice>;

export const PAGE = 100;
/** Pages kept; the ones farthest from what is seen go first. */
const KEPT = 40;
/** Questions under way at once. More would queue in the engine behind a fast scroll. */
const AT_ONCE = 2;

/** Pages of one order. */
interface Shown {
  readonly order: FunctionOrder;
  matching: number;
  /** Place of the wanted function in this order; -1 when it is not there or not known. */
  rank: number;
  readonly pages: Map<number, readonly FunctionRow[]>;
}

export class FunctionPages {
  private shown: Shown | undefined;
  /** Set while the first page of another order is awaited: the old rows stay on screen. */
  private next: Shown | undefined;
  private readonly underWay = new Set<number>();
  private firstPage = 0;
  private lastPage = 0;

  constructor(
    private readonly ask: Ask,
    private readonly onChange: () => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Rows in the order shown; 0 before the first answer. */
  get matching(): number {
    return this.shown?.matching ?? 0;
  }

  /** No answer has come yet. */
  get isBlank(): boolean {
    return this.shown === undefined;
  }

  /** The order of the rows shown; another object for every `open`. */
  get shownOrder(): FunctionOrder | undefined {
    return this.shown?.order;
  }

  /** Rows on screen are of an earlier order. */
  get isStale(): boolean {
    return this.next !== undefined && this.shown !== undefined;
  }

  /** Place of `rankOf` of the last `open`, once known. */
  get rank(): number {
    return this.shown?.rank ?? -1;
  }

  row(index: number): FunctionRow | undefined {
    return this.shown?.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Place of a function among the rows at hand; -1 when it is not among them. */
  indexOf(func: number): number {
    for (const [page, rows] of this.shown?.pages ?? []) {
      const at = rows.findIndex((row) => row.func === func);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /** Shows another order, from its first row; `rankOf` is the function whose place is wanted (-1: none). */
  open(order: FunctionOrder, rankOf: number): void {
    const next: Shown = { order, matching: 0, rank: -1, pages: new Map() };
    this.next = next;
    this.underWay.clear();
    this.ask({ ...order, from: 0, count: PAGE, ...(rankOf >= 0 ? { rankOf } : {}) }).then((slice) => {
      if (this.next !== next) return;
      this.next = undefined;
      this.shown = next;
      next.matching = slice.matching;
      next.rank = slice.rank ?? -1;
      next.pages.set(0, slice.rows);
      this.onChange();
      this.fetch();
    }, (error: unknown) => {
      if (this.next === next) this.onError(error);
    });
  }

  /** Place of a function in the order shown, asking the engine when its row is not at hand; -1 when it is not there. */
  async find(func: number): Promise<number> {
    const known = this.indexOf(func);
    if (known >= 0 || !this.shown || func < 0) return known;
    const { rank } = await this.ask({ ...this.shown.order, from: 0, count: 0, rankOf: func });
    return rank ?? -1;
  }

  /** Says which rows are in sight, first and one past the last. */
  see(from: number, to: number): void {
    this.firstPage = Math.floor(Math.max(0, from) / PAGE);
    this.lastPage = Math.floor(Math.max(0, to - 1) / PAGE);
    this.fetch();
  }

  private fetch(): void {
    const { shown } = this;
    if (!shown || this.next) return;
    for (let page = this.firstPage; page <= this.lastPage && this.underWay.size < AT_ONCE; page++) {
      if (page * PAGE >= shown.matching || shown.pages.has(page) || this.underWay.has(page)) continue;
      this.underWay.add(page);
      this.ask({ ...shown.order, from: page * PAGE, count: PAGE }).then((slice) => {
        if (this.shown !== shown) return;
        this.underWay.delete(page);
        shown.pages.set(page, slice.rows);
        this.forgetFar(shown);
        this.onChange();
        this.fetch();
      }, (error: unknown) => {
        // The page stays under way: asking again at once would only fail again.
        if (this.shown === shown) this.onError(error);
      });
    }
  }

  private forgetFar(shown: Shown): void {
    if (shown.pages.size <= KEPT) return;
    const middle = (this.firstPage + this.lastPage) / 2;
    const farthest = [...shown.pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle))[0];
    shown.pages.delete(farthest);
  }
}
