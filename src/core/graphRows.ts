import { IntColumn } from './columns.ts';

/**
 * Interns tuples of four integers, as TupleTable does, with nothing allocated for a look-up and without looking at the columns
 * when the table grows: call graphs have hundreds of thousands of edges.
 */
export class QuadTable {
  readonly columns = [new IntColumn(), new IntColumn(), new IntColumn(), new IntColumn()] as const;
  private slots = new Int32Array(2048).fill(-1);
  private readonly hashes = new IntColumn();

  get length(): number {
    return this.hashes.length;
  }

  /** The row of this tuple; it is new when it equals the `length` before the call. */
  intern(a: number, b: number, c: number, d: number): number {
    const [as, bs, cs, ds] = this.columns;
    const hash = hashOf(a, b, c, d);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let row = this.slots[slot]; row !== -1; row = this.slots[slot]) {
      if (this.hashes.data[row] === hash && as.data[row] === a && bs.data[row] === b && cs.data[row] === c && ds.data[row] === d) return row;
      slot = (slot + 1) & mask;
    }
    const row = this.hashes.push(hash);
    as.push(a);
    bs.push(b);
    cs.push(c);
    ds.push(d);
    this.slots[slot] = row;
    if (row * 2 > mask) this.grow();
    return row;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 4).fill(-1);
    const mask = slots.length - 1;
    const { data } = this.hashes;
    for (let row = 0; row < this.length; row++) {
      let slot = data[row] & mask;
      while (slots[slot] !== -1) slot = (slot + 1) & mask;
      slots[slot] = row;
    }
    this.slots = slots;
  }
}

function hashOf(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 13) ^ d, 0x297a2d39);
  return hash ^ (hash >>> 16);
}

/** Lines of a page; neighbouring lines of a function come one after the other, so most look-ups stay in one page. */
const PAGE_BITS = 4;
const PAGE_LINES = 1 << PAGE_BITS;

/** Rows of (function, file, line): each distinct triple has one, in order of first use. Only pages of lines are hashed. */
export class LineRows {
  readonly columns = [new IntColumn(), new IntColumn(), new IntColumn()] as const;
  private readonly pages = new QuadTable();
  /** By page and line within it: the row + 1; 0 when there is none yet. */
  private rows = new Int32Array(64 * PAGE_LINES);
  private func = NaN;
  private file = NaN;
  private page = NaN;
  private first = 0;

  get length(): number {
    return this.columns[0].length;
  }

  intern(func: number, file: number, line: number): number {
    const page = line >> PAGE_BITS;
    if (page !== this.page || func !== this.func || file !== this.file) this.turnTo(func, file, page);
    const place = this.first + (line & (PAGE_LINES - 1));
    const known = this.rows[place];
    if (known > 0) return known - 1;
    const row = this.append(func, file, line);
    this.rows[place] = row + 1;
    return row;
  }

  /** A row without a look at those that are there. */
  append(func: number, file: number, line: number): number {
    this.columns[1].push(file);
    this.columns[2].push(line);
    return this.columns[0].push(func);
  }

  private turnTo(func: number, file: number, page: number): void {
    this.func = func;
    this.file = file;
    this.page = page;
    this.first = this.pages.intern(func, file, page, 0) << PAGE_BITS;
    if (this.first < this.rows.length) return;
    const grown = new Int32Array(this.rows.length * 2);
    grown.set(this.rows);
    this.rows = grown;
  }
}

/** Callees that a call site keeps in a list of its own; indirect calls may have thousands. */
const MOST_LISTED = 8;

/**
 * Rows of (caller, callee, file, line): each distinct tuple has one, in order of first use. Most call sites call one function, and profiles list
 * the sites of a function one after the other, so the edges of a site are a short list beside it and only those beyond are hashed.
 */
export class EdgeRows {
  /** Caller, callee, file and line. */
  readonly columns = [new IntColumn(), new IntColumn(), new IntColumn(), new IntColumn()] as const;
  private readonly sites = new LineRows();
  /** By site, the edge that was listed last, and how many there are. */
  private readonly newest = new IntColumn();
  private readonly listed = new IntColumn();
  /** By edge, the one listed before it at the same site; -1 for the first. */
  private readonly older = new IntColumn();
  private readonly others = new QuadTable();
  private readonly otherRows = new IntColumn();
  /** By callee, the row + 1 of `pair` that it had last. */
  private recent = new Int32Array(4096);

  get length(): number {
    return this.older.length;
  }

  intern(caller: number, callee: number, file: number, line: number): number {
    const site = this.sites.intern(caller, file, line);
    if (site === this.newest.length) {
      this.newest.push(-1);
      this.listed.push(0);
    }
    const newest = this.newest.data[site];
    const callees = this.columns[1].data;
    for (let edge = newest; edge >= 0; edge = this.older.data[edge]) if (callees[edge] === callee) return edge;
    if (this.listed.data[site] < MOST_LISTED) {
      this.listed.data[site]++;
      this.newest.data[site] = this.length;
      return this.append(caller, callee, file, line, newest);
    }
    const other = this.others.intern(site, callee, 0, 0);
    if (other === this.otherRows.length) this.otherRows.push(this.append(caller, callee, file, line));
    return this.otherRows.data[other];
  }

  /**
   * A row for a call whose site does not matter. Calls of one function that come one after the other share it, and others may have rows of their
   * own: looking those up would cost more than it saves.
   */
  pair(caller: number, callee: number): number {
    const known = callee < this.recent.length ? this.recent[callee] - 1 : -1;
    if (known >= 0 && this.columns[0].data[known] === caller) return known;
    if (callee >= this.recent.length) {
      const grown = new Int32Array(Math.max(callee + 1, this.recent.length * 2));
      grown.set(this.recent);
      this.recent = grown;
    }
    const row = this.append(caller, callee, -1, 0);
    this.recent[callee] = row + 1;
    return row;
  }

  /** A row without a look at those that are there. */
  append(caller: number, callee: number, file: number, line: number, older = -1): number {
    this.columns[0].push(caller);
    this.columns[1].push(callee);
    this.columns[2].push(file);
    this.columns[3].push(line);
    return this.older.push(older);
  }
}
