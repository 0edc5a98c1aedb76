// Messages between the viewer's page and the extension: what is accepted from the page, and how answers travel.
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ENGINE_METHODS } from '../../src/protocol/engine.ts';
import { asViewerMessage, fromWire, toWire, VIEWER_COMMANDS } from '../../src/protocol/viewer.ts';

const GOOD: readonly unknown[] = [
  { type: 'ready' },
  ...ENGINE_METHODS.map((method, id) => ({ type: 'query', id, method, params: { event: 0, search: 'x', descending: true, from: 0.25 } })),
  { type: 'openSource', file: '/a.c', line: 3, column: 0, beside: false },
  { type: 'event', event: 2 },
  { type: 'copy', text: 'x'.repeat(1_000_000) },
  ...VIEWER_COMMANDS.map((command) => ({ type: 'command', command })),
  { type: 'drop', uris: 'file:///a.folded\r\nfile:///b.folded' },
  { type: 'error', message: 'oops' },
];

const query = { type: 'query', id: 1, method: 'functions', params: { event: 0 } };
const source = { type: 'openSource', file: '/a.c', line: 3, column: 1, beside: true };
const BAD: readonly unknown[] = [
  undefined, null, 1, 'ready', [], [{ type: 'ready' }], {}, { type: 'Ready' }, { type: ['ready'] }, { type: 'constructor' },
  { ...query, id: -1 }, { ...query, id: 1.5 }, { ...query, id: '1' }, { ...query, id: 2 ** 53 }, { ...query, method: 'answer' }, { ...query, method: 'constructor' }, { ...query, method: ['functions'] },
  { ...query, params: undefined }, { ...query, params: null }, { ...query, params: [] }, { ...query, params: { event: NaN } }, { ...query, params: { event: Infinity } },
  { ...query, params: { event: { valueOf: 1 } } }, { ...query, params: { event: [0] } }, { ...query, params: { event: null } }, { ...query, params: { search: 'x'.repeat(10_001) } },
  { ...source, file: 3 }, { ...source, file: 'x'.repeat(4097) }, { ...source, line: -1 }, { ...source, line: '3' }, { ...source, column: NaN }, { ...source, beside: 1 }, { ...source, beside: undefined },
  { type: 'event' }, { type: 'event', event: -1 }, { type: 'copy' }, { type: 'copy', text: 'x'.repeat(1_000_001) },
  { type: 'drop' }, { type: 'drop', uris: ['file:///a'] }, { type: 'drop', uris: 'x'.repeat(100_001) },
  { type: 'command' }, { type: 'command', command: 'workbench.action.quit' }, { type: 'error', message: 'x'.repeat(10_001) }, { type: 'error', message: {} },
];

describe('asViewerMessage', () => {
  it('accepts every message of the viewer', () => {
    for (const message of GOOD) assert.deepEqual(asViewerMessage(message), message);
  });

  it('refuses all else', () => {
    for (const message of BAD) assert.equal(asViewerMessage(message), undefined, JSON.stringify(message)?.slice(0, 200));
  });

  it('passes on no fields that a message does not have', () => {
    assert.deepEqual(asViewerMessage({ type: 'event', event: 1, extra: 'x' }), { type: 'event', event: 1 });
    assert.deepEqual(asViewerMessage({ ...source, extra: 'x' }), source);
  });
});

describe('toWire and fromWire', () => {
  it('bring a Map through JSON, and typed arrays untouched', () => {
    const answer = { names: new Map([[3, 'main'], [7, 'wörk']]), start: Float64Array.of(0, 0.5), depthCount: 2 };
    const sent = toWire(answer) as Record<string, unknown>;
    assert.equal(sent['start'], answer.start, 'no copy of large columns');
    assert.deepEqual(fromWire({ ...sent, names: JSON.parse(JSON.stringify(sent['names'])) as unknown }), answer);
    assert.ok(answer.names instanceof Map, 'the answer itself is not changed');
  });

  it('leave everything else as it is', () => {
    for (const value of [null, undefined, 5, 'x', [1], { rows: [{ name: 'f' }] }]) {
      assert.equal(toWire(value), value);
      assert.equal(fromWire(value), value);
    }
  });
});
