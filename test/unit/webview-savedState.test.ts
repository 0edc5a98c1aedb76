import assert from 'node:assert/strict';
import { VIEW_NAMES } from '../../src/protocol/viewer.ts';
import { baseName, fullLocation, isOpenable, shortLocation } from '../../webview/location.ts';
import type { SavedState } from '../../webview/savedState.ts';
import { FRESH_STATE, readSavedState } from '../../webview/savedState.ts';

const STATE: SavedState = {
  profile: 'id', view: 'functions', event: 2, search: 'parse', sort: 'name', descending: false, order: 'by-name', func: 17, node: 5,
  zoom: [{ from: 0.25, to: 0.5, label: 'run', node: 5, top: 40 }], flameTop: 120, tableTop: 2200, split: 0.4,
  range: { from: 1, to: 2.5 }, cursor: 2, hidden: [1, 3], chartSplit: 0.3, kind: 'InvalidRead', finding: 4, findingSort: 'bytes', findingSplit: 0.7,
};

describe('saved state', () => {
  it('comes back as it was written', () => {
    assert.deepEqual(readSavedState(JSON.parse(JSON.stringify(STATE))), STATE);
  });

  it('is as new when there is none', () => {
    for (const nothing of [undefined, null, 'text', 7]) assert.deepEqual(readSavedState(nothing), FRESH_STATE);
    assert.deepEqual(readSavedState({}), FRESH_STATE);
  });

  it('takes what fits of another version', () => {
    const read = readSavedState({ ...STATE, view: 'treemap', sort: 3, event: 'x', split: 9, order: null, func: NaN });
    assert.equal(read.view, 'summary');
    assert.equal(read.sort, 'self');
    assert.equal(read.event, -1);
    assert.equal(read.order, 'left-heavy');
    assert.equal(read.func, -1);
    assert.equal(read.search, 'parse');
    assert.ok(read.split > 0 && read.split < 1);
  });

  it('takes ranges and lists only where they fit', () => {
    for (const range of [{ from: 2, to: 1 }, { from: 1, to: 1 }, { from: 'a', to: 2 }, { from: 0 }, 3, null]) assert.equal(readSavedState({ ...STATE, range }).range, null);
    for (const hidden of [[1.5], ['1'], 'all', null]) assert.deepEqual(readSavedState({ ...STATE, hidden }).hidden, []);
    const read = readSavedState({ ...STATE, cursor: NaN, kind: 3, finding: '4', findingSort: 'kind', chartSplit: 7 });
    assert.deepEqual([read.cursor, read.kind, read.finding, read.findingSort, read.chartSplit], [null, '', -1, 'severity', 0.85]);
  });

  it('knows every view', () => {
    for (const view of VIEW_NAMES) assert.equal(readSavedState({ ...STATE, view }).view, view);
  });

  it('refuses zoom steps that cannot be drawn', () => {
    const step = STATE.zoom[0];
    for (const bad of [{ ...step, from: 0.6 }, { ...step, to: 2 }, { ...step, from: '0' }, { ...step, label: undefined }, null, 3]) {
      assert.deepEqual(readSavedState({ ...STATE, zoom: [step, bad] }).zoom, []);
    }
    assert.deepEqual(readSavedState({ ...STATE, zoom: 'all' }).zoom, []);
  });
});

describe('locations', () => {
  it('are short where they are read and whole in tooltips', () => {
    assert.equal(baseName('/src/a/parse.py'), 'parse.py');
    assert.equal(baseName('C:\\src\\parse.py'), 'parse.py');
    assert.equal(baseName('parse.py'), 'parse.py');
    assert.equal(shortLocation('/src/parse.py', 12), 'parse.py:12');
    assert.equal(shortLocation('/src/parse.py', 0), 'parse.py');
    assert.equal(shortLocation('', 12), '');
    assert.equal(fullLocation('/src/parse.py', 12), '/src/parse.py:12');
  });

  it('that are no files cannot be opened', () => {
    for (const file of ['', '~', '<frozen importlib._bootstrap>', '<string>', '[kernel.kallsyms]', '???']) assert.equal(isOpenable(file), false, file);
    for (const file of ['/a.py', 'a.c', './x', 'C:\\x.c']) assert.equal(isOpenable(file), true, file);
  });
});
