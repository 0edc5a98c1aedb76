// Questions about one profile: tables, pages, searches, flame slices, and refusals.
import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import { ProfileQueries } from '../../src/engine/queries.ts';
import { callgrind } from '../../src/formats/callgrind.ts';
import type { FunctionQuery } from '../../src/protocol/engine.ts';
import { readAs, stackProfile } from '../stackText.ts';
import { randomNumbers } from './core-random.ts';

const ALL: FunctionQuery = { event: 0, sort: 'self', descending: true, search: '', from: 0, count: 100 };

const queries = new ProfileQueries(stackProfile(`
  weights: 5  3  2  1
  main[file:src/app.c][line:3][object:/bin/app]  main[file:src/app.c][line:4][object:/bin/app]  main[file:src/app.c][line:4][object:/bin/app]  idle[object:/lib/libc.so]
  Work[file:src/work.c][line:9]                  sort[file:src/work.c][line:30]                 Work[file:src/work.c][line:10]                 -
  -                                              Work[file:src/work.c][line:9]                  -                                              -`), 'Picture');

const names = (query: Partial<FunctionQuery>) => queries.functions({ ...ALL, ...query }).rows.map(({ name }) => name);
const funcOf = (name: string) => queries.functions(ALL).rows.find((row) => row.name === name)!.func;

describe('ProfileQueries.functions', () => {
  it('sorts by every column both ways', () => {
    assert.deepEqual(names({ sort: 'self' }), ['Work', 'idle', 'main', 'sort']);
    assert.deepEqual(names({ sort: 'total' }), ['Work', 'main', 'sort', 'idle']);
    assert.deepEqual(names({ sort: 'total', descending: false }), ['idle', 'sort', 'Work', 'main']);
    assert.deepEqual(names({ sort: 'name', descending: false }), ['Work', 'idle', 'main', 'sort']);
    assert.deepEqual(names({ sort: 'file', descending: false }), ['idle', 'main', 'Work', 'sort']);
  });

  it('keeps equal rows in one order whichever way it sorts', () => {
    const next = randomNumbers(3);
    const builder = new ProfileBuilder([{ name: 'x', unit: 'count' }]);
    for (let i = 0; i < 300; i++) builder.addSelf(builder.stack(-1, builder.frame(builder.func({ name: `f${next(1000)}`, file: `${i}.c` }))), 0, 1 + next(3));
    const many = new ProfileQueries(builder.finish({ format: 'x' }), 'X');
    const down = many.functions({ ...ALL, count: 5000 }).rows;
    const up = many.functions({ ...ALL, count: 5000, descending: false }).rows;
    assert.deepEqual(down.map(({ self }) => self), up.map(({ self }) => self).reverse());
    for (const value of [1, 2, 3]) {
      const rows = down.filter(({ self }) => self === value);
      assert.deepEqual(rows, up.filter(({ self }) => self === value));
      assert.deepEqual(rows.map(({ name }) => name), rows.map(({ name }) => name).sort());
    }
    const pages = [0, 1, 2, 3].flatMap((page) => many.functions({ ...ALL, from: page * 80, count: 80 }).rows);
    assert.deepEqual(pages, down);
  });

  it('finds the costliest as the sorted table has them, ties included', () => {
    const next = randomNumbers(5);
    const builder = new ProfileBuilder([{ name: 'x', unit: 'count' }]);
    for (let i = 0; i < 300; i++) builder.addSelf(builder.stack(-1, builder.frame(builder.func({ name: `f${next(1000)}`, file: `${i}.c` }))), 0, next(4) - 1);
    const many = new ProfileQueries(builder.finish({ format: 'x' }), 'X');
    for (const by of ['self', 'total'] as const) {
      const all = many.functions({ ...ALL, sort: by, count: 5000 }).rows;
      for (const count of [0, 1, 7, 50, 150, 299, 300, 1000]) assert.deepEqual(many.costliest(0, by, count), all.slice(0, count), `${by} ${count}`);
    }
    assert.throws(() => many.costliest(1, 'self', 5), RangeError);
  });

  it('pages within bounds', () => {
    assert.deepEqual([names({ from: 1, count: 2 }), names({ from: 99 }), names({ count: 0 }), names({ count: -4 }), names({ from: -3, count: 1 })], [['idle', 'main'], [], [], [], ['Work']]);
    assert.deepEqual(names({ from: 0.9, count: 1.9 }), ['Work']);
    assert.equal(queries.functions({ ...ALL, from: 99 }).matching, 4);
  });

  it('finds words in name, file and object, whatever their case', () => {
    assert.deepEqual(names({ search: 'WORK' }), ['Work', 'sort']);
    assert.deepEqual(names({ search: ' work.c   sort ' }), ['sort']);
    assert.deepEqual(names({ search: 'libc' }), ['idle']);
    assert.deepEqual(names({ search: 'sort libc' }), []);
    assert.deepEqual(names({ search: '   ' }).length, 4);
    assert.deepEqual(names({ search: '.*' }), [], 'no pattern, plain text');
  });

  it('tells where a function stands', () => {
    const rank = (query: Partial<FunctionQuery>) => queries.functions({ ...ALL, count: 1, ...query }).rank;
    assert.deepEqual([rank({}), rank({ rankOf: funcOf('main') }), rank({ rankOf: funcOf('main'), search: 'work' }), rank({ rankOf: 4711 })], [undefined, 2, -1, -1]);
    assert.equal(rank({ rankOf: funcOf('main'), sort: 'total' }), 1);
  });
});

