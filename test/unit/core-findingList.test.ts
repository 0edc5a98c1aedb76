// What a checker found: order, counts by kind, search, and the place that is shown first.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ProfileBuilder } from '../../src/core/builder.ts';
import type { Finding } from '../../src/core/profile.ts';
import { FindingQueries } from '../../src/engine/findingQueries.ts';

const builder = new ProfileBuilder([]);
const frame = (name: string, file = '', line = 0, object = '') => builder.frame(builder.func({ name, file, object }), line);
const malloc = frame('malloc', 'vg_replace_malloc.c', 381, '/usr/libexec/valgrind/vgpreload_memcheck-amd64-linux.so');
const strlen = frame('strlen', '', 0, '/lib/libc.so.6');
const make = frame('make', 'list.c', 12, '/bin/app');
const main = frame('main', 'main.c', 40, '/bin/app');
const finding = (kind: string, change: Partial<Finding>): Finding => ({ kind, message: kind, severity: 'error', count: 1, bytes: 0, thread: '', stacks: [], ...change });
for (const each of [
  finding('Leak_StillReachable', { severity: 'info', bytes: 4000, stacks: [{ label: '', frames: Int32Array.of(malloc, make, main) }] }),
  finding('Leak_DefinitelyLost', { severity: 'warning', bytes: 40, message: '40 bytes are lost', stacks: [{ label: '', frames: Int32Array.of(malloc, main) }] }),
  finding('Leak_DefinitelyLost', { severity: 'warning', bytes: 80, stacks: [{ label: '', frames: Int32Array.of(malloc, make) }] }),
  finding('InvalidRead', { count: 3, stacks: [{ label: '', frames: Int32Array.of(strlen, main) }, { label: 'Address is 0 bytes after a block', frames: Int32Array.of(malloc, make) }] }),
  finding('InvalidRead', { count: 9, thread: '2' }),
]) builder.finding(each);
const profile = builder.finish({ format: 'test' });
const queries = new FindingQueries(profile);
const ALL = { search: '', kind: '', sort: 'severity', from: 0, count: 100 } as const;
const rows = (query: Partial<Parameters<FindingQueries['slice']>[0]>) => queries.slice({ ...ALL, ...query }).rows.map((row) => row.finding);

describe('FindingQueries', () => {
  it('orders by gravity, then bytes and count; or by one of these', () => {
    assert.deepEqual(rows({}), [4, 3, 2, 1, 0]);
    assert.deepEqual(rows({ sort: 'bytes' }), [0, 2, 1, 3, 4]);
    assert.deepEqual(rows({ sort: 'count' }), [4, 3, 0, 1, 2]);
  });

  it('counts by kind what the search finds, whichever kind is shown', () => {
    const { kinds, matching } = queries.slice({ ...ALL, kind: 'InvalidRead' });
    assert.equal(matching, 2);
    assert.deepEqual(kinds, [
      { kind: 'InvalidRead', severity: 'error', findings: 2, count: 12, bytes: 0 },
      { kind: 'Leak_DefinitelyLost', severity: 'warning', findings: 2, count: 2, bytes: 120 },
      { kind: 'Leak_StillReachable', severity: 'info', findings: 1, count: 1, bytes: 4000 },
    ]);
    assert.deepEqual(queries.slice({ ...ALL, search: 'list.c' }).kinds.map(({ kind, findings }) => [kind, findings]), [['InvalidRead', 1], ['Leak_DefinitelyLost', 1], ['Leak_StillReachable', 1]]);
  });

  it('searches messages, kinds and every stack', () => {
    assert.deepEqual(rows({ search: 'LOST main' }), [1]);
    assert.deepEqual(rows({ search: 'invalidread after' }), [3]);
    assert.deepEqual(rows({ search: 'libc' }), [3]);
    assert.deepEqual(rows({ search: 'nothing' }), []);
  });

  it('pages within bounds', () => {
    assert.deepEqual([rows({ from: 1, count: 2 }), rows({ from: -2, count: 1 }), rows({ from: 99 }), rows({ count: -1 })], [[3, 2], [4], [], []]);
  });

  it('shows the innermost frame of the program itself first', () => {
    const places = queries.slice(ALL).rows.map(({ place }) => place && `${place.name} ${place.file}:${place.line}`);
    assert.deepEqual(places, [null, 'main main.c:40', 'make list.c:12', 'main main.c:40', 'make list.c:12']);
  });

  it('tells all stacks with their labels', () => {
    const { stacks, row } = queries.detail(3);
    assert.equal(row.count, 3);
    assert.deepEqual(stacks.map(({ label, frames }) => [label, ...frames.map(({ name }) => name)]), [['', 'strlen', 'main'], ['Address is 0 bytes after a block', 'malloc', 'make']]);
    assert.throws(() => queries.detail(5), RangeError);
    assert.throws(() => queries.detail(0.5), RangeError);
  });
});
