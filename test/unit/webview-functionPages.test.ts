import assert from 'node:assert/strict';
import type { FunctionQuery, FunctionRow, FunctionSlice } from '../../src/protocol/engine.ts';
import { FunctionPages, PAGE } from '../../webview/functionPages.ts';

const FUNCTIONS = 950;
const ORDER = { event: 0, sort: 'self', descending: true, search: '' } as const;

/** Rows whose function is their place, counted backwards when the order is ascending. */
function rowAt(place: number, query: FunctionQuery): FunctionRow {
  const func = query.descending ? place : FUNCTIONS - 1 - place;
  return { func, name: `f${func}`, file: '', line: 0, object: '', self: 1, total: 1, calls: -1, kind: 0 };
}

function slice(query: FunctionQuery): FunctionSlice {
  const matching = query.search === '' ? FUNCTIONS : 3;
  const rows: FunctionRow[] = [];
  for (let place = query.from; place < Math.min(matching, query.from + query.count); place++) rows.push(rowAt(place, query));
  return { matching, rows, rank: query.rankOf === undefined ? undefined : query.descending ? query.rankOf : FUNCTIONS - 1 - query.rankOf };
}

function setUp() {
  const open: { query: FunctionQuery; give: () => void; refuse: () => void }[] = [];
  const asked: FunctionQuery[] = [];
  const errors: unknown[] = [];
  let changes = 0;
  const pages = new FunctionPages(
    (query) => new Promise((resolve, reject) => {
      asked.push(query);
      open.push({ query, give: () => resolve(slice(query)), refuse: () => reject(new Error('no')) });
    }),
    () => changes++,
    (error) => errors.push(error),
  );
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const answerAll = async () => {
    while (open.length > 0) {
      open.shift()?.give();
      await settle();
    }
  };
  return { pages, open, asked, errors, answerAll, settle, changes: () => changes };
}

describe('function pages', () => {
  it('fetches the pages in sight, each once', async () => {
    const { pages, asked, answerAll } = setUp();
    assert.equal(pages.isBlank, true);
    pages.open(ORDER, -1);
    await answerAll();
    assert.equal(pages.matching, FUNCTIONS);
    assert.equal(pages.row(5)?.func, 5);
    assert.equal(pages.row(PAGE), undefined);
    pages.see(4 * PAGE - 3, 4 * PAGE + 3);
    await answerAll();
    assert.equal(pages.row(4 * PAGE - 1)?.func, 4 * PAGE - 1);
    assert.equal(pages.row(4 * PAGE)?.func, 4 * PAGE);
    pages.see(4 * PAGE - 3, 4 * PAGE + 3);
    await answerAll();
    assert.deepEqual(asked.map(({ from }) => from / PAGE), [0, 3, 4]);
  });

  it('does not pile up questions while scrolling, and forgets pages that went by', async () => {
    const { pages, asked, open, answerAll } = setUp();
    pages.open(ORDER, -1);
    await answerAll();
    for (let page = 1; page < 9; page++) pages.see(page * PAGE, page * PAGE + 20);
    assert.ok(open.length <= 2, `${open.length} under way`);
    await answerAll();
    assert.equal(pages.row(8 * PAGE)?.func, 8 * PAGE);
    assert.ok(asked.length < 9, 'pages that went by are not asked for');
  });

  it('asks for no page beyond the end', async () => {
    const { pages, asked, answerAll } = setUp();
    pages.open({ ...ORDER, search: 'x' }, -1);
    await answerAll();
    pages.see(0, 500);
    await answerAll();
    assert.equal(pages.matching, 3);
    assert.equal(asked.length, 1);
  });

  it('keeps the old rows on screen until the new order has come', async () => {
    const { pages, open, answerAll, settle } = setUp();
    pages.open(ORDER, -1);
    await answerAll();
    const before = pages.shownOrder;
    pages.open({ ...ORDER, descending: false }, 7);
    assert.equal(pages.isStale, true);
    assert.equal(pages.row(0)?.func, 0);
    assert.equal(pages.shownOrder, before);
    open.shift()?.give();
    await settle();
    assert.equal(pages.isStale, false);
    assert.equal(pages.row(0)?.func, FUNCTIONS - 1);
    assert.equal(pages.rank, FUNCTIONS - 8);
    assert.notEqual(pages.shownOrder, before);
  });

  it('drops answers of an order that was left', async () => {
    const { pages, open, settle } = setUp();
    pages.open(ORDER, -1);
    pages.open({ ...ORDER, descending: false }, -1);
    const [old, now] = open;
    now.give();
    await settle();
    old.give();
    await settle();
    assert.equal(pages.row(0)?.func, FUNCTIONS - 1);
  });

  it('finds a function at hand, and asks for the place of another', async () => {
    const { pages, asked, answerAll } = setUp();
    pages.open(ORDER, -1);
    await answerAll();
    assert.equal(await pages.find(42), 42);
    assert.equal(asked.length, 1);
    const finding = pages.find(777);
    await answerAll();
    assert.equal(await finding, 777);
    assert.equal(asked[1].rankOf, 777);
    assert.equal(await pages.find(-1), -1);
  });

  it('tells of a refusal once', async () => {
    const { pages, open, errors, settle } = setUp();
    pages.open(ORDER, -1);
    open.shift()?.refuse();
    await settle();
    assert.equal(errors.length, 1);
    assert.equal(pages.isBlank, true);
  });
});