describe('ProfileQueries about lines and functions', () => {
  it('tells callers, callees and hottest lines', () => {
    const detail = queries.functionDetail(0, funcOf('Work'));
    assert.deepEqual(detail.callers.map(({ name, total, calls }) => [name, total, calls]), [['main', 7, -1], ['sort', 3, -1]]);
    assert.deepEqual(detail.callees, []);
    assert.deepEqual(detail.lines, [
      { file: 'src/work.c', line: 9, self: 8, total: 8, name: 'Work' }, { file: 'src/work.c', line: 10, self: 2, total: 2, name: 'Work' },
    ]);
    assert.deepEqual([detail.row.self, detail.row.total, detail.row.calls], [10, 10, -1]);
  });

  it('tells the lines of one file in order', () => {
    const { files } = queries.overview();
    assert.deepEqual(files.map(({ path, self }) => [path, ...self]), [['src/work.c', 10], ['src/app.c', 0]]);
    const lines = queries.lines(0, files[0].file);
    assert.deepEqual([lines.path, lines.line, lines.self, lines.total, lines.approximate, lines.calls], ['src/work.c', [9, 10, 30], [8, 2, 0], [8, 2, 3], [0, 0, 0], [-1, -1, -1]]);
    assert.deepEqual(lines.functions.map(({ name }) => name), ['Work', 'sort']);
  });

  it('tells the hottest lines', () => {
    assert.deepEqual(queries.hottestLines(0, 1).map(({ line }) => line), [9]);
    assert.deepEqual(queries.hottestLines(0, 99).map(({ line, self }) => [line, self]), [[9, 8], [10, 2]]);
    assert.deepEqual(queries.hottestLines(0, 0), []);
    assert.deepEqual(queries.hottestLines(0, -1), [], 'less than none is none');
  });

  it('tells about the profile', () => {
    const overview = queries.overview();
    assert.deepEqual([overview.formatLabel, overview.functionCount, overview.sampleCount, overview.stackCount, overview.estimated, overview.hasCalls], ['Picture', 4, 4, 7, false, false]);
    assert.deepEqual(overview.events, [{ name: 'samples', label: 'samples', unit: 'count', total: 11 }]);
  });
});

describe('ProfileQueries about flame graphs', () => {
  const view = { event: 0, order: 'left-heavy', from: 0, to: 1, width: 1000, minDepth: 0, maxDepth: 99 } as const;

  it('gives boxes with names, and merged ones as -2', () => {
    const slice = queries.flame(view);
    assert.deepEqual(Array.from(slice.func, (func) => slice.names.get(func) ?? func), [-1, 'main', 'Work', 'sort', 'Work', 'idle']);
    assert.deepEqual([[...slice.total], slice.depthCount, slice.total0, slice.group[0]], [[11, 10, 7, 3, 3, 1], 4, 11, -1]);
    assert.equal(slice.group[2], slice.group[3], 'one colour for one file');
    assert.notEqual(slice.group[1], slice.group[2]);
    const builder = new ProfileBuilder([{ name: 'x', unit: 'count' }]);
    for (let i = 0; i < 1000; i++) builder.addSelf(builder.stack(-1, builder.frame(builder.func({ name: `f${i}` }))), 0, 1);
    const thin = new ProfileQueries(builder.finish({ format: 'x' }), 'X').flame({ ...view, width: 100 });
    assert.deepEqual([[...thin.func], [...thin.node], [...thin.total]], [[-1, -2], [0, -1], [1000, 1000]]);
  });

  it('finds what matches, each stack once', () => {
    assert.deepEqual(queries.flameSearch({ event: 0, order: 'by-name', search: 'work.c' }).total, 10);
    const found = queries.flameSearch({ event: 0, order: 'by-name', search: 'main' });
    assert.deepEqual([[...found.functions], found.total], [[funcOf('main')], 10]);
    assert.deepEqual(queries.flameSearch({ event: 0, order: 'by-name', search: '' }).total, 0);
  });

  it('tells about one box and the widest box of a function', () => {
    const node = queries.flameNodeOf(0, 'left-heavy', funcOf('Work'));
    assert.deepEqual([node?.total, node?.path, node?.start, node?.end, node?.depth, node?.row.total], [7, ['main', 'Work'], 0, 7 / 11, 2, 10]);
    assert.deepEqual(queries.flameNode(0, 'left-heavy', 4).path, ['main', 'sort', 'Work']);
    assert.deepEqual(queries.flameNode(0, 'left-heavy', 4, false).path, []);
  });
});

