// Which tabs a profile has and which one opens; kinds of findings in words.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { FindingDetail } from '../../src/protocol/findings.ts';
import { findingText, kindLabel } from '../../webview/findings/kinds.ts';
import { firstView, hasCosts, viewsOf } from '../../webview/views.ts';

const profile = (change: Partial<Parameters<typeof viewsOf>[0]>) => ({ events: [], files: [], sampleCount: 0, seriesCount: 0, findingCount: 0, ...change });
const event = (total: number) => ({ name: 'x', label: 'x', unit: 'count' as const, total });

describe('views of a profile', () => {
  it('are those it has something for', () => {
    assert.deepEqual(viewsOf(profile({ events: [event(5)], sampleCount: 5 })), ['summary', 'flame', 'functions']);
    assert.deepEqual(viewsOf(profile({ events: [event(5)], seriesCount: 4 })), ['summary', 'series', 'flame', 'functions']);
    assert.deepEqual(viewsOf(profile({ seriesCount: 4 })), ['summary', 'series']);
    assert.deepEqual(viewsOf(profile({ events: [event(0)], findingCount: 1 })), ['summary', 'findings']);
  });

  it('keep flame graph and functions where there is nothing else', () => {
    assert.deepEqual(viewsOf(profile({})), ['summary', 'flame', 'functions']);
  });

  it('count costs that cancel each other out', () => {
    const given = profile({ events: [event(0)], files: [{ file: 0, path: 'a.c', self: [5] }, { file: 1, path: 'b.c', self: [-5] }] });
    assert.equal(hasCosts(given), true);
    assert.equal(hasCosts(profile({ events: [event(-3)] })), true);
    assert.equal(hasCosts(profile({ events: [event(0)] })), false);
  });

  it('open with the one that says most', () => {
    assert.equal(firstView(profile({ events: [event(5)], sampleCount: 5, seriesCount: 2 })), 'summary');
    assert.equal(firstView(profile({ events: [event(5)], seriesCount: 2 })), 'series');
    assert.equal(firstView(profile({ events: [event(5)], findingCount: 2, seriesCount: 1 })), 'findings');
    assert.equal(firstView(profile({})), 'summary');
  });
});

describe('findings in words', () => {
  it('names kinds as people read them', () => {
    const kinds = ['InvalidRead', 'Leak_DefinitelyLost', 'Leak_StillReachable', 'UninitCondition', 'Race', 'LockOrder', 'Misc', 'already words', 'ThreadPoolAPIError'];
    assert.deepEqual(kinds.map(kindLabel), [
      'Invalid read', 'Leak: definitely lost', 'Leak: still reachable', 'Uninitialised condition', 'Race', 'Lock order', 'Misc', 'already words', 'Thread pool APIError',
    ]);
  });

  it('writes one out with all its stacks', () => {
    const frame = (name: string, file: string, line: number, object = '') => ({ func: 0, name, file, line, object });
    const detail: FindingDetail = {
      row: { finding: 0, kind: 'InvalidRead', message: 'Invalid read of size 4', severity: 'error', count: 1, bytes: 0, thread: '', place: null },
      stacks: [
        { label: '', frames: [frame('work', 'a.c', 7), frame('start', '', 0, '/lib/libc.so')], left: 2 },
        { label: 'Address 0x1 is 0 bytes after a block', frames: [frame('???', '', 0)], left: 0 },
      ],
    };
    assert.equal(findingText(detail), [
      'Invalid read of size 4', '   at work (a.c:7)', '   by start (in /lib/libc.so)', '   and 2 more', 'Address 0x1 is 0 bytes after a block', '   at ???',
    ].join('\n'));
  });
});
