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
    const row = this.columns[0].push(func);
    this.columns[1].push(file);
    this.columns[2].push(line);
    this.rows[place] = row + 1;
    return row;
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