describe('ProfileQueries.answer', () => {
  it('refuses what names nothing in the profile', () => {
    const outside = [
      () => queries.answer('functions', { ...ALL, event: 1 }),
      () => queries.answer('functions', { ...ALL, event: -1 }),
      () => queries.answer('functions', { ...ALL, event: 0.5 }),
      () => queries.answer('functionDetail', { event: 0, func: 4 }),
      () => queries.answer('functionDetail', { event: 0, func: -1 }),
      () => queries.answer('flameNodeOf', { event: 0, order: 'by-name', func: NaN }),
      () => queries.answer('flameNode', { event: 0, order: 'by-name', node: 0 }),
      () => queries.answer('flameNode', { event: 0, order: 'by-name', node: 6 }),
      () => queries.answer('flameNode', { event: 0, order: 'by-name', node: 1.5 }),
      () => queries.answer('lines', { event: 0, file: -1 }),
      () => queries.answer('lines', { event: 0, file: 1e9 }),
      () => queries.answer('lines', { event: 0, file: 0.5 }),
    ];
    for (const ask of outside) assert.throws(ask, RangeError, ask.toString());
  });

  it('passes every question on', () => {
    assert.deepEqual(queries.answer('functions', ALL), queries.functions(ALL));
    assert.deepEqual(queries.answer('hottestLines', { event: 0, count: 1 }), queries.hottestLines(0, 1));
    assert.equal(queries.answer('flameNodeOf', { event: 0, order: 'by-name', func: funcOf('idle') })?.row.name, 'idle');
  });
});

describe('ProfileQueries of a call graph', () => {
  let graph: ProfileQueries;
  before(async () => {
    graph = new ProfileQueries(await readAs(callgrind, [
      'version: 1', 'creator: callgrind-3.19.0', 'positions: line', 'events: Ir Dr', '', 'fl=a.c', 'fn=main', '3 10 1', 'cfn=work', 'calls=2 20', '5 80 8', '',
      'fn=work', '20 60 6', 'cfn=leaf', 'calls=4 30', '22 20 2', '', 'fn=leaf', '30 20 2', '', 'totals: 90 9', '',
    ].join('\n')), 'Callgrind');
  });

  it('counts calls and says that flame graphs are estimates', () => {
    const overview = graph.overview();
    assert.deepEqual([overview.estimated, overview.hasCalls, overview.stackCount, overview.events.map(({ name, total }) => [name, total])], [true, true, 0, [['Ir', 90], ['Dr', 9]]]);
    assert.deepEqual(graph.functions({ ...ALL, sort: 'calls' }).rows.map(({ name, self, total, calls }) => [name, self, total, calls]), [['leaf', 20, 20, 4], ['work', 60, 80, 2], ['main', 10, 90, 0]]);
    assert.deepEqual(graph.functions({ ...ALL, event: 1, sort: 'total' }).rows.map(({ total }) => total), [9, 8, 2]);
  });

  it('gives lines with the calls into the functions that begin there', () => {
    const lines = graph.lines(0, graph.overview().files[0].file);
    assert.deepEqual([lines.line, lines.self, lines.total], [[3, 5, 20, 22, 30], [10, 0, 60, 0, 20], [10, 80, 60, 20, 20]]);
    assert.deepEqual(lines.functions.map(({ name, calls }) => [name, calls]), [['main', 0], ['work', 2], ['leaf', 4]]);
  });

  it('gives a flame graph', () => {
    const slice = graph.flame({ event: 0, order: 'left-heavy', from: 0, to: 1, width: 500, minDepth: 0, maxDepth: 9 });
    assert.deepEqual(Array.from(slice.func, (func, box) => [slice.names.get(func) ?? 'all', slice.total[box], slice.self[box]]), [['all', 90, 0], ['main', 90, 10], ['work', 80, 60], ['leaf', 20, 20]]);
  });
});
